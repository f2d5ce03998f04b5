"""Bounds of a rate from a count: exact ones, and Wilson's."""

from __future__ import annotations

from scipy import stats

from agoranomos.statistics.result import NAN, Interval


def upper_bound_of_rate(count: int, n: int, *, level: float = 0.95) -> float:
    """The one-sided upper bound: the largest rate under which `count` or fewer of `n` has probability >= 1 - level.

    NaN for n = 0. Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the
    case of the binomial", Biometrika 26 (1934). Raises `ValueError` unless 0 <= count <= n.
    """
    _check(count, n)
    if n == 0:
        return NAN
    return 1.0 if count == n else float(stats.beta.ppf(level, count + 1, n - count))


def rate_interval(count: int, n: int, *, level: float = 0.95) -> Interval:
    """The rate with its two-sided Clopper-Pearson interval; NaN with a reason for n = 0.

    Raises `ValueError` unless 0 <= count <= n.
    """
    _check(count, n)
    if n == 0:
        return Interval(NAN, NAN, NAN, level, 0, "Clopper-Pearson", "no value")
    tail = (1 - level) / 2
    low = 0.0 if count == 0 else float(stats.beta.ppf(tail, count, n - count + 1))
    return Interval(count / n, low, upper_bound_of_rate(count, n, level=1 - tail), level, n, "Clopper-Pearson")


def wilson_interval(count: int, n: int, *, level: float = 0.95) -> Interval:
    """The rate with Wilson's score interval; NaN with a reason for n = 0.

    It is shorter than the exact one and holds its level on average over rates, not for each. Source: E. B. Wilson,
    "Probable inference, the law of succession, and statistical inference", JASA 22 (1927). Raises `ValueError` unless
    0 <= count <= n.
    """
    _check(count, n)
    if n == 0:
        return Interval(NAN, NAN, NAN, level, 0, "Wilson", "no value")
    bounds = stats.binomtest(count, n).proportion_ci(confidence_level=level, method="wilson")
    return Interval(count / n, float(bounds.low), float(bounds.high), level, n, "Wilson")


def _check(count: int, n: int) -> None:
    if not 0 <= count <= n:
        raise ValueError(f"a count between 0 and n = {n} was expected, not {count}")
