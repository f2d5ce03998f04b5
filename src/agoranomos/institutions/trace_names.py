"""Whether a trace speaks of names that its institution and its agents have."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from agoranomos.errors import nearest
from agoranomos.institutions.bind import NASH_PROFIT, PROFIT
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.traces import EVERYONE, NONE, Expectation, Trace
from agoranomos.markets.facts import MarketFacts

COOLDOWN = "cooldown"


@dataclass(frozen=True, slots=True)
class Slip:
    """What is wrong at `path` (the keys that lead there from the trace on), and what to do."""

    path: tuple[str | int, ...]
    message: str
    advice: str = ""


def slips(institution: Institution, trace: Trace, facts: MarketFacts) -> Iterator[Slip]:
    """Every name in the trace that means nothing here, in the order of the file."""
    words = _Words(institution, facts)
    for index, one in enumerate(trace.rounds):
        at = ("rounds", index)
        yield from words.rows(one.quantities, *at, "quantities")
        yield from words.lists(one.signals, institution.manifest.signals, "signal", *at, "signals")
        yield from words.agents(one.profits, *at, "profits")
        yield from words.lists(one.audits, institution.manifest.audits, "audit", *at, "audits")
        for place, agent in enumerate(one.reports):
            yield from words.agent(agent, *at, "reports", place)
        yield from words.agents(one.jitter, *at, "jitter")
        for agent, rounds in one.jitter.items():
            if rounds > words.jitter:
                yield Slip((*at, "jitter", agent), f"no edge lasts {rounds} rounds longer; the most is {words.jitter}")
        for agent, expected in one.expect.items():
            yield from words.agent(agent, *at, "expect", agent)
            yield from words.expected(expected, *at, "expect", agent)
        yield from words.agents(one.actions, *at, "actions")
        known_benchmarks = list(facts.benchmarks)
        if one.benchmark is not None and one.benchmark not in known_benchmarks:
            known = nearest(one.benchmark, known_benchmarks)
            yield Slip((*at, "benchmark"), f"market {facts.market} has no benchmark {one.benchmark!r}", known)
    if trace.expect is not None and trace.expect.gain_per_round is not None:
        for measure in (PROFIT, NASH_PROFIT):
            if measure not in facts.measures:
                yield Slip(("expect", "gain_per_round"), f"market {facts.market} publishes no {measure!r}")


class _Words:
    def __init__(self, institution: Institution, facts: MarketFacts) -> None:
        self.facts = facts
        self.institution = institution
        specs = [edge.spec for edge in institution.edges]
        self.edges = {spec.key for spec in specs} | {f"{spec.source}->{spec.target}" for spec in specs} | {NONE}
        self.gates = {COOLDOWN, *(name for spec in specs for name in spec.requires)}
        self.rules = {event.accuses for event in institution.manifest.events.values() if event.accuses is not None}
        self.jitter = max((spec.jitter for spec in specs), default=0)

    def agent(self, name: str, *path: str | int) -> Iterator[Slip]:
        if name != EVERYONE or path[2] == "reports":
            yield from _known(name, self.facts.agents, "agent", path)

    def agents(self, given: Mapping[str, object], *path: str | int) -> Iterator[Slip]:
        for name in given:
            yield from self.agent(name, *path, name)

    def lists(
        self, given: Mapping[str, tuple[str, ...]], known: Collection[str], what: str, *path: str | int
    ) -> Iterator[Slip]:
        for agent, names in given.items():
            yield from self.agent(agent, *path, agent)
            for place, name in enumerate(names):
                yield from _known(name, known, what, (*path, agent, place))

    def rows(self, given: Mapping[str, tuple[float, ...]], *path: str | int) -> Iterator[Slip]:
        goods = len(self.facts.goods)
        for agent, row in given.items():
            yield from self.agent(agent, *path, agent)
            if len(row) != goods:
                yield Slip(
                    (*path, agent),
                    f"{len(row)} quantities; {goods} were expected, one a good ({', '.join(self.facts.goods)})",
                )

    def expected(self, expected: Expectation, *path: str | int) -> Iterator[Slip]:
        if expected.state is not None:
            yield from _known(expected.state, self.institution.states, "state", (*path, "state"))
        if expected.edge is not None:
            yield from _known(expected.edge, self.edges, "edge", (*path, "edge"))
        for place, gate in enumerate(expected.blocked or ()):
            yield from _known(gate, self.gates, "gate", (*path, "blocked", place))
        for place, rule in enumerate(expected.cases or ()):
            yield from _known(rule, self.rules, "rule that an event accuses under", (*path, "cases", place))
        for name in expected.counters:
            yield from _known(name, self.institution.manifest.counters, "counter", (*path, "counters", name))


def _known(name: str, known: Collection[str], what: str, path: tuple[str | int, ...]) -> Iterator[Slip]:
    if name not in known:
        none = "" if known else f"This institution has no {what}."
        yield Slip(path, f"unknown {what} {name!r}", nearest(name, known) or none)
