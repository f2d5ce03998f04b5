"""Two consequences at once: edges that are both open in a round, so that the order of the file alone decides."""

from __future__ import annotations

import itertools

import numpy as np

from agoranomos.institutions.checker.examination import Examination, short
from agoranomos.institutions.checker.requests import OPEN, UNASKED
from agoranomos.institutions.institution import Edge


def find_overlaps(given: Examination) -> None:
    """two-edges-enabled. Two overlaps are meant, and are no finding.

    An exception before its rule: the first edge is asked for only where the second is, too. And an accusation before
    relief: the first edge follows a case, the second does not.
    """
    space = given.space
    for state in space.layout.states:
        leaving = [place for place, edge in enumerate(space.edges) if edge.spec.source == state]
        for first, second in itertools.combinations(leaving, 2):
            _compare(given, first, second)


def _compare(given: Examination, first: int, second: int) -> None:
    space = given.space
    one, other = given.requests.of(first), given.requests.of(second)
    taken = space.edge[given.requests.standings(first)] == first
    both = taken & (other == OPEN)
    if not both.any():
        return
    a, b = space.edges[first], space.edges[second]
    exception = not ((one != UNASKED) & (other == UNASKED)).any()
    swallowed = not ((other == OPEN) & (one != OPEN)).any()
    relief_first = given.accuses(b.spec.on) and not given.accuses(a.spec.on)
    accusation_first = given.accuses(a.spec.on) and not given.accuses(b.spec.on)
    if exception or swallowed or accusation_first or _same(a, b):
        return
    standing, which = given.requests.first(first, both & _nearest(given, first, both))
    why = (
        f"an agent that is accused of {b.spec.on!r} in that round gets away with {short(a)}"
        if relief_first
        else "which of the two follows is decided by the order of the lines alone"
    )
    given.findings.add(
        "two-edges-enabled",
        ("transitions", b.index),
        f"{short(a)} (on {a.spec.on}) and {short(b)} (on {b.spec.on}) can be open in the same round: {why}",
        "Put what follows from an accusation first." if relief_first else "Let a `when` say which one is meant.",
        trace=given.witnesses.to_round(
            f"both open in {a.spec.source}",
            f"In the last round both {short(a)} and {short(b)} are open.",
            standing,
            which,
        ),
    )


def _nearest(given: Examination, place: int, both: np.ndarray) -> np.ndarray:
    distance = given.space.distance[given.requests.standings(place)]
    rows = both.any(axis=1)
    return np.asarray((distance == distance[rows].min())[:, None] & both)


def _same(a: Edge, b: Edge) -> bool:
    """Whether the two edges have the same consequences."""
    ignored = {"rule", "on", "when", "requires", "about", "cooldown"}
    return a.spec.model_dump(exclude=ignored) == b.spec.model_dump(exclude=ignored)
