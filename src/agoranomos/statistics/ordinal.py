"""Ordered outcomes, such as tiers: how far one side lies above the other on the whole scale, as a log odds ratio."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.statistics.grouping import grouping
from agoranomos.statistics.proportional_odds import ProportionalOdds, proportional_odds
from agoranomos.statistics.result import Estimate, finite_sample, without_interval
from agoranomos.statistics.t_estimate import t_estimate

FEWEST_CLUSTERS = 3


def ordinal_estimate(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Estimate:
    """The log odds ratio of being above any cut of the scale, first against second; positive where first is higher.

    `logit P(Y > k) = b [first] - a_k`, for independent values, with the standard error of the information matrix and
    the normal reference. Source: P. McCullagh, "Regression models for ordinal data", Journal of the Royal Statistical
    Society B 42 (1980). Raises `ValueError` for NaN or infinite values.
    """
    a, b = finite_sample(first), finite_sample(second)
    n, method = a.size + b.size, "proportional odds"
    found = proportional_odds(_cells(a, b, np.arange(n), n).sum(axis=0))
    if found.reason:
        return without_interval(found.effect, level, n, n, method, found.reason)
    return t_estimate(found.effect, found.se, np.inf, level=level, n=n, clusters=n, method=method)


def ordinal_cluster_estimate(
    first: ArrayLike,
    first_clusters: Sequence[Hashable],
    second: ArrayLike,
    second_clusters: Sequence[Hashable],
    *,
    level: float = 0.95,
) -> Estimate:
    """As `ordinal_estimate`, when the values of a cluster depend on each other.

    The odds ratio is that of the whole population; its standard error is the jackknife over clusters, with t(G-1),
    which holds where clusters are few and the usual sandwich is too narrow. Source: J. G. MacKinnon, M. O. Nielsen and
    M. D. Webb, "Fast and reliable jackknife and bootstrap methods for cluster-robust inference", Journal of Applied
    Econometrics 38 (2023). Raises `ValueError` for NaN or infinite values and for lengths that differ.
    """
    a, b = finite_sample(first), finite_sample(second)
    names = [*grouping(first_clusters, a.size).of_values, *grouping(second_clusters, b.size).of_values]
    groups = grouping(names, a.size + b.size)
    n, G, method = a.size + b.size, len(groups.names), "proportional odds, jackknife over clusters"
    cells = _cells(a, b, groups.owner, G)
    table = cells.sum(axis=0)
    whole = proportional_odds(table)
    without = [proportional_odds(table - cell) for cell in cells]
    effects = np.array([one.effect for one in without])
    reason = _why_not(whole, without, G)
    se = float(np.sqrt((G - 1) / G * ((effects - whole.effect) ** 2).sum())) if not reason else 0.0
    if not reason and se <= 1e-12:
        reason = "the clusters do not differ"
    if reason:
        return without_interval(whole.effect, level, n, G, method, reason)
    return t_estimate(whole.effect, se, G - 1, level=level, n=n, clusters=G, method=method)


def _why_not(whole: ProportionalOdds, without: Sequence[ProportionalOdds], clusters: int) -> str:
    if whole.reason:
        return whole.reason
    if clusters < FEWEST_CLUSTERS:
        return f"a jackknife needs {FEWEST_CLUSTERS} clusters, not {clusters}"
    failed = next((one.reason for one in without if one.reason), "")
    return f"without one of the clusters: {failed}" if failed else ""


def _cells(
    first: NDArray[np.float64], second: NDArray[np.float64], owner: NDArray[np.intp], clusters: int
) -> NDArray[np.float64]:
    """How often each cluster and side has each value of the scale, shape (G, 2, K); side 1 is the first."""
    values = np.concatenate((first, second))
    scale = np.unique(values)
    cells = np.zeros((clusters, 2, scale.size))
    sides = np.repeat([1, 0], [first.size, second.size])
    np.add.at(cells, (owner, sides, np.searchsorted(scale, values)), 1.0)
    return cells
