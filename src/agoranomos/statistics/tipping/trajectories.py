"""Arrays of who broke the rule when, and how often they are drawn again, whole settings at a time.

`violated` is [T, R], trajectories by rounds: 1 or 0, or the probability with which the rule was broken, and NaN where
neither is known (the agent sat out, or its answer could not be read). `settings` names the setting of each trajectory.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.statistics.bootstrap import few_clusters
from agoranomos.statistics.grouping import grouping
from agoranomos.statistics.result import NAN, Interval, varies

Array = NDArray[np.float64]
Denominator = Literal["valid", "all"]
"""`valid`: a rate is of those rounds in which one or the other was done; `all`: of all, and the rest kept the rule."""

RESAMPLES = 4_000
METHOD = "percentile bootstrap over settings"


def as_violated(violated: ArrayLike, *, of: Denominator = "valid") -> Array:
    """`violated` as a float array [T, R]; raises `ValueError` for another shape, or a number outside [0, 1]."""
    found = np.array(violated, dtype=np.float64)
    if found.ndim != 2:
        raise ValueError(f"an array [trajectory, round] was expected, not one of shape {found.shape}")
    given = found[~np.isnan(found)]
    if given.size and (given.min() < 0.0 or given.max() > 1.0):
        raise ValueError(f"probabilities between 0 and 1 were expected, not {given.min():g} to {given.max():g}")
    return np.nan_to_num(found, nan=0.0) if of == "all" else found


def as_moves(moves: ArrayLike) -> Array:
    """`moves` as a float array [T, R] of 0, 1 and NaN; raises `ValueError` for anything between."""
    found = as_violated(moves)
    if not np.isin(found[~np.isnan(found)], (0.0, 1.0)).all():
        raise ValueError("moves that are 0 or 1 were expected; give probabilities as `chances`")
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """For each of G settings, sums and how many values they are of, [G, K]: K rates, one a column."""

    sums: Array
    counts: Array

    @property
    def rates(self) -> Array:
        """The K rates over all settings; NaN where there is no value."""
        return ratio(self.sums.sum(axis=0), self.counts.sum(axis=0))

    def drawn(self, rows: NDArray[np.intp]) -> Array:
        """The rates [B, K] when the settings in each of the B rows are taken instead."""
        return ratio(self.sums[rows].sum(axis=1), self.counts[rows].sum(axis=1))


def counted(values: Array, settings: Sequence[Hashable], names: Sequence[Hashable] | None = None) -> Counts:
    """Sums and counts [G, K] of the columns of `values` [T, K], NaN left out, a row for each setting.

    `names` are the settings in their order, where there are others than those of these values.
    """
    found = grouping(settings, len(values))
    known, order = ~np.isnan(values), found.names if names is None else tuple(names)
    place = {name: k for k, name in enumerate(order)}
    owner = np.array([place[found.names[one]] for one in found.owner], dtype=np.intp)
    sums, counts = np.zeros((len(order), values.shape[1])), np.zeros((len(order), values.shape[1]))
    np.add.at(sums, owner, np.where(known, values, 0.0))
    np.add.at(counts, owner, known.astype(np.float64))
    return Counts(sums, counts)


def ratio(sums: Array, counts: Array) -> Array:
    """`sums / counts`, NaN where there is none."""
    return np.asarray(np.divide(sums, counts, out=np.full(np.shape(sums), NAN), where=counts > 0))


def bootstrap(
    parts: Sequence[Counts],
    statistic: Callable[..., Array],
    generator: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    method: str = METHOD,
) -> list[Interval]:
    """Each number of `statistic` with its percentile interval when whole settings are drawn again.

    `statistic` takes the rates [B, K] of each of `parts` (which have the same settings) and gives [B, S]. Draws in
    which a number does not exist are left out, and its warning says how many. Source: A. C. Davison and D. V. Hinkley,
    Bootstrap Methods and their Application (1997), section 3.8 (strategy 1).
    """
    points = statistic(*[part.rates[None] for part in parts])[0]
    settings = len(parts[0].sums)
    if settings < 2:
        reason = "one setting has no spread between settings" if settings else "no value"
        return [
            Interval(float(point), NAN, NAN, level, settings, method, "no value" if np.isnan(point) else reason)
            for point in points
        ]
    rows = generator.integers(0, settings, size=(resamples, settings))
    drawn = statistic(*[part.drawn(rows) for part in parts])
    return [_interval(float(point), drawn[:, k], level, settings, method) for k, point in enumerate(points)]


def _interval(point: float, drawn: Array, level: float, settings: int, method: str) -> Interval:
    if np.isnan(point):
        return Interval(NAN, NAN, NAN, level, settings, method, "no value")
    kept = drawn[~np.isnan(drawn)]
    if not varies(kept):
        return Interval(point, NAN, NAN, level, settings, method, "equal in all settings")
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    lost = drawn.size - kept.size
    warning = f"{lost} of {drawn.size} draws have no value" if lost else few_clusters(settings)
    return Interval(point, float(low), float(high), level, settings, method, warning=warning)
