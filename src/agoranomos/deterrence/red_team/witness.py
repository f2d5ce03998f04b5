"""A find as a trace: the real `judge` replays it, and what came of it is what the trace expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from agoranomos.deterrence.red_team.arena import Arena
from agoranomos.deterrence.red_team.settled import Settled
from agoranomos.errors import AgoraError
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.draws import round_draws, uniform
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.trace_play import Played, play_trace
from agoranomos.institutions.trace_run import gain_per_round
from agoranomos.institutions.traces import EVERYONE, NONE, Expectation, Outcome, Trace, TraceRound, folded
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market import Market

SHOWN: Final = 60
"""Rounds of a plan where lots are drawn, and so nothing repeats."""

_AGREE: Final = 0.01


@dataclass(frozen=True, slots=True)
class WitnessRound:
    """One round as the interpreted judge replayed it; `states` are those after it, amounts in the market's units."""

    quantities: tuple[tuple[float, ...], ...]
    prices: tuple[float, ...]
    states: tuple[str, ...]
    profits: tuple[float, ...]
    fines: tuple[float, ...]
    cases: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Witness:
    """A find with its replay: the first `prelude` rounds once, the others for ever. Money is per firm and round.

    `gains` are each firm's own. `exact` is False where lots are drawn: the gain is then a mean over draws, and the
    rounds are those of one of them.
    """

    family: str
    about: str
    gain_per_round: float
    gains: tuple[float, ...]
    fines_per_round: float
    cases_per_round: float
    exact: bool
    prelude: int
    rounds: tuple[WitnessRound, ...]
    trace: Trace


def witness_of(found: Settled, name: str, arena: Arena, institution: Institution, market: Market) -> Witness:
    """Replay a find through the real `judge`; raises `AgoraError` where that does not agree with the compiled one."""
    bound = arena.bound
    actions = found.actions_e6 if found.exact else found.actions_e6[:SHOWN]
    bare = Trace(name=name, about=found.about, rounds=_bare(actions, bound))
    played = play_trace(institution, bare, market)
    over = found.cycle if found.exact else len(actions)
    if found.exact and abs(gain_per_round(played[-over:]) - found.gain) > _AGREE:
        raise AgoraError(
            f"a plan gains {found.gain:.4f} a round, but {gain_per_round(played[-over:]):.4f} where it is replayed",
            advice="This is a fault of attack; please report it.",
        )
    return Witness(
        family=found.family,
        about=found.about,
        gain_per_round=found.gain,
        gains=found.gains,
        fines_per_round=found.fines,
        cases_per_round=found.cases,
        exact=found.exact,
        prelude=found.prelude if found.exact else 0,
        rounds=tuple(_round(own, row, bound) for own, row in zip(played, actions, strict=True)),
        trace=_expecting(bare, played, over, bound),
    )


def _bare(actions: Any, bound: Bound) -> tuple[TraceRound, ...]:
    """The rounds of a trace without expectations; audits and jitter as the first draw has them."""
    agents = bound.facts.agents
    longest = max((edge.spec.jitter for edge in bound.institution.edges), default=0)
    found = []
    for t, action in enumerate(actions):
        rows = {agent: tuple(q / SCALE for q in row) for agent, row in zip(agents, action.tolist(), strict=True)}
        audits: dict[str, tuple[str, ...]] = {}
        jitter: dict[str, int] = {}
        if bound.draws:
            draws = dict(zip(agents, round_draws(0, t + 1, agents), strict=True))
            market_draw = draws[agents[0]]
            for agent in agents:
                held = tuple(
                    audit.name
                    for audit in bound.audits
                    if uniform(market_draw if audit.of_market else draws[agent], audit.salted) < audit.below
                )
                if held:
                    audits[agent] = held
                if longest:
                    jitter[agent] = draws[agent] % (longest + 1)
        found.append(TraceRound(quantities=rows, audits=audits, jitter=jitter))
    return tuple(found)


def _expecting(bare: Trace, played: Sequence[Played], over: int, bound: Bound) -> Trace:
    rounds = [
        one.model_copy(update={"expect": _expectations(own, bound)})
        for one, own in zip(bare.rounds, played, strict=True)
    ]
    counted = played[-over:]
    sanctions = [sanction for own in counted for sanction in own.judgement.sanctions]
    outcome = Outcome(
        gain_per_round=round(gain_per_round(counted), 6),
        fines=round(sum(sanction.amount_e6 for sanction in sanctions) / SCALE, 6),
        cases=sum(len(own.judgement.cases) for own in counted),
        sanctions=len(sanctions),
        over_last=over,
    )
    return bare.model_copy(update={"rounds": folded(rounds), "expect": outcome})


def _expectations(own: Played, bound: Bound) -> dict[str, Expectation]:
    judgement, each = own.judgement, {}
    for agent, standing in zip(bound.facts.agents, judgement.standings, strict=True):
        crossed = [one.edge for one in judgement.transitions if one.agent == agent and not one.blocked]
        each[agent] = Expectation(
            state=standing.state,
            edge=crossed[0] if crossed else NONE,
            cases=tuple(case.rule for case in judgement.cases if case.agent == agent),
            fine=judgement.fine_of(agent) / SCALE,
        )
    first = next(iter(each.values()))
    return {EVERYONE: first} if all(one == first for one in each.values()) else each


def _round(own: Played, action: Any, bound: Bound) -> WitnessRound:
    agents, judgement = bound.facts.agents, own.judgement
    prices: Any = own.measures["price_e6"]
    profits: Any = own.measures["profit_e6"]
    return WitnessRound(
        quantities=tuple(tuple(row) for row in (np.asarray(own.measures["quantity_e6"]) / SCALE).tolist()),
        prices=tuple(price / SCALE for price in prices),
        states=tuple(standing.state for standing in judgement.standings),
        profits=tuple(profit / SCALE for profit in profits),
        fines=tuple(judgement.fine_of(agent) / SCALE for agent in agents),
        cases=tuple(tuple(case.rule for case in judgement.cases if case.agent == agent) for agent in agents),
    )
