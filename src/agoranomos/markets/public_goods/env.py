"""The public goods game as a PettingZoo ParallelEnv."""

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
from agoranomos.markets.public_goods.benchmarks import contributions
from agoranomos.markets.public_goods.clear import clear, parts
from agoranomos.markets.public_goods.measures import MEASURE_KINDS, measure_stage
from agoranomos.markets.public_goods.spec import PublicGoodsSpec
from agoranomos.markets.public_goods.stage import StageOutcome, contribution_stage, punishment_stage
from agoranomos.markets.round_market import Boxes, RoundMarket
from agoranomos.markets.stage_game import StageGame
from agoranomos.markets.told import number

EXCLUDED = -1.0
"""What is seen in the place of the contribution of a member that was excluded."""


class PublicGoods(RoundMarket[StageOutcome]):
    """Members contribute to a good for all; where there is a punishment stage, they see who gave what, and may punish.

    An agent observes which `stage` is to be played now (0 contribution, 1 punishment), the last `contributions` of
    everybody in the order of the agents (-1 for who was excluded), and the points it `received` in the punishment stage
    before, not from whom. Its action has parts for both stages; what the stage does not ask for is ignored, and
    recorded as zero. An agent that sits out is excluded: it keeps its endowment and has no part in the good.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "public_goods_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: PublicGoodsSpec

    def __init__(self, spec: PublicGoodsSpec, *, render_mode: str | None = None) -> None:
        self.contributions = contributions(spec)
        settled = {name: _stage_of(spec, given) for name, given in self.contributions.items()}
        self._nash, self._efficient = settled["nash"].profit, settled["efficient"].profit
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.members,
            goods=(spec.good,),
            measures=MEASURE_KINDS,
            benchmarks={
                name: measure_stage(spec, self._nash, self._efficient, outcome) for name, outcome in settled.items()
            },
        )
        self._punishing = False
        self._contributed: tuple[float, ...] = ()
        self._excluded: tuple[bool, ...] = ()
        shapes = [_shape(spec, i) for i in range(len(spec.members))]
        super().__init__(spec, spec.members, (spec.good,), shapes, render_mode=render_mode)

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The contribution at the benchmark, and no points."""
        if benchmark not in self.contributions:
            raise unknown_name("benchmark", benchmark, self.contributions)
        if agent not in self.possible_agents:
            raise unknown_name("agent", agent, self.possible_agents)
        action = np.zeros(parts(self.spec))
        action[0] = self.contributions[benchmark][self.possible_agents.index(agent)]
        return action

    def brief(self, agent: str) -> dict[str, str]:
        """Its endowment, what the good returns, and what points cost."""
        rule = self.spec.punishment
        told = {
            "endowment": number(self.spec.endowment[self.possible_agents.index(agent)]),
            "return": f"{number(self.spec.mpcr)} for every unit that any of {len(self.possible_agents)} members gives",
        }
        if rule is not None:
            told["points"] = f"each costs you {number(rule.cost)}, and who receives it {number(rule.effect)}"
            told["rounds"] = "contributions (stage 0) and points (stage 1) in turn"
        return told

    def game(self) -> StageGame:
        """The contribution stage, after which nobody punishes (as in the subgame-perfect equilibrium).

        Menus are nothing, a quarter, half, three quarters, and all of the endowment.
        """
        return self._game

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """Everybody's last contributions; who punished whom is not seen."""
        if not observation["round"][0]:
            return None
        rows = np.zeros((len(self.possible_agents), parts(self.spec)))
        rows[:, 0] = np.maximum(observation["contributions"], 0.0)
        return rows

    @cached_property
    def _game(self) -> StageGame:
        spec = self.spec
        menus = []
        for endowment in spec.endowment:
            menu = np.zeros((5, parts(spec)))
            menu[:, 0] = np.round(np.linspace(0.0, endowment, 5) * SCALE) / SCALE
            menus.append(np.unique(menu, axis=0))
        return StageGame(spec.members, tuple(menus), lambda actions: clear(spec, actions).profit)

    def _begin(self) -> None:
        self._punishing = False
        self._contributed = (0.0,) * len(self.possible_agents)
        self._excluded = (False,) * len(self.possible_agents)

    def _counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        """The action of this stage in millionths; the parts of the other stage are zero, whatever was asked."""
        row, changed = super()._counted(agent, action)
        if not row or self.spec.punishment is None:
            return row, changed
        values = np.asarray(action, dtype=np.float64).ravel()
        asked = np.zeros(len(row))
        kept = slice(1, None) if self._punishing else slice(0, 1)
        asked[kept] = values[kept]
        return super()._counted(agent, asked)

    def _clear(self, rows: tuple[Row, ...]) -> StageOutcome:
        if self._punishing:
            outcome = punishment_stage(self.spec, rows, self._contributed)
        else:
            outcome = contribution_stage(self.spec, rows)
            self._contributed = outcome.contribution
            self._excluded = tuple([not here for here in outcome.present])
        self._punishing = self.spec.punishment is not None and not self._punishing
        return outcome

    def _continuation_ends(self) -> bool:
        """An unknown horizon is one of periods: none ends between its stages."""
        return not self._punishing and super()._continuation_ends()

    def _profits(self, outcome: StageOutcome) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: StageOutcome) -> Measures:
        return measure_stage(self.spec, self._nash, self._efficient, outcome)

    def _text(self, outcome: StageOutcome) -> str:
        what = "punishment" if outcome.punishing else "contributions"
        amounts = outcome.received if outcome.punishing else outcome.contribution
        lines = [
            f"  {member}: {'receives' if outcome.punishing else 'gives'} {amount:.2f}, earns {profit:.2f}"
            for member, amount, profit in zip(self.possible_agents, amounts, outcome.profit, strict=True)
        ]
        return "\n".join([f"round {self.round_number}: {what}", *lines])

    def _observed(self, index: int, outcome: StageOutcome | None) -> dict[str, np.ndarray]:
        punished = outcome is not None and outcome.punishing
        return {
            "stage": np.array([1.0 if self._punishing else 0.0]),
            "contributions": np.array(
                [EXCLUDED if out else given for out, given in zip(self._excluded, self._contributed, strict=True)]
            ),
            "received": np.array([outcome.received[index] if outcome is not None and punished else 0.0]),
        }

    def _observation_boxes(self, index: int) -> Boxes:
        members, rule = len(self.possible_agents), self.spec.punishment
        most = (members - 1) * rule.most if rule is not None else 0.0
        return {
            "stage": (0.0, 1.0, 1),
            "contributions": (EXCLUDED, max(self.spec.endowment), members),
            "received": (0.0, most, 1),
        }


def _shape(spec: PublicGoodsSpec, index: int) -> ActionShape:
    """A contribution, then the points against each other member."""
    rule = spec.punishment
    others = [name for j, name in enumerate(spec.members) if j != index] if rule is not None else []
    points = [ActionPart(f"points_{name}", 0.0, rule.most) for name in others] if rule is not None else []
    return ActionShape((ActionPart("contribution", 0.0, spec.endowment[index]), *points))


def _stage_of(spec: PublicGoodsSpec, given: Sequence[float]) -> StageOutcome:
    return contribution_stage(spec, [(round(amount * SCALE),) for amount in given])
