"""Offences that cost nothing: an accusation, no sanction, and after a while the agent stands where it stood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agoranomos.institutions.checker import walks
from agoranomos.institutions.checker.examination import Examination, short, takes_something
from agoranomos.institutions.checker.walks import NOWHERE

_TRIED = 6
"""Nearest beginnings of a cycle among which the shortest play is looked for."""


def find_free_offences(given: Examination) -> None:
    """free-offence: a cycle of standings with an accusation in it and no sanction.

    Standings that are alike count as one. Whoever goes round is accused as often as it likes and never pays. Where
    chance decides whether an audit takes place, an accusation counts only in rounds in which every audit does.
    """
    space = given.space
    classes = space.classes
    _, nearest = np.unique(classes, return_index=True)  # standings are numbered by distance
    graph = _Graph(classes[space.next[nearest]], nearest)
    costly = np.array([takes_something(edge) for edge in space.edges], bool)
    free = (~space.among(costly) & (space.next != NOWHERE))[nearest]
    most = max(len(one.audits) for one in space.circumstances)
    audited = np.array([len(one.audits) == most for one in space.circumstances])
    labels = walks.cycles(graph.after, free)
    offending = free & space.accused[nearest] & audited & (labels[graph.after] == labels[:, None])
    edge, state = space.edge[nearest], space.state[nearest]
    for place in np.unique(edge[offending]).tolist():
        among = offending & (edge == place)
        if place != NOWHERE:
            _report(given, place, graph, among, free)
        else:
            for one in np.unique(state[among.any(axis=1)]).tolist():
                _report(given, place, graph, among & (state == one)[:, None], free)


@dataclass(frozen=True, slots=True)
class _Graph:
    """The classes of standings that are alike: where each leads, and the `nearest` standing of each."""

    after: np.ndarray
    nearest: np.ndarray


def _report(given: Examination, place: int, graph: _Graph, among: np.ndarray, free: np.ndarray) -> None:
    space = given.space
    candidates = np.argwhere(among)
    first = candidates[np.argsort(graph.nearest[candidates[:, 0]], kind="stable")[:_TRIED]]
    plays = []
    for node, which in first.tolist():
        back = walks.shortest(graph.after, int(graph.after[node, which]), node, free)
        if back is not None:
            plays.append((int(graph.nearest[node]), [which, *back]))
    standing, walk = min(plays, key=lambda play: int(space.distance[play[0]]) + len(play[1]))
    loop = space.follow(standing, walk)
    state = space.layout.states[int(space.state[standing])]
    event = _accusation(given, standing, loop[0][1])
    if place != NOWHERE:
        edge = space.edges[place]
        path: tuple[str | int, ...] = ("transitions", edge.index)
        what = f"{short(edge)} answers the accusation {event!r} with no sanction"
    else:
        path = ("events", event)
        what = f"the accusation {event!r} has no consequence in {state!r}"
    rounds = f"{len(loop)} rounds" if len(loop) > 1 else "one round"
    given.findings.add(
        "free-offence",
        path,
        f"{what}, and {rounds} later the agent can stand as before: it can offend for ever and never pay",
        "Remember the offence for longer than that, let the leniency be scarce, or let the accusation cost something.",
        trace=given.witnesses.along(
            f"free offence in {state}",
            f"The last {len(loop)} rounds can be repeated for ever; none of them brings a sanction.",
            [*space.way_to(standing), *loop],
        ),
    )


def _accusation(given: Examination, standing: int, which: int) -> str:
    events = given.institution.events
    return next(
        name
        for index, (name, _) in enumerate(events)
        if given.space.events[standing, which, index] and given.accuses(name)
    )
