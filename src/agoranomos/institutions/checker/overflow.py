"""Counters that are cut off at the end of their range while a condition could tell the difference.

A counter that stops at its largest value means "so many or more", and most ladders want that. It is a fault in two
cases: a condition that never changes within the range would change beyond it (the counter stops short of it), or a
condition goes on changing beyond the range (it counts in steps, `streak % 5 == 0`, and the counter stands still).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.checker.examination import Examination
from agoranomos.institutions.checker.layout import Layout
from agoranomos.institutions.checker.walks import NOWHERE, Mask
from agoranomos.institutions.guards import Guard, GuardFault, Value
from agoranomos.institutions.institution import EXPIRY, REPORTED

_ROOM = 200
"""By how much the range is widened to see whether the counter wants to leave it, and what lies beyond."""

_CONTEXTS = 200


def find_overflows(given: Examination) -> None:
    """counter-overflow."""
    written = {name for edge in given.space.edges for name in edge.spec.set}
    for index, (name, _, update) in enumerate(given.institution.counter_updates):
        if update is not None or name in written:
            _look_above(given, index)
            _look_below(given, index)


def _look_above(given: Examination, index: int) -> None:
    space = given.space
    name, most, _ = given.institution.counter_updates[index]
    values = space.layout.counters_of(space.rows)[:, index]
    at_most = (values[space.next] == most) & (space.next != NOWHERE)
    if not at_most.any():
        return
    cut = _cut(given, index, at_most)
    if not cut.any():
        return
    contexts = np.unique(space.next[cut])
    for guard, target in _readers(given, name):
        for names in _contexts(given, guard, name, contexts):
            inside = [_told(given, guard, target, name, names, v) for v in _sample(most)]
            beyond = [_told(given, guard, target, name, names, v) for v in range(most + 1, most + 1 + _ROOM)]
            if _steady(inside) and not _steady([inside[-1], *beyond]):
                why = f"so `{guard.text}` can never come out as it would beyond {most}"
            elif not _steady(beyond[_ROOM // 2 :]):
                why = f"and from then on `{guard.text}` stands still, though it should go on changing"
            else:
                continue
            _report(given, index, cut, f"the counter {name!r} is cut off at its largest value {most}, {why}")
            return


def _look_below(given: Examination, index: int) -> None:
    space = given.space
    name, most, update = given.institution.counter_updates[index]
    values = space.layout.counters_of(space.rows)[:, index]
    at_least = (values[space.next] == 0) & (space.next != NOWHERE)
    contexts = np.unique(np.nonzero(at_least)[0])
    sets = [guard for edge in space.edges for other, guard in edge.set if other == name]
    falls = any(
        _value(guard, names) < 0
        for guard in [*([update] if update is not None else []), *sets]
        if "-" in guard.text
        for names in _contexts(given, guard, name, contexts, own=True)
    )
    if not falls:
        return
    after = np.unique(space.next[at_least])
    for guard, target in _readers(given, name):
        for names in _contexts(given, guard, name, after):
            inside = [_told(given, guard, target, name, names, v) for v in _sample(most)]
            below = [_told(given, guard, target, name, names, -v) for v in range(1, 40)]
            if target != name and _steady(inside) and not _steady([inside[0], *below]):
                why = f"so `{guard.text}` can never come out as it would below"
                _report(given, index, at_least, f"the counter {name!r} is cut off at 0, {why}")
                return


def _report(given: Examination, index: int, cut: Mask, message: str) -> None:
    rows = np.argwhere(cut)
    standing, which = min(rows.tolist(), key=lambda one: int(given.space.distance[one[0]]))
    name = given.institution.counter_updates[index][0]
    given.findings.add(
        "counter-overflow",
        ("counters", name, "max"),
        message,
        "Widen the range, or let the counter turn round by itself.",
        trace=given.witnesses.to_round(
            f"{name} is cut off", "In the last round the counter would leave its range.", standing, which
        ),
    )


def _cut(given: Examination, index: int, at_most: Mask) -> Mask:
    """Of the rounds after which the counter stands at its largest value, those in which it wanted to go on."""
    space = given.space
    standing, which = np.nonzero(at_most)
    bound, layout = _widened(space.bound, space.layout, index)
    found = np.zeros_like(at_most)
    try:
        stepped = given.stepper_for(bound, layout).step(space.rows[standing], which)
    except GuardFault:  # beyond its range the counter makes a guard fail: nothing can be told
        return found
    beyond = layout.counters_of(stepped.rows)[:, index] > space.layout.counters[index]
    found[standing[beyond], which[beyond]] = True
    return found


def _widened(bound: Bound, layout: Layout, index: int) -> tuple[Bound, Layout]:
    """The same institution with room above one counter's range."""
    institution = bound.institution
    updates = list(institution.counter_updates)
    name, most, update = updates[index]
    updates[index] = (name, most + _ROOM, update)
    counters = institution.manifest.counters
    roomy = {**counters, name: counters[name].model_copy(update={"max": most + _ROOM})}
    manifest = institution.manifest.model_copy(update={"counters": roomy})
    rebound = replace(bound, institution=replace(institution, manifest=manifest, counter_updates=tuple(updates)))
    ranges = (*layout.counters[:index], most + _ROOM, *layout.counters[index + 1 :])
    return rebound, replace(layout, bound=rebound, counters=ranges)


def _readers(given: Examination, counter: str) -> Iterator[tuple[Guard, str]]:
    """Each guard that reads the counter, with the counter that it gives a value to (or an empty text)."""
    institution = given.institution
    words = {counter, f"least.{counter}", f"most.{counter}"}
    found = [(guard, "") for _, guard in institution.events]
    found += [(guard, name) for name, _, guard in institution.counter_updates if guard is not None]
    for edge in given.space.edges:
        found += [(edge.when, "")] if edge.when is not None else []
        found += [(guard, "") for _, guard in edge.requires]
        found += [(guard, name) for name, guard in edge.set]
    return ((guard, name) for guard, name in found if words & set(guard.names))


def _contexts(
    given: Examination, guard: Guard, counter: str, standings: np.ndarray, *, own: bool = False
) -> Iterator[dict[str, Value]]:
    """The values of the names that a guard reads beside the counter, in some standings and whatever happens."""
    space = given.space
    names = [name for name, _, _ in given.institution.counter_updates]
    counted = [w for w in guard.names if (p := _plain(w)) in names and (own or p != counter)]
    columns = sorted({names.index(_plain(word)) for word in counted})
    seen = np.column_stack([space.state[standings], space.layout.counters_of(space.rows)[standings][:, columns]])
    decided = [word for word in guard.names if _is_condition(given, word)]
    for row in np.unique(seen, axis=0)[:_CONTEXTS].tolist():
        values: dict[str, Value] = {"state": space.layout.states[row[0]], "round": 1, "rounds_in_state": 1}
        values |= space.bound.constants
        values |= {word: row[1 + columns.index(names.index(_plain(word)))] for word in counted}
        values |= {word: 0 for word in guard.names if word.startswith("others.")}
        for answers in itertools.product((False, True), repeat=min(len(decided), 8)):
            yield values | dict.fromkeys(decided, False) | dict(zip(decided, answers, strict=False))


def _is_condition(given: Examination, word: str) -> bool:
    manifest = given.institution.manifest
    return word in {*manifest.signals, *manifest.events, *manifest.audits, EXPIRY, REPORTED}


def _plain(word: str) -> str:
    return word.removeprefix("least.").removeprefix("most.")


def _told(
    given: Examination, guard: Guard, target: str, counter: str, names: Mapping[str, Value], value: int
) -> tuple[int, int]:
    """What a guard says with the counter at `value`: a condition's answer, a counter's new value and its change."""
    said = _value(guard, {**names, counter: value, f"least.{counter}": value, f"most.{counter}": value})
    if not target:
        return said, said
    if target == counter:
        return said, said - value
    most = next(largest for name, largest, _ in given.institution.counter_updates if name == target)
    clipped = min(max(said, 0), most)
    return clipped, clipped


def _value(guard: Guard, names: Mapping[str, Value]) -> int:
    """What the guard says; 0 where it has no answer, which no play need ever ask for."""
    try:
        return int(guard(names))
    except GuardFault:
        return 0


def _steady(told: list[tuple[int, int]]) -> bool:
    """Whether the answers, or the changes, are all the same."""
    return len({answer for answer, _ in told}) == 1 or len({change for _, change in told}) == 1


def _sample(most: int) -> list[int]:
    """The range of a counter; of a long one its beginning and its end."""
    return [*range(min(most, 200) + 1), *range(max(201, most - 50), most + 1)]
