"""What of a counter's value matters: counters that count on are followed by their pattern.

A ladder asks of a streak of clean rounds whether it is at least two, or a multiple of five; beyond some value every
value behaves as the one a period before. `Pattern(start, period)` says that value v >= start behaves as v + period.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.guards import Guard, Value

SMALL = 20
"""Counters up to this value are followed exactly."""

FOLLOWED = 240
"""So far at least are larger counters followed to find their pattern; always to twice the largest number in a guard."""

TIME = "rounds_in_state"

Rows: TypeAlias = list[tuple[Value, ...]]
"""What a guard says, value by value of the counter, in each context."""

_LONGEST = 60
_MOST_CONTEXTS = 400


@dataclass(frozen=True, slots=True)
class Pattern:
    """Values from `start` on repeat with `period`."""

    start: int
    period: int

    def of(self, value: int) -> int:
        """The least value that behaves alike."""
        return value if value < self.start else self.start + (value - self.start) % self.period


def patterns(bound: Bound) -> dict[str, Pattern]:
    """The pattern of each counter that goes beyond `SMALL`, where one is found; others are followed exactly."""
    found = {}
    for name, counter in bound.institution.manifest.counters.items():
        if counter.max > SMALL:
            pattern = _pattern(bound, name, counter.max)
            if pattern is not None:
                found[name] = pattern
    return found


def time_pattern(bound: Bound) -> Pattern:
    """The pattern of the rounds in a state; where none is found they are followed exactly."""
    found = _pattern(bound, TIME, FOLLOWED * _LONGEST)
    return found if found is not None else Pattern(sys.maxsize, 1)


def asks_for(bound: Bound, name: str) -> bool:
    """Whether some guard reads the name."""
    return any(name in guard.names for guard in bound.institution.guards)


def _pattern(bound: Bound, name: str, most: int) -> Pattern | None:
    last = min(most, max(FOLLOWED, 2 * _largest_number(bound)))
    if last > FOLLOWED * _LONGEST:
        return None
    joint = asks_for(bound, f"least.{name}") or asks_for(bound, f"most.{name}")
    reads: list[Rows] = []
    own: list[Rows] = []
    for guard, sets in _guards(bound):
        if not {name, f"least.{name}", f"most.{name}"}.isdisjoint(guard.names):
            contexts = _contexts(bound, guard, name)
            if contexts is None:
                return None
            (own if sets == name else reads).append([_row(guard, name, contexts, v) for v in range(last + 1)])
    rungs = [len(fine.rates) for fine in bound.fines.values() if fine.by == name]
    reads += [[(min(max(v, 1), rung),) for v in range(last + 1)] for rung in rungs]
    for taken in {edge.spec.forfeit.get(name, 0) for edge in bound.institution.edges} - {0}:
        own.append([(max(v - taken, 0),) for v in range(last + 1)])
    for total in range(1, _LONGEST + 1):
        for period in range(1, total + 1):
            if joint and period > 1:
                continue
            pattern = Pattern(total - period, period)
            if _holds(pattern, reads, own, last):
                return pattern
    return None


def _largest_number(bound: Bound) -> int:
    """The largest number that a guard may compare with: beyond it, and a period, nothing new is to be seen."""
    written = [int(digits) for guard, _ in _guards(bound) for digits in re.findall(r"\d+", guard.text)]
    named = [abs(value) for name, value in bound.institution.manifest.parameters.items() if asks_for(bound, name)]
    return max([*written, *named], default=0)


def _guards(bound: Bound) -> Iterator[tuple[Guard, str]]:
    """Every guard, with the counter that it sets."""
    institution = bound.institution
    for _, guard in institution.events:
        yield guard, ""
    for name, _, update in institution.counter_updates:
        if update is not None:
            yield update, name
    for edge in institution.edges:
        if edge.when is not None:
            yield edge.when, ""
        for _, guard in edge.requires:
            yield guard, ""
        for name, guard in edge.set:
            yield guard, name


def _contexts(bound: Bound, guard: Guard, name: str) -> list[dict[str, Value]] | None:
    """All values of the other names that the guard reads; None where these are too many to go through."""
    own = {name, f"least.{name}", f"most.{name}"}
    others = [word for word in guard.names if word not in own]
    ranges: list[Sequence[Value]] = []
    size = 1
    for word in others:
        values = _range(bound, word)
        if values is None:
            return None
        ranges.append(values)
        size *= len(values)
    if size > _MOST_CONTEXTS:
        return None
    return [dict(zip(others, row, strict=True)) for row in product(*ranges)]


def _range(bound: Bound, word: str) -> Sequence[Value] | None:
    manifest = bound.institution.manifest
    plain = word.removeprefix("least.").removeprefix("most.")
    if word in bound.constants:
        return [bound.constants[word]]
    if word == "state":
        return bound.institution.states
    if plain in manifest.counters:
        most = manifest.counters[plain].max
        return range(most + 1) if most <= SMALL else None
    if word.startswith("others."):
        return range(len(bound.facts.agents))
    if word in ("round", "rounds_in_state"):
        return None
    return (False, True)


def _row(guard: Guard, name: str, contexts: list[dict[str, Value]], value: int) -> tuple[Value, ...]:
    own = {name: value, f"least.{name}": value, f"most.{name}": value}
    return tuple([guard.evaluate({**context, **own}) for context in contexts])


def _holds(pattern: Pattern, reads: list[Rows], own: list[Rows], last: int) -> bool:
    period = pattern.period
    for v in range(pattern.start, last - period + 1):
        if any(rows[v] != rows[v + period] for rows in reads):
            return False
        for rows in own:
            for now, later in zip(rows[v], rows[v + period], strict=True):
                low, high = max(int(now), 0), max(int(later), 0)
                if high <= last and pattern.of(low) != pattern.of(high):
                    return False
    return pattern.start + period <= last
