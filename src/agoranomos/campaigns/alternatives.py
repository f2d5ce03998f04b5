"""What an institution would have done about an option that an agent had, all others doing what they did.

A recorded run is played again: the market from its description and seed, the institution from its own text. For each
option the round is cleared once more with it and judged by the same `judge`, from the standings before the round.
"""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
from pydantic import BaseModel, ValidationError

from agoranomos.errors import UsageError
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.entries import Opened, Round
from agoranomos.institutions.judge import judge
from agoranomos.institutions.judgement import Judgement, Observed, Standing
from agoranomos.institutions.recorded_schedule import recorded_schedule
from agoranomos.markets import Market, build_market
from agoranomos.markets.catalogue import described_market
from agoranomos.markets.facts import SCALE, Measures

Row = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Consequence:
    """What an option would have brought its agent in that very round: a case, and a sanction of any kind."""

    accused: bool
    sanctioned: bool


class Alternatives:
    """The rounds of one recorded run, each also as it would have been with another option of one agent."""

    def __init__(self, opened: Opened, market: Market) -> None:
        self._schedule = recorded_schedule(opened)
        if not self._schedule.governed:
            raise UsageError("the run has no institution: nothing judges what is done")
        self._agents = opened.facts.agents
        self._market = market
        self._market.reset(seed=opened.seed)
        self._bound = self._schedule.first
        begun = self._schedule.begun()
        self._standings: tuple[Standing, ...] = () if begun is None else begun.standings

    @classmethod
    def of(cls, opened: Opened) -> Alternatives | None:
        """The alternatives of a run; None where no institution judges it or its market is none that can be built."""
        if not opened.governed:
            return None
        try:
            market = build_market(described_market(json.loads(opened.market)))
        except (UsageError, ValidationError, ValueError):
            return None
        return cls(opened, market) if market.facts == opened.facts else None

    def round(
        self, number: int, body: Round, options: Mapping[str, Sequence[Row]]
    ) -> dict[str, tuple[Consequence, ...]] | None:
        """The consequences of each option (an action in millionths) of each agent in the round, which then is over.

        Rounds are taken in order. None where the market does not come out as it is recorded: then nothing is known of
        this round, nor of those that follow.
        """
        played = [self._given(seat, row) for seat, row in enumerate(body.actions)]
        nothing = Consequence(False, False)
        found = {
            agent: tuple(
                nothing if self._bound is None else self._of(self._bound, number, body, agent, row, played)
                for row in options[agent]
            )
            for agent in options
        }
        if _cleared(self._market, self._agents, played) != body.measures:
            return None
        if self._bound is not None:
            self._standings = _judged(self._bound, self._standings, number, body, body.measures).standings
        begun = self._schedule.begun_after(number)
        if begun is not None:
            self._bound, self._standings = begun.bound, begun.standings
        return found

    def _of(self, bound: Bound, number: int, body: Round, agent: str, row: Row, played: Sequence[Any]) -> Consequence:
        seat = self._agents.index(agent)
        twin = self._twin()
        instead = [*played[:seat], self._given(seat, row), *played[seat + 1 :]]
        judgement = _judged(bound, self._standings, number, body, _cleared(twin, self._agents, instead))
        return Consequence(
            any(case.agent == agent for case in judgement.cases),
            any(sanction.agent == agent for sanction in judgement.sanctions),
        )

    def _given(self, seat: int, row: Row) -> Any:
        """An action as the market takes it, within what the agent's standing leaves it."""
        agent, limit = self._agents[seat], self._standings[seat].limit_e6 if self._standings else None
        if limit == 0 or not row:
            return self._market.idle(agent)
        action = np.array(row, dtype=np.float64) / SCALE
        return action if limit is None else self._market.cap(agent, action, limit)

    def _twin(self) -> Market:
        """A copy of the market in which a round can be played; frozen values are shared, copying them takes longest."""
        market = self._market
        shared = [value for value in vars(market).values() if _is_frozen(value)]
        for agent in self._agents:
            shared += [market.action_shape(agent), market.observation_space(agent)]
        twin: Market = copy.deepcopy(market, {id(one): one for one in shared})
        return twin


def _is_frozen(value: Any) -> bool:
    if isinstance(value, BaseModel | msgspec.Struct):
        return True
    return dataclasses.is_dataclass(value) and bool(getattr(type(value), "__dataclass_params__").frozen)  # noqa: B009


def _judged(bound: Bound, standings: tuple[Standing, ...], number: int, body: Round, measures: Measures) -> Judgement:
    observed = Observed(number, dict(measures), body.draws, reports=body.reports, run_draw=body.run_draw)
    return judge(bound, standings, observed)


def _cleared(market: Market, agents: Sequence[str], actions: Sequence[Any]) -> dict[str, Any]:
    """The measures of the market's next round."""
    market.step(dict(zip(agents, actions, strict=True)))
    return dict(market.measures())
