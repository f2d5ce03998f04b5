"""Percentile bootstrap intervals of a mean, over single values and over whole clusters."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.statistics.result import NAN, Interval, finite_sample, varies, why_no_spread

RESAMPLES = 10_000

FEW_CLUSTERS = 12
"""Below this many clusters a percentile bootstrap over them is too narrow to be relied on."""

_CHUNK = 1_000_000


def bootstrap_mean(
    values: ArrayLike, generator: np.random.Generator, *, resamples: int = RESAMPLES, level: float = 0.95
) -> Interval:
    """The mean with its percentile interval; values are resampled one by one, so they must be independent.

    Source: B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), section 13.3. Raises
    `ValueError` for NaN or infinite values.
    """
    sample = finite_sample(values)
    reason = why_no_spread(sample)
    if reason:
        point = float(sample.mean()) if sample.size else NAN
        return Interval(point, NAN, NAN, level, sample.size, "percentile bootstrap", reason)
    means = _resampled_means(sample, np.ones(sample.size), generator, resamples)
    return percentile_interval(float(sample.mean()), means, level, sample.size, "percentile bootstrap")


def bootstrap_cluster_mean(
    values: ArrayLike,
    clusters: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """The mean of all values with its percentile interval when whole clusters are resampled.

    `clusters` names the cluster of each value; values of one cluster (the runs of a roster) may depend on each other.
    `n` of the result counts clusters; below 12 of them the interval is too narrow (at 6 a 95% interval holds the truth
    in about 86 of 100 cases), which its warning says. Source: A. C. Davison and D. V. Hinkley, Bootstrap Methods and
    their Application (1997), section 3.8 (strategy 1). Raises `ValueError` for NaN or infinite values and for lengths
    that differ.
    """
    sample = finite_sample(values)
    if len(clusters) != sample.size:
        raise ValueError(f"{sample.size} values but {len(clusters)} cluster names")
    method = "percentile bootstrap over clusters"
    names = sorted(set(clusters), key=repr)
    if not varies(sample):
        point = float(sample.mean()) if sample.size else NAN
        return Interval(point, NAN, NAN, level, len(names), method, why_no_spread(sample))
    point = float(sample.mean())
    if len(names) == 1:
        return Interval(point, NAN, NAN, level, 1, method, "one cluster has no spread between clusters")
    index = {name: i for i, name in enumerate(names)}
    owner = np.array([index[name] for name in clusters])
    sums = np.bincount(owner, weights=sample, minlength=len(names)).astype(np.float64)
    counts = np.bincount(owner, minlength=len(names)).astype(np.float64)
    means = _resampled_means(sums, counts, generator, resamples)
    return percentile_interval(point, means, level, len(names), method, few_clusters(len(names)))


def _resampled_means(
    sums: NDArray[np.float64], counts: NDArray[np.float64], generator: np.random.Generator, resamples: int
) -> NDArray[np.float64]:
    """Means of `resamples` resamples of the (sum, count) pairs, drawn in chunks that bound the memory."""
    rows = max(1, _CHUNK // sums.size)
    parts = []
    for start in range(0, resamples, rows):
        drawn = generator.integers(0, sums.size, size=(min(rows, resamples - start), sums.size))
        parts.append(sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1))
    return np.concatenate(parts)


def few_clusters(clusters: int) -> str:
    """The warning on a percentile interval over that many clusters; empty where there are enough."""
    if clusters >= FEW_CLUSTERS:
        return ""
    return f"{clusters} clusters: a percentile bootstrap is too narrow below {FEW_CLUSTERS}; take t over clusters"


def percentile_interval(
    point: float, means: NDArray[np.float64], level: float, n: int, method: str, warning: str = ""
) -> Interval:
    """The interval between the quantiles of resampled means."""
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(point, float(low), float(high), level, n, method, warning=warning)
