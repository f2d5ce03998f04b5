"""Slips of the graph: states that cannot be reached or left, and timers that nobody waits for."""

from __future__ import annotations

import networkx as nx

from agoranomos.institutions.institution import EXPIRY, Edge, Institution
from agoranomos.institutions.remark import Remarks


def remark_on_states(institution: Institution, remarks: Remarks) -> None:
    """Reachability, ways back, and what timers lead to."""
    graph = nx.DiGraph()
    graph.add_nodes_from(institution.states)
    graph.add_edges_from((edge.spec.source, edge.spec.target) for edge in institution.edges)
    initial = institution.manifest.initial
    reachable = {initial, *nx.descendants(graph, initial)}
    returning = {initial, *nx.ancestors(graph, initial)}
    for state in institution.states:
        if state not in reachable:
            remarks.error(f"state {state!r} cannot be reached from {initial!r}", "states", state)
        elif state not in returning:
            remarks.error(
                f"state {state!r} has no way back to {initial!r}",
                "states",
                state,
                advice="Good standing must be within reach from everywhere.",
            )
        _remark_on_timer(institution, state, remarks)


def _remark_on_timer(institution: Institution, state: str, remarks: Remarks) -> None:
    entering = [edge for edge in institution.edges if edge.spec.target == state]
    leaving = [edge for edge in institution.edges_from[state] if edge.spec.target != state]
    expiring = [edge for edge in institution.edges_from[state] if edge.spec.on == EXPIRY]
    timed = [edge for edge in entering if edge.spec.lasts]
    told = institution.told
    for edge in timed if not expiring else ():
        limited = edge.spec.suspend or edge.spec.cap is not None
        what = ("a suspension" if edge.spec.suspend else "a cap") if limited else "a timer"
        used = "rounds_left" in told or any(EXPIRY in guard.names for guard in institution.guards)
        note = remarks.warning if used and not limited else remarks.error
        note(
            f"{what} that would never end: no edge leaves {state!r} on `{EXPIRY}`",
            "transitions",
            edge.index,
            "lasts",
            advice=f"Add a transition from {state} on {EXPIRY}.",
        )
    for edge in expiring if not timed else ():
        remarks.error(f"{state!r} waits for `{EXPIRY}`, but no edge into it `lasts`", "transitions", edge.index, "on")
    if timed and expiring:
        _remark_on_ends(state, entering, leaving, expiring, remarks)
    for edge in institution.edges_from[state]:
        if edge.spec.on != EXPIRY and any(one.spec.suspend for one in entering):
            remarks.error(
                f"{state!r} is a suspension, and {edge.key} would leave it on `{edge.spec.on}`",
                "transitions",
                edge.index,
                "on",
                advice=f"While an agent is suspended nothing but `{EXPIRY}` happens to it.",
            )


def _remark_on_ends(
    state: str, entering: list[Edge], leaving: list[Edge], expiring: list[Edge], remarks: Remarks
) -> None:
    if all(edge.when is not None or edge.requires or edge.spec.cooldown for edge in expiring):
        remarks.error(
            f"{state!r} expires once, and every edge that could follow may be denied",
            "transitions",
            expiring[-1].index,
            "when" if expiring[-1].when is not None else "requires" if expiring[-1].requires else "cooldown",
            advice=f"Let the last edge from {state} on {EXPIRY} stand without conditions and cooldown.",
        )
    if all(edge.spec.on == EXPIRY for edge in leaving):
        for edge in entering:
            if not edge.spec.lasts and edge.spec.source != state:
                remarks.error(
                    f"{edge.key} enters {state!r} without `lasts`, and only `{EXPIRY}` leaves it",
                    "transitions",
                    edge.index,
                    "to",
                )
