"""Judging a recorded run, round after round: where agents stand, what was done to whom, and what was observed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.draws import round_draws, run_draw
from agoranomos.institutions.entries import Body, Opened, Round
from agoranomos.institutions.judge import judge, record_of
from agoranomos.institutions.judgement import Judgement, Observed, Standing
from agoranomos.institutions.schedule import Begun, Schedule, round_bodies
from agoranomos.institutions.tally import Acts
from agoranomos.markets.facts import MarketFacts


@dataclass(frozen=True, slots=True)
class Tally(Acts):
    """What an institution did to one agent over a run; `blocked` requests for a transition were denied."""

    transitions: int = 0
    blocked: int = 0


@dataclass(frozen=True, slots=True)
class Conduct:
    """What agents did in a recorded run, as far as any institution can see it: one `Observed` a round.

    `disturbed` there marks the rounds in which somebody sat out by the order of the institution of the record.
    """

    facts: MarketFacts
    seed: int
    observed: tuple[Observed, ...]


class Fold:
    """The state of a replay. `own`: under the institutions of the record, so that every round is evidence.

    `keep` takes each round as any institution can see it.
    """

    def __init__(
        self, schedule: Schedule, opened: Opened, own: bool, keep: Callable[[Observed], None] | None = None
    ) -> None:
        self._seed = opened.seed
        self.schedule = schedule
        self.bound: Bound | None = None
        self.agents = opened.facts.agents
        self.standings: tuple[Standing, ...] = ()
        self.rounds = 0
        self.closed = False
        self.tallies = {agent: Tally() for agent in self.agents}
        self.disturbed = 0
        self._own = own
        self._keep = keep
        self._sat_out = False

    def begin(self) -> list[Body]:
        """The first notices."""
        first = self.schedule.begun()
        return [] if first is None else self._begin(first)

    def all_are_free(self) -> None:
        """The recorded institution was replaced: whom it had suspended acts again."""
        self._sat_out = False

    def _begin(self, begun: Begun) -> list[Body]:
        self.bound, self.standings = begun.bound, begun.standings
        return list(begun.bodies)

    def round(self, recorded: Round, number: int) -> list[Body]:
        """The entries that the round should have."""
        self.rounds += 1
        if self._keep is not None:
            own = recorded.draws, self._sat_out, recorded.reports, recorded.run_draw
            self._keep(Observed(number, recorded.measures, *own))
        judgement = None
        if self.bound is not None:
            draws = recorded.draws
            if self.bound.draws and not draws:
                draws = round_draws(self._seed, number, self.agents)
            steady = recorded.run_draw or (run_draw(self._seed) if self.bound.run_draw else 0)
            disturbed = self._sat_out and not self._own
            self.disturbed += disturbed
            observed = Observed(number, recorded.measures, draws, disturbed, recorded.reports, steady)
            judgement = judge(self.bound, self.standings, observed)
            self.standings = judgement.standings
            if judgement.cases or judgement.transitions:
                self.tallies = {a: tallied(tally, judgement, a) for a, tally in self.tallies.items()}
        self._sat_out = any(standing.limit_e6 == 0 for standing in recorded.standings)
        body = Round(
            actions=recorded.actions,
            measures=recorded.measures,
            draws=recorded.draws,
            projected=recorded.projected,
            decisions=recorded.decisions,
            cases=judgement.cases if judgement is not None else (),
            standings=tuple(record_of(s) for s in judgement.standings) if judgement is not None else (),
            reports=recorded.reports,
            messages=recorded.messages,
            run_draw=recorded.run_draw,
        )
        begun = self.schedule.begun_after(number)
        if begun is not None:
            self._begin(begun)
            self._sat_out = self._sat_out and not self._own
        return round_bodies(body, judgement, begun)


def tallied(tally: Tally, judgement: Judgement, agent: str) -> Tally:
    """The tally with one more round."""
    requests = [request for request in judgement.transitions if request.agent == agent]
    sanctions = [sanction for sanction in judgement.sanctions if sanction.agent == agent]
    kinds = [sanction.sanction for sanction in sanctions]
    return Tally(
        cases=tally.cases + sum(case.agent == agent for case in judgement.cases),
        transitions=tally.transitions + sum(not request.blocked for request in requests),
        blocked=tally.blocked + sum(bool(request.blocked) for request in requests),
        fines=tally.fines + kinds.count("fine"),
        fines_e6=tally.fines_e6 + sum(sanction.amount_e6 for sanction in sanctions),
        suspensions=tally.suspensions + kinds.count("suspension"),
        caps=tally.caps + kinds.count("cap"),
        forfeitures=tally.forfeitures + kinds.count("forfeiture"),
    )
