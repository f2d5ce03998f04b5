"""Welch's t test of two means without assuming equal variances."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from agoranomos.statistics.result import NAN, finite_sample, varies, why_no_spread


@dataclass(frozen=True, slots=True)
class WelchTest:
    """`difference` is first mean minus second; `low`, `high` bound it at `level`; `p` is two-sided.

    Every number but the difference is NaN where the test does not exist, and `reason` says why.
    """

    difference: float
    t: float
    df: float
    p: float
    low: float
    high: float
    level: float
    n_first: int
    n_second: int
    reason: str = ""


def welch_test(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> WelchTest:
    """Welch's test of equal means, with the Welch-Satterthwaite degrees of freedom.

    Source: B. L. Welch, "The generalization of 'Student's' problem when several different population variances are
    involved", Biometrika 34 (1947); the tail area is SciPy's. Raises `ValueError` for NaN or infinite values.
    """
    a, b = finite_sample(first), finite_sample(second)
    if min(a.size, b.size) == 0:
        return _without_test(NAN, level, a.size, b.size, "no value on one side")
    difference = float(a.mean() - b.mean())
    if min(a.size, b.size) < 2:
        return _without_test(difference, level, a.size, b.size, "one value on one side has no spread")
    if not varies(a) and not varies(b):
        return _without_test(difference, level, a.size, b.size, f"neither side varies: {why_no_spread(a)}")
    part_a, part_b = float(a.var(ddof=1)) / a.size, float(b.var(ddof=1)) / b.size
    weight = part_a / (part_a + part_b)
    df = 1 / (weight**2 / (a.size - 1) + (1 - weight) ** 2 / (b.size - 1))
    # From the moments, because SciPy warns of lost precision when one of the samples is constant.
    test = stats.ttest_ind_from_stats(a.mean(), a.std(ddof=1), a.size, b.mean(), b.std(ddof=1), b.size, equal_var=False)
    margin = float(stats.t.ppf(0.5 + level / 2, df)) * float(np.sqrt(part_a + part_b))
    return WelchTest(
        difference=difference,
        t=float(test.statistic),
        df=df,
        p=float(test.pvalue),
        low=difference - margin,
        high=difference + margin,
        level=level,
        n_first=a.size,
        n_second=b.size,
    )


def _without_test(difference: float, level: float, n_first: int, n_second: int, reason: str) -> WelchTest:
    return WelchTest(difference, NAN, NAN, NAN, NAN, NAN, level, n_first, n_second, reason)
