"""Cohen's d: a difference of means in units of the pooled standard deviation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.statistics.result import NAN, finite_sample, varies


@dataclass(frozen=True, slots=True)
class EffectSize:
    """`d` is positive when the first mean is larger; NaN with a `reason` where it does not exist."""

    d: float
    pooled_sd: float
    n_first: int
    n_second: int
    reason: str = ""


def cohens_d(first: ArrayLike, second: ArrayLike) -> EffectSize:
    """`(mean_1 - mean_2) / s`, with `s**2 = ((n_1-1) s_1**2 + (n_2-1) s_2**2) / (n_1 + n_2 - 2)`.

    Source: J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd ed. (1988), section 2.5; no correction
    for small samples. Raises `ValueError` for NaN or infinite values.
    """
    a, b = finite_sample(first), finite_sample(second)
    if min(a.size, b.size) == 0:
        return EffectSize(NAN, NAN, a.size, b.size, "no value on one side")
    if a.size + b.size < 3:
        return EffectSize(NAN, NAN, a.size, b.size, "one value a side has no spread")
    if not varies(a) and not varies(b):
        return EffectSize(NAN, 0.0, a.size, b.size, "neither side varies")
    squares = float(((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum())
    pooled = float(np.sqrt(squares / (a.size + b.size - 2)))
    return EffectSize(float(a.mean() - b.mean()) / pooled, pooled, a.size, b.size)
