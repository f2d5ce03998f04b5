"""What an estimator gives back: numbers, how many values they rest on, and why a number is missing where it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Interval:
    """A point estimate with the bounds of its interval at `level`.

    `n` counts values (or clusters, where the method resamples clusters). Bounds are NaN where they cannot be
    estimated, and `reason` then says why; the point is NaN only when there is no value at all. `warning` says where
    the bounds exist and hold less than they promise.
    """

    point: float
    low: float
    high: float
    level: float
    n: int
    method: str
    reason: str = ""
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """An effect with its interval at `level` and the two-sided `p` of it being none.

    `se` is the standard error and `df` the degrees of freedom of the t distribution it is referred to (infinite for the
    normal one, NaN where bounds come from resampling). `n` counts values, `clusters` the independent units among them.
    Where a number does not exist it is NaN, and `reason` says why; `warning` says what the numbers assume and the
    data make doubtful.
    """

    point: float
    low: float
    high: float
    p: float
    level: float
    n: int
    clusters: int
    method: str
    se: float = NAN
    df: float = NAN
    reason: str = ""
    warning: str = ""

    @property
    def interval(self) -> Interval:
        """The same without its p; `n` counts the independent units."""
        return Interval(
            self.point, self.low, self.high, self.level, self.clusters, self.method, self.reason, self.warning
        )


def without_interval(point: float, level: float, n: int, clusters: int, method: str, reason: str) -> Estimate:
    """An estimate that has a point at most, and the reason."""
    return Estimate(point, NAN, NAN, NAN, level, n, clusters, method, reason=reason)


def finite_sample(values: ArrayLike) -> NDArray[np.float64]:
    """`values` as a one-dimensional float array; raises `ValueError` for another shape, a NaN or an infinity."""
    sample = np.asarray(values, dtype=np.float64)
    if sample.ndim != 1:
        raise ValueError(f"a one-dimensional sample was expected, not one of shape {sample.shape}")
    if not np.isfinite(sample).all():
        raise ValueError("the sample holds a NaN or an infinity")
    return sample


def varies(sample: NDArray[np.float64]) -> bool:
    """Whether the values differ by more than rounding (and than squares can hold); a single value does not vary."""
    if sample.size < 2:
        return False
    return bool(np.ptp(sample) > max(1e-12 * np.abs(sample).max(), 1e-150))


def why_no_spread(sample: NDArray[np.float64]) -> str:
    """Why a spread cannot be estimated from the sample, in words; empty where it can."""
    if sample.size == 0:
        return "no value"
    if sample.size == 1:
        return "one value has no spread"
    return "" if varies(sample) else f"all {sample.size} values are equal"
