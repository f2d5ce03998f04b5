"""What a round can bring an agent: which signals fire, which audits take place, whether it reports, what is drawn."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agoranomos.errors import UsageError
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.checker.exclusions import Exclusions
from agoranomos.institutions.draws import uniform
from agoranomos.institutions.guards import Guard
from agoranomos.institutions.institution import REPORTED

MOST_NAMES = 20
"""Signals, audits and reports that guards may ask for: 2 to this power are tried, before equals are put together."""

MOST_JITTER = 16
"""A `jitter` up to this is tried at every length."""

_MOST_DRAWS = 200_000


@dataclass(frozen=True, slots=True)
class Circumstance:
    """What happens to the agent in one round; `jitter` is by how much a term that begins is lengthened.

    `draw` is a recorded draw under which just these audits take place and the term has that length.
    """

    signals: frozenset[str]
    audits: frozenset[str]
    reports: bool
    jitter: int
    draw: int


def asked_names(bound: Bound) -> tuple[str, ...]:
    """The signals, audits and `reported` that some guard asks for, in that order."""
    asked = {name for guard in bound.institution.guards for name in guard.names}
    audits = [audit.name for audit in bound.audits if audit.name in asked]
    return (
        *(name for name in bound.signals if name in asked),
        *audits,
        *((REPORTED,) if REPORTED in asked else ()),
    )


def circumstances(bound: Bound, possible: Exclusions) -> tuple[Circumstance, ...]:
    """Every possible combination of what guards ask for and chance decides, quietest first; equals put together.

    Two combinations are equal where every event that looks at nothing else comes out the same, and so does every name
    that anything else looks at. Of equals the one with the least evidence, then the fewest signals, stands for all.
    Raises `UsageError` for more than `MOST_NAMES` names.
    """
    names = asked_names(bound)
    if len(names) > MOST_NAMES:
        raise UsageError(
            f"guards ask for {len(names)} signals and audits; at most {MOST_NAMES} can be checked together",
            advice="Take several signals together in one.",
        )
    cited = {signal for evidence in bound.institution.evidence.values() for signal in evidence}
    events, direct = _readers(bound, set(names))
    kept: dict[tuple[object, ...], frozenset[str]] = {}
    for size in range(len(names) + 1):
        for happening in itertools.combinations(names, size):
            fired = frozenset(happening)
            if possible.allow(fired & bound.signals.keys()):
                key = _told_apart(bound, events, direct, fired)
                if key not in kept or _weight(fired, cited) < _weight(kept[key], cited):
                    kept[key] = fired
    ordered = sorted(kept.values(), key=lambda fired: (len(fired), sorted(fired)))
    return tuple(_drawn(bound, ordered))


def _weight(fired: frozenset[str], cited: set[str]) -> tuple[int, int, list[str]]:
    return len(fired & cited), len(fired), sorted(fired)


def _readers(bound: Bound, names: set[str]) -> tuple[list[tuple[str, Guard]], list[str]]:
    """The events that look at nothing but these names, constants and each other; and the names that others look at."""
    institution = bound.institution
    plain: list[tuple[str, Guard]] = []
    settled = names | bound.constants.keys()
    others: list[Guard] = []
    for name, guard in institution.events:
        if set(guard.names) <= settled:
            plain.append((name, guard))
            settled = settled | {name}
        else:
            others.append(guard)
    events = {id(guard) for _, guard in plain}
    rest = [*others, *(guard for guard in institution.guards if id(guard) not in events)]
    return plain, sorted({name for guard in rest for name in guard.names} & names)


def _told_apart(
    bound: Bound, events: list[tuple[str, Guard]], direct: list[str], fired: frozenset[str]
) -> tuple[object, ...]:
    values = {**bound.constants, **{name: name in fired for name in asked_names(bound)}}
    for name, guard in events:
        values[name] = guard(values)
    return (*(values[name] for name, _ in events), *(name in fired for name in direct))


def _drawn(bound: Bound, ordered: Iterable[frozenset[str]]) -> Iterator[Circumstance]:
    jitters = {edge.spec.jitter for edge in bound.institution.edges}
    steps = math.lcm(*(jitter + 1 for jitter in jitters), 1)
    named = {audit.name for audit in bound.audits}
    asked = [name for name in asked_names(bound) if name in named]
    for fired in ordered:
        audits = frozenset(name for name in asked if name in fired)
        for extra in extras(jitters):
            draw = draw_for(bound, audits, asked, steps, extra)
            yield Circumstance(fired & bound.signals.keys(), audits, REPORTED in fired, extra, draw)


def extras(jitters: Iterable[int]) -> tuple[int, ...]:
    """The lengthenings of a term that are tried: each up to `MOST_JITTER`, beyond it the shortest and the longest."""
    longest = max(jitters, default=0)
    return tuple(range(longest + 1)) if longest <= MOST_JITTER else (0, longest)


def draw_for(bound: Bound, audits: frozenset[str], among: Iterable[str], steps: int, extra: int) -> int:
    """The smallest draw congruent to `extra` modulo `steps` under which of `among` just `audits` take place.

    Raises `UsageError` where none is found among many: audits of a probability next to nothing or next to certain.
    """
    watched = [audit for audit in bound.audits if audit.name in set(among)]
    for draw in range(extra, steps * _MOST_DRAWS, steps):
        if all((uniform(draw, audit.salted) < audit.below) == (audit.name in audits) for audit in watched):
            return draw
    raise UsageError(f"no draw in {_MOST_DRAWS} has just these audits: {', '.join(sorted(audits)) or 'none'}")
