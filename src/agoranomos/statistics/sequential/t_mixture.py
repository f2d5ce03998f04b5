"""A confidence sequence for the mean of normal values whose variance nobody knows: the t-mixture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.statistics.result import NAN, Interval, finite_sample, varies, why_no_spread


@dataclass(frozen=True, slots=True)
class TMixture:
    """Intervals at `level` that hold after every value together, for independent normal values.

    The evidence against a mean m is the likelihood ratio of the values' shape (what is left of x - m when its scale is
    divided out), with the mean in units of the standard deviation mixed over a normal distribution around 0 of spread
    `effect`, against a mean of exactly m. With n values, S their sum and V their sum of squares after m is taken off,

        E_n(m) = (1 + n effect^2)^(-1/2) [V / (V - S^2 effect^2 / (1 + n effect^2))]^(n/2).

    It is a nonnegative martingale that begins at 1, so it ever reaches 1 / (1 - level) with at most the probability 1 -
    level (Ville 1939). `effect` is where the sequence is sharpest; any value is valid.

    Sources: T. L. Lai, "On confidence sequences", Annals of Statistics 4 (1976); H. Wang and A. Ramdas, "Anytime-valid
    t-tests and confidence sequences for Gaussian means with unknown variance", arXiv 2310.03722 (scale-invariant
    likelihood, Gaussian mixture). Values that are not normal are a matter of measurement and not of proof: whole
    tiers keep the level (docs/measurements/sequential.json), values with a long rare tail on one side need not. While
    all values are equal there is no interval: a normal sample never is so, and nothing is decided by one that is.
    """

    level: float = 0.95
    effect: float = 1.0

    method = "t-mixture confidence sequence"

    def __post_init__(self) -> None:
        """Raise `ValueError` for a level outside (0, 1) or an effect that is not positive."""
        if not 0 < self.level < 1 or not self.effect > 0:
            raise ValueError(f"a level in (0, 1) and a positive effect were expected, not {self.level}, {self.effect}")

    def log_evidence(self, values: ArrayLike, null: float = 0.0) -> float:
        """The natural logarithm of E_n(`null`); 0 of a sample that does not vary.

        Raises `ValueError` for NaN or infinite values.
        """
        sample = finite_sample(values) - null
        if not varies(sample):
            return 0.0
        n, weight = sample.size, self.effect**2 / (1 + sample.size * self.effect**2)
        share = weight * float(sample.sum()) ** 2 / float((sample**2).sum())
        return float(-0.5 * np.log1p(n * self.effect**2) - 0.5 * n * np.log1p(-share))

    def interval(self, values: ArrayLike) -> Interval:
        """The means against which the evidence after these values has not reached 1 / (1 - level).

        Bounds are NaN with a reason where the values do not vary, infinite where there are too few of them. Raises
        `ValueError` for NaN or infinite values.
        """
        sample = finite_sample(values)
        n = sample.size
        reason = why_no_spread(sample)
        if reason:
            return Interval(float(sample.mean()) if n else NAN, NAN, NAN, self.level, n, self.method, reason)
        spread = 1 + n * self.effect**2
        # From E_n(m) = 1 / alpha: (mean - m)^2 (n weight - gap) = variance gap.
        gap = -float(np.expm1((2 * np.log1p(-self.level) - np.log(spread)) / n))
        room = n * self.effect**2 / spread - gap
        mean = float(sample.mean())
        radius = float(np.sqrt(sample.var() * gap / room)) if room > 0 else float("inf")
        return Interval(mean, mean - radius, mean + radius, self.level, n, self.method)
