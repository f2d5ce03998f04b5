"""Arithmetic of what is recorded: sums in one order, ratios in millionths, None where a number could not be kept."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from agoranomos.markets.facts import SCALE
from agoranomos.randomness import MAX_EXACT_INTEGER

SMALLEST_DENOMINATOR = 1e-9
"""A ratio is undefined where its denominator is smaller than this in size."""


def ordered_sum(values: Iterable[float]) -> float:
    """The sum from first to last.

    The built-in sum compensates rounding from Python 3.12 on; records must not depend on the version.
    """
    total = 0.0
    for value in values:
        total += value
    return total


def ordered_sums(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums along the last axis from first to last; NumPy's own order depends on the memory layout."""
    total = np.zeros(values.shape[:-1])
    for i in range(values.shape[-1]):
        total = total + values[..., i]
    return total


def ratio_e6(numerator: float, denominator: float) -> int | None:
    """A ratio in millionths; None where it is undefined, and where it could not be recorded exactly."""
    if -SMALLEST_DENOMINATOR < denominator < SMALLEST_DENOMINATOR:
        return None
    value = round(numerator / denominator * SCALE)
    return value if -MAX_EXACT_INTEGER <= value <= MAX_EXACT_INTEGER else None


def ratio(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same over arrays, in own units; NaN for None."""
    defined = np.abs(denominator) >= SMALLEST_DENOMINATOR
    with np.errstate(invalid="ignore"):
        value = numerator / np.where(defined, denominator, np.nan)
        return np.where(np.abs(np.rint(value * SCALE)) <= MAX_EXACT_INTEGER, value, np.nan)
