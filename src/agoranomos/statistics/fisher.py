"""Fisher's exact test of two shares, with the interval of their difference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from agoranomos.statistics.result import NAN


@dataclass(frozen=True, slots=True)
class FisherTest:
    """`difference` is the first share less the second, within `low` and `high` at `level`; `p` is two-sided and exact.

    `odds_ratio` is infinite, or NaN, where a side has all or none. NaN with a `reason` where a side is empty.
    """

    difference: float
    low: float
    high: float
    p: float
    odds_ratio: float
    level: float
    n_first: int
    n_second: int
    reason: str = ""


def fisher_exact_test(
    count_first: int, n_first: int, count_second: int, n_second: int, *, level: float = 0.95
) -> FisherTest:
    """Whether two shares differ, given the total count; the interval is Newcombe's hybrid of two score intervals.

    Sources: R. A. Fisher, Statistical Methods for Research Workers (1934), section 21.02; R. G. Newcombe, "Interval
    estimation for the difference between independent proportions", Statistics in Medicine 17 (1998), method 10. Raises
    `ValueError` unless each count lies between 0 and its n.
    """
    for count, n in ((count_first, n_first), (count_second, n_second)):
        if not 0 <= count <= n:
            raise ValueError(f"a count between 0 and n = {n} was expected, not {count}")
    if min(n_first, n_second) == 0:
        return FisherTest(NAN, NAN, NAN, NAN, NAN, level, n_first, n_second, "no value on one side")
    a, b, c, d = count_first, n_first - count_first, count_second, n_second - count_second
    share, other = a / n_first, c / n_second
    low, high = _score_bounds(a, n_first, level)
    low_other, high_other = _score_bounds(c, n_second, level)
    down = float(np.hypot(share - low, high_other - other))
    up = float(np.hypot(high - share, other - low_other))
    p = float(stats.fisher_exact([[a, b], [c, d]]).pvalue)
    odds = a * d / (b * c) if b * c else (float("inf") if a * d else NAN)
    return FisherTest(share - other, share - other - down, share - other + up, p, odds, level, n_first, n_second)


def _score_bounds(count: int, n: int, level: float) -> tuple[float, float]:
    """Wilson's interval of a share."""
    z = float(stats.norm.ppf(0.5 + level / 2))
    middle = (count + z * z / 2) / (n + z * z)
    width = z / (n + z * z) * float(np.sqrt(count * (n - count) / n + z * z / 4))
    return middle - width, middle + width
