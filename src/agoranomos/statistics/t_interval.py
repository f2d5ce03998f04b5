"""Student's interval of a mean."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from agoranomos.statistics.result import NAN, Interval, finite_sample, why_no_spread


def mean_interval(values: ArrayLike, *, level: float = 0.95) -> Interval:
    """`mean +/- t(n-1) s / sqrt(n)`; the bounds are NaN with a reason when there is no spread to estimate.

    Source: Student, "The probable error of a mean", Biometrika 6 (1908). Raises `ValueError` for NaN or infinite
    values.
    """
    sample = finite_sample(values)
    reason = why_no_spread(sample)
    if reason:
        point = float(sample.mean()) if sample.size else NAN
        return Interval(point, NAN, NAN, level, sample.size, "t", reason)
    mean = float(sample.mean())
    margin = float(stats.t.ppf(0.5 + level / 2, sample.size - 1)) * float(sample.std(ddof=1) / np.sqrt(sample.size))
    return Interval(mean, mean - margin, mean + margin, level, sample.size, "t")
