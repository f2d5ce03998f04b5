"""Counterexamples: a way through the standings as a trace, with what the runtime makes of each of its rounds."""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.institutions.checker.circumstances import Circumstance
from agoranomos.institutions.checker.layout import IDLE, RIVALS
from agoranomos.institutions.checker.space import Space
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.judgement import Judgement
from agoranomos.institutions.trace_run import run_trace
from agoranomos.institutions.traces import EVERYONE, NONE, Expectation, Trace, TraceRound, folded

PROFIT = 1000.0
"""What each agent is said to earn in a round of a counterexample, so that fines are seen."""


class Witnesses:
    """Makes traces of ways through a space; each is played by `judge` before it is handed out."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.institution: Institution = space.bound.institution
        self.agents = space.bound.facts.agents

    def along(self, name: str, about: str, way: Sequence[tuple[int, int]]) -> Trace | None:
        """The trace of a way that begins where play does; None for a way of no rounds."""
        if not way:
            return None
        alone = len(self.agents) == 1 or not self.space.layout.joint
        idle = not alone and int(self.space.rows[way[0][0], 0]) == IDLE
        rounds = [self._round(self.space.circumstances[which], idle) for _, which in way]
        rival = "" if alone else f" Meanwhile {RIVALS[idle]}."
        trace = Trace(name=name[:120], about=about + rival, agents=self.agents, rounds=tuple(rounds))
        return expecting(self.institution, trace)

    def to_round(self, name: str, about: str, standing: int, which: int) -> Trace | None:
        """The trace of a shortest way to a standing, and of one round more."""
        return self.along(name, about, [*self.space.way_to(standing), (standing, which)])

    def to(self, name: str, about: str, standing: int, after: int = 0) -> Trace | None:
        """The trace of a shortest way to a standing, and of some rounds more in which nothing is reported."""
        way = self.space.way_to(standing)
        for _ in range(after):
            way.append((standing, 0))
            standing = int(self.space.next[standing, 0])
        return self.along(name, about, way)

    def _round(self, circumstance: Circumstance, idle: bool) -> TraceRound:
        who = self.agents[0] if idle else EVERYONE
        audited = [name for name in self.institution.manifest.audits if name in circumstance.audits]
        fired = [name for name in self.institution.manifest.signals if name in circumstance.signals]
        return TraceRound(
            signals={who: tuple(fired)} if fired else {},
            audits={who: tuple(audited)} if audited else {},
            reports=(self.agents[:1] if idle else self.agents) if circumstance.reports else (),
            jitter={who: circumstance.jitter} if circumstance.jitter else {},
            profits={EVERYONE: PROFIT},
        )


def expecting(institution: Institution, trace: Trace) -> Trace:
    """The trace with what `judge` makes of it as what each round is expected to bring the first agent."""
    agent = trace.agents[0]
    judgements = run_trace(institution, trace)
    rounds = [
        one.model_copy(update={"expect": {agent: _brought(institution, agent, judgement)}})
        for one, judgement in zip(trace.rounds, judgements, strict=True)
    ]
    return trace.model_copy(update={"rounds": folded(rounds)})


def _brought(institution: Institution, agent: str, judgement: Judgement) -> Expectation:
    standing = judgement.standings[0]
    mine = [request for request in judgement.transitions if request.agent == agent]
    crossed = next((request.edge for request in mine if not request.blocked), NONE)
    cases = [case.rule for case in judgement.cases if case.agent == agent]
    sanctions = [sanction.sanction for sanction in judgement.sanctions if sanction.agent == agent]
    return Expectation(
        state=standing.state,
        edge=crossed,
        blocked=tuple(request.blocked for request in mine if request.blocked),
        cases=tuple(cases),
        sanctions=tuple(sanctions),
        rounds_left=standing.timer,
    )
