"""What missing runs could change at worst, where the outcome is bounded: nothing is assumed of why they are missing."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.statistics.result import NAN, Estimate, finite_sample
from agoranomos.statistics.t_estimate import cluster_mean_estimate, mean_estimate, welch_estimate


@dataclass(frozen=True, slots=True)
class WorstCase:
    """The effect lies between `least` and `most` in the sample, whatever the missing values are.

    `low`, `high` are the ends of the intervals of the two extremes at `level`: they hold chance, too. NaN with a
    `reason` where an extreme has no interval.
    """

    least: float
    most: float
    low: float
    high: float
    level: float
    n: int
    missing: int
    reason: str = ""


def worst_case_mean(
    values: ArrayLike,
    missing: int,
    bounds: tuple[float, float],
    *,
    clusters: tuple[Sequence[Hashable], Sequence[Hashable]] | None = None,
    level: float = 0.95,
) -> WorstCase:
    """The mean when `missing` further values may lie anywhere within `bounds`; over the means of clusters, if given.

    For paired differences of an outcome within (l, h) the bounds are (l - h, h - l). `clusters` names the cluster of
    each value, and of each that is missing. Source: C. F. Manski, "Nonparametric bounds on treatment effects", American
    Economic Review 80 (1990). Raises `ValueError` for a value outside the bounds, a negative count, NaN or infinite
    values, and lengths that differ.
    """
    sample = _within(values, missing, bounds)

    def filled(fill: float) -> Estimate:
        whole = np.append(sample, np.full(missing, fill))
        if clusters is None:
            return mean_estimate(whole, level=level)
        return cluster_mean_estimate(whole, [*clusters[0], *clusters[1]], level=level)

    return _between(filled, bounds, level, sample.size, missing)


def worst_case_difference(
    first: ArrayLike,
    missing_first: int,
    second: ArrayLike,
    missing_second: int,
    bounds: tuple[float, float],
    *,
    level: float = 0.95,
) -> WorstCase:
    """First mean less second when the missing values of either side may lie anywhere within `bounds`.

    Source and errors as `worst_case_mean`; the intervals of the extremes are Welch's.
    """
    a, b = _within(first, missing_first, bounds), _within(second, missing_second, bounds)
    low, high = bounds

    def filled(fill: float) -> Estimate:
        other = low + high - fill
        return welch_estimate(
            np.append(a, np.full(missing_first, fill)), np.append(b, np.full(missing_second, other)), level=level
        )

    return _between(filled, bounds, level, a.size + b.size, missing_first + missing_second)


def _between(
    filled: Callable[[float], Estimate], bounds: tuple[float, float], level: float, n: int, missing: int
) -> WorstCase:
    worst, best = filled(bounds[0]), filled(bounds[1])
    reason = worst.reason or best.reason
    return WorstCase(
        worst.point, best.point, NAN if reason else worst.low, NAN if reason else best.high, level, n, missing, reason
    )


def _within(values: ArrayLike, missing: int, bounds: tuple[float, float]) -> NDArray[np.float64]:
    sample = finite_sample(values)
    low, high = bounds
    if not low < high:
        raise ValueError(f"bounds in order were expected, not {low:g}, {high:g}")
    if missing < 0:
        raise ValueError(f"a count of missing values was expected, not {missing}")
    outside = sample[(sample < low) | (sample > high)]
    if outside.size:
        raise ValueError(f"the value {outside[0]:g} lies outside {low:g} to {high:g}")
    return sample
