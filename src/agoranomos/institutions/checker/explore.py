"""Exploration: from the beginning of play, every standing that some run of circumstances leads to."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.checker.circumstances import Circumstance
from agoranomos.institutions.checker.layout import Layout, Rows
from agoranomos.institutions.checker.space import Fault, Space
from agoranomos.institutions.checker.stepping import AT_ONCE, Stepper
from agoranomos.institutions.checker.walks import NOWHERE
from agoranomos.institutions.guards import GuardFault

ROUNDS_A_STANDING = 10
"""Judged rounds that are allowed for, on average, for each standing that is."""


def explore(
    bound: Bound,
    layout: Layout,
    circumstances: tuple[Circumstance, ...],
    stepper: Stepper,
    most: int,
    progress: Callable[[int, int], None] | None = None,
) -> Space:
    """Judge every reachable standing under every circumstance, in order of distance, until `most` were reached.

    Where there are many circumstances, `ROUNDS_A_STANDING` times as many judged rounds are the end, too. `progress` is
    told how many standings are judged and how many are known, after each distance.
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
    judged, within, fault = 0, True, None
    while len(level):
        levels.append(level)
        if not within:
            break
        found: list[Rows] = []
        origin: list[Rows] = []
        cause: list[Rows] = []
        portion = max(1, AT_ONCE // width)
        done = 0
        for start in range(0, len(level), portion):
            if len(known) > most or (judged + start) * width > most * ROUNDS_A_STANDING:
                within = False
                break
            part = level[start : start + portion]
            done = start + len(part)
            which = np.tile(np.arange(width), len(part))
            try:
                stepped = stepper.step(np.repeat(part, width, axis=0), which)
            except GuardFault:
                undecided = _undecided(stepper, np.repeat(part, width, axis=0), which)
                fault = Fault(judged + start + undecided[0] // width, undecided[0] % width, undecided[1])
                within, done = False, start
                break
            ids, fresh = _identified(code.of(stepped.rows), known)
            found.append(stepped.rows[fresh])
            origin.append(judged + start + fresh // width)
            cause.append(which[fresh])
            steps.append(ids.reshape(len(part), width))
            crossed.append(stepped.edge.reshape(len(part), width))
            happened.append(stepped.events.reshape(len(part), width, -1))
        judged += done
        level = np.concatenate([level[:0], *found])
        parents += [one.astype(np.int32) for one in origin]
        by += [one.astype(np.int32) for one in cause]
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
        fault=fault,
    )


def _undecided(stepper: Stepper, rows: Rows, which: Rows) -> tuple[int, str]:
    """The first row whose round cannot be judged, by halving, and what the guard says; one of the rows must fail."""
    low, high, said = 0, len(rows), ""
    while high - low > 1 or not said:
        middle = (low + high + 1) // 2
        try:
            stepper.step(rows[low:middle], which[low:middle])
        except GuardFault as error:
            high, said = middle, error.message
        else:
            low = middle
    return low, said


def _identified(keys: np.ndarray, known: dict[object, int]) -> tuple[np.ndarray, Rows]:
    """`(ids, fresh)`: the number of every key, and where keys stand that were not known, in the order of their numbers.

    Numbers are given in order of discovery, so that ways do not depend on how keys happen to sort.
    """
    before = len(known)
    values, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    listed = values.tolist()
    ids = np.empty(len(values), np.int32)
    for place in order.tolist():
        ids[place] = known.setdefault(listed[place], len(known))
    return ids[inverse.ravel()], first[order[ids[order] >= before]].astype(np.int64)


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
