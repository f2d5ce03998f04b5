"""Walks through a graph in arrays: `after` int[n, i] says where each of n nodes leads under each of i circumstances."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order, connected_components, dijkstra

Mask = npt.NDArray[np.bool_]
Nodes = npt.NDArray[np.integer]

NOWHERE = -1
"""In place of a node: there is none."""

_LOUDNESS = 1e-8
"""What a step that is not quiet counts for, beside a step's length of 1: it decides between walks of one length."""


def graph_of(after: Nodes, wanted: Mask) -> csr_matrix:
    """The graph of the steps `wanted` (bool[n, i])."""
    origin, which = np.nonzero(wanted & (after != NOWHERE))
    size = len(after)
    return csr_matrix((np.ones(len(origin), np.int32), (origin, after[origin, which])), shape=(size, size))


def that_reach(after: Nodes, target: Mask, wanted: Mask) -> Mask:
    """bool[n]: the nodes from which one of `target` can be reached, in no steps or more."""
    size = len(after)
    found = np.zeros(size, bool)
    goal = np.flatnonzero(target)
    if len(goal):
        back = graph_of(after, wanted).T.tocoo()
        rows = np.concatenate([back.row, np.full(len(goal), size)])  # one more node leads to every goal
        columns = np.concatenate([back.col, goal])
        whole = csr_matrix((np.ones(len(rows), np.int32), (rows, columns)), shape=(size + 1, size + 1))
        order = breadth_first_order(whole, size, directed=True, return_predecessors=False)
        found[order[order < size]] = True
    return found


def cycles(after: Nodes, wanted: Mask) -> npt.NDArray[np.int32]:
    """For each node the number of its strongly connected component."""
    _, labels = connected_components(graph_of(after, wanted), directed=True, connection="strong")
    return np.asarray(labels, np.int32)


def shortest(after: Nodes, start: int, goal: int, wanted: Mask) -> list[int] | None:
    """The circumstances of a shortest walk from `start` to `goal`, quiet (0) where there is a choice, or None."""
    if start == goal:
        return []
    origin, which = np.nonzero(wanted & (after != NOWHERE))
    size = len(after)
    _, first = np.unique(origin * size + after[origin, which], return_index=True)  # the first circumstance of each step
    origin, which = origin[first], which[first]
    lengths = 1.0 + (which > 0) * _LOUDNESS
    graph = csr_matrix((lengths, (origin, after[origin, which])), shape=(size, size))
    _, before = dijkstra(graph, directed=True, indices=start, return_predecessors=True)
    if before[goal] < 0:
        return None
    walk: list[int] = []
    while goal != start:
        came = int(before[goal])
        walk.append(int(np.flatnonzero((after[came] == goal) & wanted[came])[0]))
        goal = came
    return walk[::-1]


def alike(after: Nodes, seen: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each node the number of its class: nodes of a class look the same (`seen` int64[n, k]) now and for ever.

    The coarsest bisimulation, by refinement until nothing is split any more (Kanellakis and Smolka 1983).
    """
    labels = _numbered(np.zeros(len(after), np.int64), seen)
    count = int(labels.max(initial=-1)) + 1
    while True:
        labels = _numbered(labels, labels[after])
        found = int(labels.max(initial=-1)) + 1
        if found == count:
            return labels
        count = found


def _numbered(labels: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The number of each different row of `labels` and `columns` together."""
    for column in columns.T:
        _, number = np.unique(column, return_inverse=True)
        _, labels = np.unique(labels * (int(number.max(initial=0)) + 1) + number, return_inverse=True)
    return np.asarray(labels, np.int64)
