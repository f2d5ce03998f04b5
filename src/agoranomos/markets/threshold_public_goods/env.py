"""The threshold public goods game as a PettingZoo ParallelEnv."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes, RoundMarket
from agoranomos.markets.stage_game import StageGame
from agoranomos.markets.threshold_public_goods.benchmarks import contributors
from agoranomos.markets.threshold_public_goods.clear import clear
from agoranomos.markets.threshold_public_goods.equilibria import Equilibria, equilibria
from agoranomos.markets.threshold_public_goods.measures import MEASURE_KINDS, RoundOutcome, measure_round
from agoranomos.markets.threshold_public_goods.spec import ThresholdPublicGoodsSpec
from agoranomos.markets.told import number


class ThresholdPublicGoods(RoundMarket[RoundOutcome]):
    """Members contribute (1) or not (0); with enough contributors the good is there for all.

    An agent observes, of the round before, who `contributed` in the order of the agents and whether it was a `success`,
    and its own `capital` now.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "threshold_public_goods_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: ThresholdPublicGoodsSpec

    def __init__(self, spec: ThresholdPublicGoodsSpec, *, render_mode: str | None = None) -> None:
        count = len(spec.members)
        self.equilibria: Equilibria = equilibria(spec)
        self.contributors = contributors(spec)
        rows = {
            name: tuple([(SCALE if i < number else 0,) for i in range(count)])
            for name, number in self.contributors.items()
        }
        first = (spec.capital,) * count
        settled = {name: play_round(spec, given, first) for name, given in rows.items()}
        self._nash, self._efficient = (
            [factor(spec, outcome, i) for i in range(count)] for outcome in (settled["nash"], settled["efficient"])
        )
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.members,
            goods=(spec.good,),
            measures=MEASURE_KINDS,
            benchmarks={name: measure_round(self._nash, self._efficient, outcome) for name, outcome in settled.items()},
        )
        self._capital = first
        choice = ActionPart("contribute", 0.0, 1.0, whole=True, names=("keep", "contribute"))
        shapes = [ActionShape((choice,)) for _ in spec.members]
        super().__init__(spec, spec.members, (spec.good,), shapes, render_mode=render_mode)

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """1 for the members that contribute at the benchmark, the first ones in their order; 0 for the others."""
        if benchmark not in self.contributors:
            raise unknown_name("benchmark", benchmark, self.contributors)
        if agent not in self.possible_agents:
            raise unknown_name("agent", agent, self.possible_agents)
        return np.array([1.0 if self.possible_agents.index(agent) < self.contributors[benchmark] else 0.0])

    def brief(self, agent: str) -> dict[str, str]:
        """The threshold, and by what capital is multiplied."""
        spec = self.spec
        return {
            "threshold": f"{spec.threshold} of {len(spec.members)} members",
            "capital": f"{number(spec.capital)} at first"
            if spec.compounding
            else f"{number(spec.capital)} in every round",
            "factors": f"{number(spec.success_contributor)} if you contribute and {number(spec.success_other)} if not, "
            "where the threshold is reached; else "
            f"{number(spec.failure_contributor)} and {number(spec.failure_other)}",
        }

    def game(self) -> StageGame:
        """One round with the first capital; with compounding later rounds are the same game in larger units."""
        return self._game

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """Who contributed."""
        if not observation["round"][0]:
            return None
        return np.asarray(observation["contributed"], dtype=np.float64)[:, None].copy()

    @cached_property
    def _game(self) -> StageGame:
        spec = self.spec
        menu = np.array([[0.0], [1.0]])
        return StageGame(spec.members, (menu,) * len(spec.members), lambda actions: clear(spec, actions).profit)

    def _begin(self) -> None:
        self._capital = (self.spec.capital,) * len(self.possible_agents)

    def _clear(self, rows: tuple[Row, ...]) -> RoundOutcome:
        outcome = play_round(self.spec, rows, self._capital)
        if self.spec.compounding:
            self._capital = tuple([k + p for k, p in zip(outcome.capital, outcome.profit, strict=True)])
        return outcome

    def _profits(self, outcome: RoundOutcome) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: RoundOutcome) -> Measures:
        return measure_round(self._nash, self._efficient, outcome)

    def _text(self, outcome: RoundOutcome) -> str:
        number = sum(1 for contributes in outcome.contributes if contributes)
        said = "provided" if outcome.success else "not provided"
        lines = [
            f"  {member}: {'sits out' if c is None else 'contributes' if c else 'does not'}, earns {profit:.2f}"
            for member, c, profit in zip(self.possible_agents, outcome.contributes, outcome.profit, strict=True)
        ]
        return "\n".join(
            [f"round {self.round_number}: {number} of {self.spec.threshold}, {self.spec.good} {said}", *lines]
        )

    def _observed(self, index: int, outcome: RoundOutcome | None) -> dict[str, np.ndarray]:
        before = (False,) * len(self.possible_agents) if outcome is None else outcome.contributes
        return {
            "contributed": np.array([1.0 if contributes else 0.0 for contributes in before]),
            "success": np.array([1.0 if outcome is not None and outcome.success else 0.0]),
            "capital": np.array([self._capital[index]]),
        }

    def _observation_boxes(self, index: int) -> Boxes:
        return {
            "contributed": (0.0, 1.0, len(self.possible_agents)),
            "success": (0.0, 1.0, 1),
            "capital": (0.0, np.inf, 1),
        }


def play_round(spec: ThresholdPublicGoodsSpec, rows: Sequence[Row], capital: tuple[float, ...]) -> RoundOutcome:
    """`clear` for one world in plain numbers, with the same bits; an empty row sits out."""
    contributes = tuple([bool(row[0]) if row else None for row in rows])
    success = sum(1 for one in contributes if one) >= spec.threshold
    made = RoundOutcome(contributes, success, capital, ())
    profit = tuple(
        [
            (factor(spec, made, i) - 1.0) * owned if one is not None else 0.0
            for i, (one, owned) in enumerate(zip(contributes, capital, strict=True))
        ]
    )
    return made._replace(profit=profit)


def factor(spec: ThresholdPublicGoodsSpec, outcome: RoundOutcome, index: int) -> float:
    """By what the capital of a member is multiplied in the round."""
    if outcome.success:
        return spec.success_contributor if outcome.contributes[index] else spec.success_other
    return spec.failure_contributor if outcome.contributes[index] else spec.failure_other
