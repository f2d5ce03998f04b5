"""A confidence sequence for the mean of bounded values that assumes nothing else: hedged betting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.statistics.result import NAN, Interval, finite_sample

MOST_OF_CAPITAL = 0.75
"""The largest part of the capital that a bet puts at risk: the `c` of Waudby-Smith and Ramdas, who take 1/2 or 3/4."""

_HALVINGS = 60


@dataclass(frozen=True, slots=True)
class BoundedSequence:
    """Intervals at `level` that hold after every value together, for values in [`low`, `high`].

    Each value's mean, given those before it, has to be the same; nothing else is assumed. For every mean m two
    gamblers bet in a game that is fair if m is the mean: one on larger values, one on smaller ones, each with half of
    the capital. With values and m moved to [0, 1],

        K+_t(m) = prod (1 + l_i (x_i - m)),  K-_t(m) = prod (1 - l_i (x_i - m)),

    and m is left out once the larger half, max(K+, K-) / 2, has reached 1 / (1 - level): a fair game ever gets there
    with at most the probability 1 - level. Bets are predictable plug-ins, cut off at `MOST_OF_CAPITAL`. Source: I.
    Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024), section
    4.4 and equation 26.
    """

    low: float
    high: float
    level: float = 0.95

    method = "bounded confidence sequence"

    def __post_init__(self) -> None:
        """Raise `ValueError` for a level outside (0, 1) or bounds that do not grow."""
        if not 0 < self.level < 1 or not self.low < self.high:
            raise ValueError(
                f"a level in (0, 1) and low < high were expected, not {self.level}, {self.low}, {self.high}"
            )

    def log_evidence(self, values: ArrayLike, null: float = 0.0) -> float:
        """The natural logarithm of the capital that is won against the mean `null`.

        Raises `ValueError` for values outside the range, NaN, or a `null` that is not inside it.
        """
        if not self.low < null < self.high:
            raise ValueError(f"a mean within {self.low} and {self.high} was expected, not {null}")
        share = self._shares(values)
        bets, mean = self._bets(share), (null - self.low) / (self.high - self.low)
        return max(_won(share, bets, mean), _won(1 - share, bets, 1 - mean)) - float(np.log(2))

    def interval(self, values: ArrayLike) -> Interval:
        """The means against which the capital after these values has not reached 1 / (1 - level).

        Raises `ValueError` for values outside the range, or NaN.
        """
        share = self._shares(values)
        if not share.size:
            return Interval(NAN, self.low, self.high, self.level, 0, self.method, "no value")
        bets, enough = self._bets(share), float(np.log(2) - np.log1p(-self.level))
        # K+ falls with m, and K-, the same of what is left to 1, grows: each bound is where one of them passes.
        lower = _last(lambda mean: _won(share, bets, mean) >= enough)
        upper = 1 - _last(lambda mean: _won(1 - share, bets, mean) >= enough)
        width = self.high - self.low
        point = self.low + width * float(share.mean())
        bounds = self.low + width * lower, self.low + width * upper
        return Interval(point, *bounds, self.level, share.size, self.method)

    def _shares(self, values: ArrayLike) -> NDArray[np.float64]:
        sample = finite_sample(values)
        slack = 1e-9 * (self.high - self.low)
        outside = sample[(sample < self.low - slack) | (sample > self.high + slack)]
        if outside.size:
            raise ValueError(f"values from {self.low} to {self.high} were expected, found {outside[0]}")
        return np.clip((sample - self.low) / (self.high - self.low), 0.0, 1.0)

    def _bets(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """What is bet on each value before it is seen, from the mean and variance of those before it; no cut yet."""
        t = np.arange(1, share.size + 1)
        means = (0.5 + np.cumsum(share)) / (t + 1)
        variances = (0.25 + np.cumsum((share - means) ** 2)) / (t + 1)
        before = np.concatenate(([0.25], variances[:-1]))
        return np.asarray(np.sqrt(2 * np.log(2 / (1 - self.level)) / (before * t * np.log1p(t))))


def _won(share: NDArray[np.float64], bets: NDArray[np.float64], mean: float) -> float:
    """The logarithm of K+ against `mean`: what a gambler on larger values has made of 1."""
    cut = np.minimum(bets, MOST_OF_CAPITAL / max(mean, 1e-300))
    return float(np.log1p(cut * (share - mean)).sum())


def _last(holds: Callable[[float], bool]) -> float:
    """The largest mean in [0, 1] up to which a condition that ends somewhere holds; 0 where it never does."""
    low, high = 0.0, 1.0
    if holds(high):
        return high
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
