"""Long counters made short, where that is exact.

A streak that counts to 1,000 is asked whether it is at least 5, or a multiple of 15. Beyond the largest number that a
guard compares it with only its remainder can be told; so the counter is explored folded, as if it had no largest value.
What is left to show is that the cut at the largest value changes nothing either: in every standing in which the counter
can have come that far, all remainders, and the largest value itself, must have the same consequences. Then each folded
standing and those it stands for lead to the same, round after round (they are bisimilar). Where it cannot be shown, the
counter is explored as it is.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np

from agoranomos.institutions.checker.layout import IDLE, Layout, Rows, clock_of, is_strange
from agoranomos.institutions.checker.space import Space
from agoranomos.institutions.checker.stepping import Stepper
from agoranomos.institutions.checker.walks import NOWHERE, Mask
from agoranomos.institutions.guards import GuardFault

_MOST_CHECKED = 2_000_000
"""Judged rounds that a proof may take; beyond it a counter is explored as it is."""


def folded(layout: Layout) -> Layout:
    """The layout with every counter folded that is longer than its fold."""
    names = [name for name, _, _ in layout.bound.institution.counter_updates]
    clocks = [clock_of(layout.bound, name) for name in names]
    folds = tuple(
        clock if clock and clock.turn + clock.period < most and not is_strange(layout.bound, name) else None
        for name, clock, most in zip(names, clocks, layout.counters, strict=True)
    )
    return replace(layout, folds=folds)


def unfounded(space: Space, stepper: Stepper) -> tuple[int, ...]:
    """The counters whose fold is not shown to be exact; `stepper` judges by the layout without folds."""
    layout = space.layout
    return tuple(
        index for index, clock in enumerate(layout.folds) if clock is not None and not _exact(space, stepper, index)
    )


def _exact(space: Space, stepper: Stepper, index: int) -> bool:
    layout, clock = space.layout, space.layout.folds[index]
    assert clock is not None
    own, *rivals = layout.columns(index)
    far = (space.rows[:, own] >= clock.turn) & space.explored
    if rivals and (space.rows[space.rows[:, 0] == IDLE][:, rivals] >= clock.turn).any():
        return False  # An idle rival counts on its own.
    if not far.any():
        return True
    staying = far[:, None] & far[space.next] & (space.next != NOWHERE)
    before, after = np.nonzero(staying)[0], space.next[staying]
    step = clock.fold(space.rows[:, own] + 1)
    grows = (space.rows[after, own] == step[before]) | (space.rows[after, own] == space.rows[before, own])
    if not grows.all():
        return False
    entered = clock.turn + clock.period
    late = _after(far, before, after, layout.counters[index] - entered)
    return _alike(space, stepper, index, late)


def _after(far: Mask, before: Rows, after: Rows, rounds: int) -> Mask:
    """bool[n]: the standings with a long count that are reached after at least so many rounds of it."""
    late = far
    for _ in range(rounds):
        image = np.zeros_like(late)
        image[after[late[before]]] = True
        if np.array_equal(image, late):
            break
        late = image
    return late


def _alike(space: Space, stepper: Stepper, index: int, late: Mask) -> bool:
    """Whether in these standings every remainder of the count, and its largest value, have the same consequences."""
    layout, clock = space.layout, space.layout.folds[index]
    assert clock is not None
    if not late.any():
        return True
    columns = layout.columns(index)
    rows = space.rows[late].copy()
    idle = rows[:, 0] == IDLE
    rows[:, columns[0]] = clock.turn
    for column in columns[1:]:
        rows[~idle, column] = clock.turn
    rows = np.unique(_with_others_at_most(layout, index, rows), axis=0)
    width = len(space.circumstances)
    values = [*range(clock.turn, clock.turn + clock.period), layout.counters[index]]
    if len(rows) * width * len(values) > _MOST_CHECKED:
        return False
    which = np.tile(np.arange(width), len(rows))
    told = None
    for value in values:
        tried = rows.copy()
        tried[:, columns[0]] = value
        for column in columns[1:]:
            tried[tried[:, 0] != IDLE, column] = value
        try:
            stepped = stepper.step(np.repeat(tried, width, axis=0), which)
        except GuardFault:
            return False
        far = stepped.rows[:, columns] >= clock.turn
        result = stepped.rows.copy()
        result[:, columns] = np.where(far, clock.turn, result[:, columns])
        said = np.column_stack([result, stepped.edge, stepped.blocked, stepped.events])
        if told is not None and not np.array_equal(told, said):
            return False
        told = said
    return True


def _with_others_at_most(layout: Layout, index: int, rows: Rows) -> Rows:
    """The rows, and again with every other long count at its largest value, in all combinations."""
    others = [k for k, clock in enumerate(layout.folds) if clock is not None and k != index]
    found = [rows]
    for size in range(1, len(others) + 1):
        for chosen in itertools.combinations(others, size):
            copy = rows.copy()
            for k in chosen:
                clock = layout.folds[k]
                assert clock is not None
                for column in layout.columns(k):
                    copy[:, column] = np.where(copy[:, column] >= clock.turn, layout.counters[k], copy[:, column])
            found.append(copy)
    return np.concatenate(found)
