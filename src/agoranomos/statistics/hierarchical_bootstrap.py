"""The hierarchical bootstrap: whole rosters are drawn again, then batches within each, then runs within those."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.statistics.bootstrap import RESAMPLES, few_clusters, percentile_interval
from agoranomos.statistics.grouping import grouping
from agoranomos.statistics.result import NAN, Interval, finite_sample, varies, why_no_spread

_AT_ONCE = 500_000

Array = NDArray[np.float64]


def bootstrap_hierarchical_mean(
    values: ArrayLike,
    levels: Sequence[Sequence[Hashable]],
    generator: np.random.Generator,
    *,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Interval:
    """The mean of all values with its percentile interval when every level is resampled within the one above.

    `levels` holds, from the outermost in, the name of each value's unit (rosters, then batches); values themselves are
    the last level. Names of an inner level need be told apart only within their outer unit. `n` of the result counts
    outermost units, and below 12 of them the interval is too narrow, which its warning says. Source: A. C. Davison and
    D. V. Hinkley, Bootstrap Methods and their Application (1997), section 3.8 (strategy 2). Raises `ValueError` for
    NaN or infinite values, no level, and lengths that differ.
    """
    sample = finite_sample(values)
    method = "hierarchical percentile bootstrap"
    if not levels:
        raise ValueError("at least one level of clusters was expected")
    path: list[tuple[Hashable, ...]] = [() for _ in range(sample.size)]
    owners = []
    for names in levels:
        grouping(names, sample.size)  # raises for a length that differs
        path = [(*above, name) for above, name in zip(path, names, strict=True)]
        owners.append(grouping(path, sample.size))
    units = len(owners[0].names)
    if not varies(sample):
        point = float(sample.mean()) if sample.size else NAN
        return Interval(point, NAN, NAN, level, units, method, why_no_spread(sample))
    if units == 1:
        reason = "one cluster has no spread between clusters"
        return Interval(float(sample.mean()), NAN, NAN, level, 1, method, reason)
    tree = _tree([found.owner for found in owners], [len(found.names) for found in owners], sample.size)
    rows = max(1, _AT_ONCE // int(np.prod([children.counts.max() for children in tree])))
    means = np.concatenate(
        [_resampled(sample, tree, generator, min(rows, resamples - start)) for start in range(0, resamples, rows)]
    )
    return percentile_interval(float(sample.mean()), means, level, units, method, few_clusters(units))


@dataclass(frozen=True, slots=True)
class _Children:
    """The children of each unit of a level, in one array: unit u has `counts[u]` from `order[starts[u]]` on."""

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    counts: NDArray[np.intp]


def _tree(owners: Sequence[NDArray[np.intp]], sizes: Sequence[int], n: int) -> list[_Children]:
    """From the root, whose children are the outermost units, down to the units whose children are values."""
    above, parts = np.zeros(n, dtype=np.intp), 1
    tree = []
    for owner, size in zip([*owners, np.arange(n)], [*sizes, n], strict=True):
        parent = np.zeros(size, dtype=np.intp)
        parent[owner] = above
        counts = np.bincount(parent, minlength=parts)
        tree.append(_Children(np.argsort(parent, kind="stable"), np.cumsum(counts) - counts, counts))
        above, parts = owner, size
    return tree


def _resampled(sample: Array, tree: Sequence[_Children], generator: np.random.Generator, rows: int) -> Array:
    """Means of `rows` resamples. Units with fewer children than the widest leave places empty (-1)."""
    drawn = np.zeros((rows, 1), dtype=np.intp)
    for children in tree:
        here = np.maximum(drawn, 0)
        counts = np.where(drawn >= 0, children.counts[here], 0)
        width = int(children.counts.max())
        picks = (generator.random((*drawn.shape, width)) * counts[..., None]).astype(np.intp)
        filled = np.arange(width) < counts[..., None]
        found = children.order[np.where(filled, children.starts[here][..., None] + picks, 0)]
        drawn = np.where(filled, found, -1).reshape(rows, -1)
    return np.asarray(np.where(drawn >= 0, sample[drawn], 0.0).sum(axis=1) / (drawn >= 0).sum(axis=1))
