"""What is valid in an institution and still most likely a slip: unreachable states, dead ends, unused words."""

from __future__ import annotations

import networkx as nx

from agoranomos.institutions import Institution


def remarks(institution: Institution) -> list[str]:
    """One sentence a slip, in the order of the file. Guards are not looked into: an edge counts as traversable."""
    return [*_of_states(institution), *_of_words(institution)]


def _of_states(institution: Institution) -> list[str]:
    graph = nx.DiGraph()
    graph.add_nodes_from(institution.states)
    graph.add_edges_from((edge.spec.source, edge.spec.target) for edge in institution.edges)
    initial = institution.manifest.initial
    reachable = {initial, *nx.descendants(graph, initial)}
    found = [f"state {state!r} cannot be reached from {initial!r}" for state in graph if state not in reachable]
    found += [
        f"state {state!r} has no way back to {initial!r}"
        for state in graph
        if state in reachable and state != initial and initial not in nx.descendants(graph, state)
    ]
    limited = {edge.spec.target for edge in institution.edges if edge.spec.lasts}
    expiring = {edge.spec.source for edge in institution.edges if edge.spec.on == "expiry"}
    found += [
        f"state {state!r} expires, but no transition leaves it on `expiry`" for state in sorted(limited - expiring)
    ]
    found += [
        f"state {state!r} waits for `expiry`, but no transition into it `lasts`" for state in sorted(expiring - limited)
    ]
    return found


def _of_words(institution: Institution) -> list[str]:
    manifest = institution.manifest
    used = {name for guard in institution.guards for name in guard.names}
    used |= {name.split(".", 1)[1] for name in used if name.startswith(("least.", "most."))}
    asked = {edge.spec.on for edge in institution.edges}
    cited = {signal for event in manifest.events.values() for signal in event.evidence or ()}
    climbed = {edge.spec.fine.by for edge in institution.edges if edge.spec.fine is not None}
    told = manifest.notices.template if manifest.notices is not None else ""
    accused = {event.accuses for event in manifest.events.values()} | {edge.spec.rule for edge in institution.edges}
    found = [f"signal {name!r} is used by no event" for name in manifest.signals if name not in used | cited]
    found += [f"event {name!r} is used by nothing" for name in manifest.events if name not in used | asked]
    found += [
        f"counter {name!r} is used by nothing"
        for name in manifest.counters
        if name not in used | climbed and f"{{{name}}}" not in told
    ]
    found += [
        f"parameter {name!r} is used by nothing"
        for name in manifest.parameters
        if name not in used and f"{{{name}}}" not in told
    ]
    found += [
        f"rule {name!r} is applied by no event and no transition" for name in manifest.rules if name not in accused
    ]
    return found
