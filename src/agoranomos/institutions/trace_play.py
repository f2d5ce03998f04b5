"""Plays a trace through the real `judge`, round by round."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from agoranomos.documents import Source
from agoranomos.documents.reader import places_in
from agoranomos.errors import DocumentError, UsageError
from agoranomos.institutions.abstract import abstract_bound, signal_measure
from agoranomos.institutions.adapter import MarketAdapter
from agoranomos.institutions.bind import NASH_PROFIT, PROFIT, VIOLATION, Bound, BoundAudit, bind
from agoranomos.institutions.draws import UNIFORM_BITS, uniform
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.judge import first_notices, initial_standings, judge
from agoranomos.institutions.judgement import Judgement, Observed, Standing
from agoranomos.institutions.reporting import in_order
from agoranomos.institutions.trace_names import Slip, slips
from agoranomos.institutions.traces import Trace, TraceRound, of_agent
from agoranomos.markets.facts import SCALE, Measures, to_e6
from agoranomos.markets.market import Market

AGENTS = ("firm_1", "firm_2")
"""The agents of a trace of signals that names none."""

MOST_AUDITS = 16
"""An institution with more audits than this is not played: their draws are found by trying."""

Place = Callable[[tuple[str | int, ...]], str]
"""From the keys that lead to a value in a trace to the value's place in its file."""


@dataclass(frozen=True, slots=True)
class Played:
    """A round as it was played: its number, which of the trace's rounds it was, what was measured and decided."""

    number: int
    index: int
    measures: Measures
    judgement: Judgement


def play_trace(
    institution: Institution, trace: Trace, market: Market | None = None, place: Place | None = None
) -> tuple[Played, ...]:
    """The rounds of a trace, repetitions written out, with what was measured and decided in each.

    A trace of quantities needs the `market` that clears them; for one of signals it only tells who the agents are.
    Raises `UsageError` for a name that the institution or the market does not know; with `place` it names the line.
    """
    bound = bound_for(institution, trace, market)
    for slip in slips(institution, trace, bound.facts):
        raise _refused(trace, slip, place)
    measured = _Abstract(bound, trace) if trace.abstract else _Cleared(bound, market)
    standings = first_notices(bound, initial_standings(bound)).standings
    found: list[Played] = []
    for number, (index, one) in enumerate(_written_out(trace), start=1):
        try:
            measures = measured(one, standings)
        except _Unplayable as fault:
            raise _refused(trace, Slip(("rounds", index), f"round {number}: {fault}", fault.advice), place) from None
        judgement = judge(bound, standings, _observed(bound, one, number, measures))
        standings = judgement.standings
        found.append(Played(number, index, measures, judgement))
    return tuple(found)


def bound_for(institution: Institution, trace: Trace, market: Market | None = None) -> Bound:
    """The institution as a trace is judged under it: audits are those that are named, and readings have no error."""
    if trace.abstract:
        agents = trace.agents or (market.facts.agents if market is not None else AGENTS)
        bound = abstract_bound(institution, agents)
    elif market is None:
        raise UsageError(f"trace {trace.name!r} gives quantities, which need a market to clear them")
    else:
        bound = bind(institution, market.facts)
    if len(bound.audits) > MOST_AUDITS:
        raise UsageError(f"institution {institution.name} has {len(bound.audits)} audits; traces know {MOST_AUDITS}")
    evens = tuple(replace(audit, below=1 << (UNIFORM_BITS - 1)) for audit in bound.audits)
    return replace(bound, audits=evens, errors=(), run_draw=False)


def places(source: Source, index: int) -> Place:
    """Where the values of the trace number `index` (from 0) stand in the text of its file."""
    place = places_in(source)
    return lambda path: place(("traces", index, *path))


def first_observed(bound: Bound, trace: Trace) -> Observed:
    """What is observed in the first round of a trace of signals."""
    one = trace.rounds[0]
    return _observed(bound, one, 1, _Abstract(bound, trace)(one, ()))


def _refused(trace: Trace, slip: Slip, place: Place | None) -> UsageError:
    if place is not None:
        return DocumentError(slip.message, place=place(slip.path), advice=slip.advice)
    where = ".".join(map(str, slip.path))
    return UsageError(f"trace {trace.name!r}: {where}: {slip.message}", advice=slip.advice)


def _written_out(trace: Trace) -> Iterator[tuple[int, TraceRound]]:
    return ((index, one) for index, one in enumerate(trace.rounds) for _ in range(one.repeat))


class _Unplayable(Exception):
    """A round that cannot be played as it is written."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


class _Abstract:
    """What is measured where a round says which signals fire."""

    def __init__(self, bound: Bound, trace: Trace) -> None:
        self.agents = bound.facts.agents
        self.signals = tuple(bound.signals)
        self.nash = tuple([to_e6(trace.nash_profit)] * len(self.agents))

    def __call__(self, one: TraceRound, standings: Sequence[Standing]) -> Measures:
        fires = [of_agent(one.signals, agent) or () for agent in self.agents]
        measures: dict[str, Any] = {
            signal_measure(name): tuple([SCALE if name in fired else 0 for fired in fires]) for name in self.signals
        }
        measures[PROFIT] = tuple([to_e6(of_agent(one.profits, agent) or 0.0) for agent in self.agents])
        measures[NASH_PROFIT] = self.nash
        measures[VIOLATION] = tuple([max(own - at, 0) for own, at in zip(measures[PROFIT], self.nash, strict=True)])
        return measures


class _Cleared:
    """What is measured where a market clears the round's quantities, within the limits of the agents' standings."""

    def __init__(self, bound: Bound, market: Market | None) -> None:
        assert market is not None  # by `bound_for`
        self.market = market
        self.adapter = MarketAdapter(market)
        self.agents = bound.facts.agents
        market.reset(seed=0)

    def __call__(self, one: TraceRound, standings: Sequence[Standing]) -> Measures:
        if not self.market.agents:  # Its own episode is over; a trace may be longer.
            self.market.reset()
        actions = {agent: self._action(one, agent, own) for agent, own in zip(self.agents, standings, strict=True)}
        try:
            self.market.step(actions)
        except UsageError as error:
            raise _Unplayable(error.message, error.advice) from None
        if projected := self.market.projected():
            raise _Unplayable(
                f"{' and '.join(projected)} cannot do that",
                "Stay within what is feasible: the capacity, bounds of prices, whole numbers.",
            )
        return dict(self.market.measures())

    def _action(self, one: TraceRound, agent: str, standing: Standing) -> Any:
        if standing.suspended:
            return self.adapter.idle(agent)
        row = of_agent(one.quantities, agent) or of_agent(one.actions, agent)
        if row is None and one.benchmark is None:
            advice = f"Give `quantities` for {agent}, or a `benchmark` for those left out."
            raise _Unplayable(f"{agent} brings nothing", advice)
        if row is not None:
            action = np.array(row, dtype=np.float64)
        else:
            action = self.market.play(one.benchmark or "", agent, self.market.observation(agent))
        if standing.limit_e6 is None:
            return action
        return self.adapter.constrain(agent, action, standing.limit_e6)


def _observed(bound: Bound, one: TraceRound, number: int, measures: Measures) -> Observed:
    agents = bound.facts.agents
    draws: tuple[int, ...] = ()
    if bound.draws:
        market_wide = {audit.name for audit in bound.audits if audit.of_market}
        named = [frozenset(of_agent(one.audits, agent) or ()) for agent in agents]
        common = frozenset().union(*named) & market_wide
        lengths = tuple(sorted({edge.spec.jitter + 1 for edge in bound.institution.edges}))
        draws = tuple(
            _draw(bound.audits, own - market_wide | common, lengths, of_agent(one.jitter, agent) or 0)
            for agent, own in zip(agents, named, strict=True)
        )
    return Observed(number, dict(measures), draws, reports=in_order(one.reports, agents))


@lru_cache(maxsize=4096)
def _draw(audits: tuple[BoundAudit, ...], wanted: frozenset[str], lengths: tuple[int, ...], longer: int) -> int:
    """The smallest draw that makes exactly the `wanted` audits take place and lengthens every timer by `longer`.

    An edge with jitter j is lengthened by the draw modulo j + 1, so the draws tried are `longer` and what lies whole
    common multiples of the `lengths` above it.
    """
    for draw in itertools.count(longer, math.lcm(*lengths)):
        if all((uniform(draw, audit.salted) < audit.below) == (audit.name in wanted) for audit in audits):
            return draw
    raise AssertionError("itertools.count has no end")
