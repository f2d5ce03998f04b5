"""The order of states from good standing to the harshest, as far as the graph itself tells."""

from __future__ import annotations

import networkx as nx

from agoranomos.institutions.edge_words import is_escalation
from agoranomos.institutions.institution import Institution


def by_severity(institution: Institution) -> list[str]:
    """The states in order of how many accusations lead there from the initial one; equals in the order of the file.

    A state that no accusation leads to, but from which one leads on (relief, on probation), stands just before what it
    relapses into. Any other comes last.
    """
    initial = institution.manifest.initial
    edges = [edge.spec for edge in institution.edges if edge.spec.source != edge.spec.target]
    harsh = nx.DiGraph()
    harsh.add_nodes_from(institution.states)
    harsh.add_edges_from((edge.source, edge.target) for edge in edges if is_escalation(institution, edge))
    rank = _accusations(harsh, initial)
    for state in institution.states:
        relapses = [rank[after] for after in harsh.successors(state) if after in rank]
        if state not in rank:
            rank[state] = min(relapses) - 0.5 if relapses else float(len(institution.states))
    return sorted(institution.states, key=lambda state: (rank[state], institution.states.index(state)))


def _accusations(harsh: nx.DiGraph, initial: str) -> dict[str, float]:
    """How many accusations lead to each state that some lead to: the most where they form no cycle, else the fewest."""
    reached = harsh.subgraph({initial, *nx.descendants(harsh, initial)})
    if not nx.is_directed_acyclic_graph(reached):
        return {state: float(steps) for state, steps in nx.single_source_shortest_path_length(harsh, initial).items()}
    rank = {initial: 0.0}
    for state in nx.topological_sort(reached):
        rank[state] = max((rank[before] + 1 for before in reached.predecessors(state)), default=0.0)
    return rank
