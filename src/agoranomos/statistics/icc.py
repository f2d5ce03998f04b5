"""The intraclass correlation: how much of the variance lies between clusters."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from numpy.typing import ArrayLike
from scipy import stats

from agoranomos.statistics.grouping import grouping
from agoranomos.statistics.result import NAN, Interval, finite_sample, varies


def intraclass_correlation(values: ArrayLike, clusters: Sequence[Hashable], *, level: float = 0.95) -> Interval:
    """The share of the variance that lies between clusters, from one-way analysis of variance; `n` counts clusters.

    The point may be below zero, where clusters differ less than chance would have it. The interval is exact for normal
    values and clusters of one size, and takes the average size of S. R. Searle, Biometrics 27 (1971), elsewhere.
    Source: A. Donner, "A review of inference procedures for the intraclass correlation coefficient", International
    Statistical Review 54 (1986). Raises `ValueError` for NaN or infinite values and for lengths that differ.
    """
    sample = finite_sample(values)
    groups = grouping(clusters, sample.size)
    G, n, method = len(groups.names), sample.size, "analysis of variance"
    if G < 2 or n == G or not varies(sample):
        reason = (
            "fewer than two clusters" if G < 2 else "one value a cluster" if n == G else f"all {n} values are equal"
        )
        return Interval(NAN, NAN, NAN, level, G, method, reason)
    sizes, means = groups.sizes, groups.means(sample)
    between = float((sizes * (means - sample.mean()) ** 2).sum()) / (G - 1)
    within = float(((sample - means[groups.owner]) ** 2).sum()) / (n - G)
    size = float(n - (sizes**2).sum() / n) / (G - 1)
    if within <= 1e-24 * max(between, 1e-300):
        return Interval(1.0, NAN, NAN, level, G, method, "values within a cluster are equal")
    ratio, tail = between / within, (1 - level) / 2

    def share(f: float) -> float:
        return (f - 1) / (f + size - 1)

    low = share(ratio / float(stats.f.ppf(1 - tail, G - 1, n - G)))
    high = share(ratio / float(stats.f.ppf(tail, G - 1, n - G)))
    return Interval(share(ratio), max(low, -1 / (size - 1)) if size > 1 else low, high, level, G, method)
