"""Exclusion without end: suspensions that go on for ever, caps that are never lifted."""

from __future__ import annotations

import numpy as np

from agoranomos.institutions.checker import walks
from agoranomos.institutions.checker.examination import Examination, short
from agoranomos.institutions.checker.walks import NOWHERE, Mask


def find_endless(given: Examination) -> None:
    """unbounded-exclusion."""
    space = given.space
    inside = space.suspended & space.explored
    if inside.any():
        _find_suspensions(given, inside)
    capped = space.limited & ~space.suspended
    if capped.any():
        kept = capped & ~space.that_reach(~space.limited | ~space.explored)
        for state in np.unique(space.state[kept]).tolist():
            _report(given, given.nearest(kept & (space.state == state)), "cap", [])


def _find_suspensions(given: Examination, inside: Mask) -> None:
    space = given.space
    staying = inside[:, None] & inside[space.next] & (space.next != NOWHERE)
    labels = walks.cycles(space.next, staying)
    looping = staying & (labels[space.next] == labels[:, None])
    entry = looping.any(axis=1)
    for state in np.unique(space.state[entry]).tolist():
        standing = given.nearest(entry & (space.state == state))
        which = int(np.flatnonzero(looping[standing])[0])
        after = int(space.next[standing, which])
        loop = [which, *(walks.shortest(space.next, after, standing, looping) or [])]
        _report(given, standing, "suspension", space.follow(standing, loop))


def _report(given: Examination, standing: int, what: str, loop: list[tuple[int, int]]) -> None:
    space = given.space
    state = space.layout.states[int(space.state[standing])]
    renewing = [e for origin, which in loop if (e := int(space.edge[origin, which])) != NOWHERE]
    way = space.way_to(standing)
    imposing = [e for origin, which in way if (e := int(space.edge[origin, which])) != NOWHERE and _limits(given, e)]
    edge = space.edges[renewing[0] if renewing else imposing[-1]]
    if renewing:
        message = f"the {what} in {state!r} can be prolonged for ever: {short(edge)} begins it anew, again and again"
        key = what if what == "cap" else "suspend" if edge.spec.suspend else "to"
    else:
        message = f"the {what} in {state!r} never ends: nothing that can happen to the agent leads out of it"
        key = "lasts"
    length = max(len(loop), 1)
    more = loop or space.follow(standing, [0, 0])
    given.findings.add(
        "unbounded-exclusion",
        ("transitions", edge.index, key),
        message,
        "Let the term run out into a state in which the agent may act, and bound how often it can begin.",
        trace=given.witnesses.along(
            f"endless {what} in {state}", f"The last {length} rounds can be repeated for ever.", [*way, *more]
        ),
    )


def _limits(given: Examination, place: int) -> bool:
    spec = given.space.edges[place].spec
    return spec.suspend or spec.cap is not None
