"""Judges outside data: the one `judge`, folded over the rounds of a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agoranomos.errors import UsageError
from agoranomos.institutions.bind import Bound, bind
from agoranomos.institutions.draws import round_draws, run_draw
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.judge import first_notices, initial_standings, judge
from agoranomos.institutions.judgement import Judgement, Observed
from agoranomos.institutions.panel import Panel
from agoranomos.institutions.table_measures import facts_of_table, measures_alone, measures_under
from agoranomos.markets.cournot.env import Cournot
from agoranomos.markets.facts import Measures


@dataclass(frozen=True, slots=True)
class JudgedRound:
    """One round of a table: what it is called there, its number counted from 1, what was measured, what was judged."""

    round: int
    number: int
    measures: Measures
    judgement: Judgement


def bind_to_table(institution: Institution, panel: Panel, market: Cournot | None, name: str = "table") -> Bound:
    """The institution bound to what is known: the market's facts, or without a market the table's own.

    Raises `UsageError`, in plain words, for an institution that needs what the table alone does not tell.
    """
    if market is not None:
        return bind(institution, market.facts)
    try:
        return bind(institution, facts_of_table(panel, name))
    except UsageError as error:
        raise UsageError(
            f"{institution.name} cannot judge this table by itself: {error.message.partition(': ')[2]}",
            advice="A table alone tells prices, quantities, shares, hhi and cv. Name a market with --market: it gives "
            "costs, so that profits are known, and the benchmarks that prices are held against.",
        ) from None


def judge_table(bound: Bound, panel: Panel, market: Cournot | None = None, *, seed: int = 0) -> Iterator[JudgedRound]:
    """The judgement of each round of the panel, in order; rounds are counted from the table's first.

    Draws (audits, jitter, reading errors) come from `seed` by the names that a run gives them, so the table of a
    recorded run, judged with the run's seed, has the run's judgements.
    """
    agents = bound.facts.agents
    standings = first_notices(bound, initial_standings(bound)).standings
    steady = run_draw(seed) if bound.run_draw else 0
    rounds = measures_under(market, panel) if market is not None else measures_alone(panel)
    for index, measures in enumerate(rounds):
        number = index + 1
        reports: tuple[str, ...] = ()
        if panel.reported is not None:
            reports = tuple([agent for agent, said in zip(agents, panel.reported[index], strict=True) if said])
        draws = round_draws(seed, number, agents) if bound.draws else ()
        observed = Observed(number, dict(measures), draws, reports=reports, run_draw=steady)
        judgement = judge(bound, standings, observed)
        standings = judgement.standings
        yield JudgedRound(panel.first + index, number, measures, judgement)
