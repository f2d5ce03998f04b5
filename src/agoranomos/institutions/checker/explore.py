"""Exploration: from the beginning of play, every standing that some run of circumstances leads to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.checker.circumstances import Circumstance
from agoranomos.institutions.checker.layout import Layout, Rows
from agoranomos.institutions.checker.space import Space
from agoranomos.institutions.checker.stepping import Stepper
from agoranomos.institutions.checker.walks import NOWHERE

_AT_ONCE = 400_000
"""Rows judged in one call: more would take memory, and no less time."""


def explore(
    bound: Bound,
    layout: Layout,
    circumstances: tuple[Circumstance, ...],
    stepper: Stepper,
    most: int,
    progress: Callable[[int, int], None] | None = None,
) -> Space:
    """Judge every reachable standing under every circumstance, in order of distance, until `most` were reached.

    `progress` is told how many standings are judged and how many are known, after each distance.
    """
    code = _Codes(layout.ranges)
    width = len(circumstances)
    levels: list[Rows] = []
    known: dict[object, int] = {}
    parents, by, steps, crossed, happened = [], [], [], [], []
    level = _beginnings(layout)
    for key in code.of(level).tolist():
        known[key] = len(known)
    parents.append(np.full(len(level), NOWHERE, np.int32))
    by.append(np.full(len(level), NOWHERE, np.int32))
    judged = 0
    while len(level):
        levels.append(level)
        if len(known) > most:
            break
        found: list[Rows] = []
        origin: list[Rows] = []
        cause: list[Rows] = []
        portion = max(1, _AT_ONCE // width)
        for start in range(0, len(level), portion):
            part = level[start : start + portion]
            which = np.tile(np.arange(width), len(part))
            stepped = stepper.step(np.repeat(part, width, axis=0), which)
            keys, first, inverse = np.unique(code.of(stepped.rows), return_index=True, return_inverse=True)
            ids = np.empty(len(keys), np.int32)
            order = np.argsort(first, kind="stable")  # in order of discovery, for one and the same shortest way
            listed = keys.tolist()
            for place in order.tolist():
                ids[place] = known.setdefault(listed[place], len(known))
            newest = judged + len(level) + sum(len(one) for one in found)
            fresh = [place for place in order.tolist() if ids[place] >= newest]
            if fresh:
                at = first[fresh]
                found.append(stepped.rows[at])
                origin.append(judged + start + at // width)
                cause.append(which[at])
            steps.append(ids[inverse].reshape(len(part), width))
            crossed.append(stepped.edge.reshape(len(part), width))
            happened.append(stepped.events.reshape(len(part), width, -1))
        judged += len(level)
        level = np.concatenate(found) if found else level[:0]
        if len(level):
            parents.append(np.concatenate(origin).astype(np.int32))
            by.append(np.concatenate(cause).astype(np.int32))
        if progress is not None:
            progress(judged, len(known))
    rest = sum(len(one) for one in levels) - judged
    events = len(bound.institution.events)
    return Space(
        bound=bound,
        layout=layout,
        circumstances=circumstances,
        rows=np.concatenate(levels),
        next=np.concatenate([*steps, np.full((rest, width), NOWHERE, np.int32)]),
        edge=np.concatenate([*crossed, np.full((rest, width), NOWHERE, np.int16)]),
        events=np.concatenate([*happened, np.zeros((rest, width, events), bool)]),
        parent=np.concatenate(parents),
        by=np.concatenate(by),
        complete=rest == 0,
    )


def _beginnings(layout: Layout) -> Rows:
    """Where play begins: the initial standing, once for each kind of rival where conduct is joint."""
    manifest = layout.bound.institution.manifest
    block = np.zeros(layout.width, np.int64)
    block[0] = layout.states.index(manifest.initial)
    block[1 : 1 + len(layout.counters)] = [counter.initial for counter in manifest.counters.values()]
    head = [1] if layout.round is not None else []
    blocks = [block, block] if layout.joint else [block]
    kinds = (0, 1) if layout.joint else (0,)
    return np.array([np.concatenate([[kind], head, *blocks]) for kind in kinds], np.int64)


class _Codes:
    """One key for a row: a number in mixed radix where that fits 62 bits, else the row's bytes."""

    def __init__(self, ranges: tuple[int, ...]) -> None:
        weights, product = [], 1
        for size in reversed(ranges):
            weights.append(product)
            product *= size
        self._weights = np.array(weights[::-1], np.int64) if product < 1 << 62 else None

    def of(self, rows: Rows) -> np.ndarray:
        """A key for each row."""
        if self._weights is not None:
            return np.asarray(rows @ self._weights)
        packed = np.ascontiguousarray(rows.astype(np.int32))
        return packed.view(np.dtype((np.void, packed.dtype.itemsize * packed.shape[1]))).ravel()
