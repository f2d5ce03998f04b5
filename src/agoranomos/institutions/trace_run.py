"""Runs traces like unit tests: what was expected, what came, in which round, of which agent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agoranomos.institutions.abstract import abstract_bound
from agoranomos.institutions.bind import NASH_PROFIT, PROFIT, Bound
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.judgement import Judgement
from agoranomos.institutions.trace_play import Place, Played, bound_for, play_trace
from agoranomos.institutions.traces import NONE, Expectation, Outcome, Trace, of_agent
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market import Market

CENT = 0.005
"""Half a cent, and what binary numbers add: amounts that are nearer count as equal."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something that did not come as expected; `round` 0 and no `agent` where the whole trace is meant.

    `path` are the keys that lead to the expectation from the trace on. `expected` and `came` are plain JSON values.
    """

    trace: str
    round: int
    agent: str
    what: str
    expected: Any
    came: Any
    path: tuple[str | int, ...]

    def __str__(self) -> str:
        where = f"round {self.round}, {self.agent}: " if self.round else ""
        return f"{where}{self.what}: {_shown(self.expected)} was expected, {_shown(self.came)} came"


def run_trace(institution: Institution, trace: Trace, market: Market | None = None) -> tuple[Judgement, ...]:
    """The judgements of a trace, round by round, repetitions written out.

    A trace of quantities needs the `market` that clears them; for one of signals it only tells who the agents are.
    Raises `UsageError` for a name that the institution or the market does not know.
    """
    return tuple(played.judgement for played in play_trace(institution, trace, market))


def check_trace(
    institution: Institution, trace: Trace, market: Market | None = None, place: Place | None = None
) -> tuple[Mismatch, ...]:
    """Where a trace's play is not what it expects: of repeated rounds the first only; empty when all is as expected.

    Raises as `run_trace` does; with `place` an error names the line.
    """
    played = play_trace(institution, trace, market, place)
    bound = bound_for(institution, trace, market)
    found: dict[tuple[str | int, ...], Mismatch] = {}
    for one in played:
        for mismatch in _in_round(bound, trace, one):
            found.setdefault(mismatch.path, mismatch)
    if trace.expect is not None:
        found |= {mismatch.path: mismatch for mismatch in _in_all(trace, trace.expect, played)}
    return tuple(found.values())


def _in_round(bound: Bound, trace: Trace, played: Played) -> Iterator[Mismatch]:
    given = trace.rounds[played.index].expect
    for firm, agent in enumerate(bound.facts.agents):
        expected = of_agent(given, agent)
        if expected is None:
            continue
        at = ("rounds", played.index, "expect", agent if agent in given else "all")
        for what, wanted, came in _compared(bound, expected, played.judgement, firm):
            yield Mismatch(trace.name, played.number, agent, what, wanted, came, (*at, *what.split(".")))


def _compared(bound: Bound, expected: Expectation, judgement: Judgement, firm: int) -> Iterator[tuple[str, Any, Any]]:
    """What differs between the expectation and one agent's part of the judgement: what, expected, came."""
    agent, standing = bound.facts.agents[firm], judgement.standings[firm]
    requests = [request for request in judgement.transitions if request.agent == agent]
    edge = next((request.edge for request in requests if not request.blocked), NONE)
    blocked = [request.blocked for request in requests if request.blocked]
    sanctions = [sanction.sanction for sanction in judgement.sanctions if sanction.agent == agent]
    cases = [case.rule for case in judgement.cases if case.agent == agent]
    fine = judgement.fine_of(agent) / SCALE
    counters = dict(zip(bound.institution.manifest.counters, standing.counters, strict=True))
    if expected.state not in (None, standing.state):
        yield "state", expected.state, standing.state
    if expected.edge is not None and expected.edge not in (edge, edge.partition(":")[2]):
        yield "edge", expected.edge, edge.partition(":")[2] or edge
    for what, wanted, came in (
        ("blocked", expected.blocked, blocked),
        ("cases", expected.cases, cases),
        ("sanctions", expected.sanctions, sanctions),
    ):
        if wanted is not None and list(wanted) != came:
            yield what, list(wanted), came
    if expected.fine is not None and not _equal(expected.fine, fine):
        yield "fine", expected.fine, fine
    for name, value in expected.counters.items():
        if counters[name] != value:
            yield f"counters.{name}", value, counters[name]
    if expected.rounds_left not in (None, standing.timer):
        yield "rounds_left", expected.rounds_left, standing.timer


def _in_all(trace: Trace, expected: Outcome, played: Sequence[Played]) -> Iterator[Mismatch]:
    counted = played[-expected.over_last :] if expected.over_last is not None else played
    judgements = [one.judgement for one in counted]
    fines = sum(sanction.amount_e6 for one in judgements for sanction in one.sanctions) / SCALE
    came: dict[str, Any] = {"fines": fines}
    came["cases"] = sum(len(one.cases) for one in judgements)
    came["sanctions"] = sum(len(one.sanctions) for one in judgements)
    if expected.gain_per_round is not None:
        came["gain_per_round"] = gain_per_round(counted)
    for what in ("gain_per_round", "fines", "cases", "sanctions"):
        wanted = getattr(expected, what)
        if wanted is not None and not _equal(wanted, came[what]):
            yield Mismatch(trace.name, 0, "", what.replace("_", " "), wanted, came[what], ("expect", what))


def gain_per_round(played: Sequence[Played]) -> float:
    """Profit less fines less Nash profit, the mean over agents and rounds; an undefined profit counts as nothing."""
    total, cells = 0, 0
    for one in played:
        profits: Any = one.measures[PROFIT]
        nash: Any = one.measures[NASH_PROFIT]
        total += sum((own or 0) - (least or 0) for own, least in zip(profits, nash, strict=True))
        total -= sum(sanction.amount_e6 for sanction in one.judgement.sanctions)
        cells += len(profits)
    return total / SCALE / cells


def _equal(wanted: float, came: float) -> bool:
    return abs(wanted - came) <= CENT + 1e-9


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "none"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


__all__ = ["Mismatch", "Place", "abstract_bound", "check_trace", "gain_per_round", "run_trace"]
