"""On random graphs the checker's verdicts equal those of a search that shares nothing with it."""

from __future__ import annotations

import re

import pytest

from agoranomos.documents import Source
from agoranomos.institutions import load_institution
from agoranomos.institutions.checker.check import examine
from agoranomos.institutions.checker.finding import Findings
from institutions.checker.explicit_search import Search
from institutions.checker.random_graphs import RandomGraph, random_graph

COMPARED = {
    "unreachable-state",
    "event-without-signal",
    "two-edges-enabled",
    "guard-always-true",
    "weakening-ladder",
}
NEVER_CROSSED = {"unreachable-edge", "timer-never-set", "guard-always-false", "sanction-cannot-fire"}
BY_STATE = {"dead-end", "no-way-back", "unbounded-exclusion"}


def verdicts(graph: RandomGraph, findings: Findings) -> set[tuple[str, object]]:
    """The findings in the words of the search."""
    lines = {line: key for key, line in graph.lines.items()}
    found: set[tuple[str, object]] = set()
    for finding in findings:
        kind, name = lines[finding.line]
        if (finding.rule in COMPARED and kind != "event") or finding.rule == "event-without-signal":
            found.add((finding.rule, finding.line))
        if finding.rule in NEVER_CROSSED and kind == "edge":
            found.add(("never crossed", finding.line))
        if finding.rule == "guard-always-false" and "condition" in finding.message:
            found.add((finding.rule, finding.line))
        if finding.rule in BY_STATE:
            state = re.search(r"'(s\d)'", finding.message)
            assert state, finding.message
            found.add((finding.rule, state.group(1)))
        if finding.rule == "free-offence":
            state = re.search(r"in '(s\d)'", finding.message)
            found.add((finding.rule, name if kind == "edge" else state.group(1)))
        if finding.rule == "decorative-key" and "the cooldown of" in finding.message:
            found.add(("idle cooldown", finding.line))
    return found


def compare(seed: int) -> None:
    graph = random_graph(seed)
    institution = load_institution(Source(f"random-{seed}.yaml", graph.yaml))
    search = Search(graph)
    expected = search.verdicts()
    space, findings = examine(institution)
    assert space.complete
    crossed = {int(edge) for edge in set(space.edge.ravel().tolist()) if edge >= 0}
    assert crossed == {one["edge"] for rounds in search.rounds.values() for one in rounds} - {None}
    found = verdicts(graph, findings)
    silent = {line for key, line in graph.lines.items() if key[0] == "edge" and _event_never(graph, key[1], expected)}
    found |= {verdict for verdict in expected if verdict[0] == "never crossed" and verdict[1] in silent}
    assert found == expected, f"seed {seed}\n{graph.yaml}"


def _event_never(graph: RandomGraph, index: object, expected: set[tuple[str, int]]) -> bool:
    """Whether the edge waits for an event that never happens: then the event is the finding."""
    event = graph.edges[index].on
    return event != "expiry" and ("event-without-signal", graph.lines["event", event]) in expected


@pytest.mark.parametrize("first", range(0, 48, 16))
def test_verdicts_equal_an_independent_search(first: int) -> None:
    for seed in range(first, first + 16):
        compare(seed)


def test_the_graphs_are_worth_comparing() -> None:
    """Among the sampled ones are faults of every kind that is compared, folded counters, and joint conduct."""
    graphs = [random_graph(seed) for seed in range(48)]
    kinds = {rule for graph in graphs if graph.yaml for rule, _ in Search(graph).verdicts()}
    assert COMPARED | BY_STATE | {"never crossed", "free-offence", "idle cooldown", "guard-always-false"} <= kinds
    assert sum(graph.joint for graph in graphs) >= 5
    assert sum(any(most >= 30 for most, _ in graph.counters.values()) for graph in graphs) >= 5


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, 1000, 50))
def test_verdicts_equal_an_independent_search_on_a_thousand_graphs(first: int) -> None:
    for seed in range(first, first + 50):
        compare(seed)
