"""The commons as a PettingZoo ParallelEnv."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError, unknown_name
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.commons.benchmarks import Rule, rules
from agoranomos.markets.commons.clear import RoundOutcome, clear, clear_round
from agoranomos.markets.commons.growth import LevhariMirman
from agoranomos.markets.commons.measures import MEASURE_KINDS, Reference, measure_round
from agoranomos.markets.commons.spec import CommonsSpec
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes, RoundMarket
from agoranomos.markets.stage_game import StageGame
from agoranomos.markets.told import number


class Commons(RoundMarket[RoundOutcome]):
    """Users take from one stock, which grows back; what is left today is there tomorrow.

    An agent observes the `stock` that is there now, and of the round before what everybody asked for (`requests`) and
    got (`takes`), in the order of the agents: monitoring is perfect. What it asks for is its action, 0 to the capacity.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "commons_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": True,
    }
    spec: CommonsSpec

    def __init__(self, spec: CommonsSpec, *, render_mode: str | None = None) -> None:
        self.rules: dict[str, Rule] = rules(spec)
        settled = {name: settled_round(spec, rule) for name, rule in self.rules.items()}
        self._against = Reference(settled["nash"].profit[0], settled["efficient"].profit[0])
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.users,
            goods=(spec.good,),
            measures=MEASURE_KINDS,
            benchmarks={
                name: measure_round(spec, self.rules, self._against, outcome) for name, outcome in settled.items()
            },
        )
        self._stock = spec.initial_stock
        shapes = [ActionShape((ActionPart(spec.good, 0.0, spec.capacity),)) for _ in spec.users]
        super().__init__(spec, spec.users, (spec.good,), shapes, render_mode=render_mode)

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """What the benchmark's rule asks for at the stock that is observed, rounded down to millionths."""
        if benchmark not in self.rules:
            raise unknown_name("benchmark", benchmark, self.rules)
        if agent not in self.possible_agents:
            raise unknown_name("agent", agent, self.possible_agents)
        asked = self.rules[benchmark].request(float(observation["stock"][0]))
        return np.array([math.floor(round(asked * SCALE, 3)) / SCALE])

    def brief(self, agent: str) -> dict[str, str]:
        """How many take, how large the stock can be, and what a unit brings; not how the stock grows."""
        spec = self.spec
        brings = (
            "the logarithm of what you take"
            if isinstance(spec.growth, LevhariMirman)
            else f"{number(spec.price)} a unit"
            + (f", less {number(spec.effort_cost)} over the stock" if spec.effort_cost else "")
        )
        return {
            "share": f"what you ask for, and less where {len(spec.users)} users ask for more than there is",
            "stock": f"{number(spec.initial_stock)} at first, at most {number(spec.capacity)}; what is left grows back",
            "payoff": brings,
        }

    def game(self) -> StageGame:
        """The first round alone, as if there were no other: menus are what the rules ask for, nothing, and all.

        It leaves out what matters most in a commons, that the rounds are linked: all is the best reply in it.
        """
        return self._game

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """What everybody asked for."""
        if not observation["round"][0]:
            return None
        return np.asarray(observation["requests"], dtype=np.float64)[:, None].copy()

    def can_cap(self, agent: str) -> bool:
        """Amounts have parts."""
        return True

    def idle(self, agent: str) -> NDArray[np.float64]:
        """Nothing is taken."""
        return np.zeros(1)

    def cap(self, agent: str, action: Any, share_e6: int) -> NDArray[np.float64]:
        """`action`, at most `share_e6` millionths of the stock that is there now; 0 suspends the agent.

        Raises `UsageError` for an unknown agent, an action that is no finite number, or a share outside 0 .. 1,000,000.
        """
        if agent not in self._shapes:
            raise unknown_name("agent", agent, self.possible_agents)
        if not 0 <= share_e6 <= SCALE:
            raise UsageError(f"a share of the stock of {share_e6} millionths; 0 to {SCALE} was expected")
        if share_e6 == SCALE:
            return np.asarray(action, dtype=np.float64)
        limit = round(self._stock * SCALE) * share_e6 // SCALE
        row, _ = self._counted(agent, action)
        if not row or row[0] <= limit:
            return np.zeros(1) if action is None else np.asarray(action, dtype=np.float64)
        return np.array([limit / SCALE])

    @cached_property
    def _game(self) -> StageGame:
        spec = self.spec
        asked = {min(rule.request(spec.initial_stock), spec.capacity) for rule in self.rules.values()}
        menu = np.array(sorted({0.0, spec.capacity} | {round(amount * SCALE) / SCALE for amount in asked}))[:, None]
        return StageGame(spec.users, (menu,) * len(spec.users), lambda actions: clear(spec, actions).profit)

    def _begin(self) -> None:
        self._stock = self.spec.initial_stock

    def _clear(self, rows: tuple[Row, ...]) -> RoundOutcome:
        outcome = clear_round(self.spec, [row[0] / SCALE if row else 0.0 for row in rows], self._stock)
        self._stock = outcome.next_stock
        return outcome

    def _continuation_ends(self) -> bool:
        """With `after_collapse: ends` the episode is over with the stock, too."""
        gone = self.spec.after_collapse == "ends" and self._stock <= 0.0
        return gone or super()._continuation_ends()

    def _profits(self, outcome: RoundOutcome) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: RoundOutcome) -> Measures:
        return measure_round(self.spec, self.rules, self._against, outcome)

    def _text(self, outcome: RoundOutcome) -> str:
        head = f"round {self.round_number}: {self.spec.good} {outcome.stock:.2f}, then {outcome.next_stock:.2f}"
        lines = [
            f"  {user}: asks {asked:.2f}, takes {take:.2f}"
            for user, asked, take in zip(self.possible_agents, outcome.request, outcome.take, strict=True)
        ]
        return "\n".join([head, *lines])

    def _observed(self, index: int, outcome: RoundOutcome | None) -> dict[str, np.ndarray]:
        if outcome is None:
            users = len(self.possible_agents)
            return {"stock": np.array([self._stock]), "requests": np.zeros(users), "takes": np.zeros(users)}
        return {
            "stock": np.array([outcome.next_stock]),
            "requests": np.array(outcome.request),
            "takes": np.array(outcome.take),
        }

    def _observation_boxes(self, index: int) -> Boxes:
        users, capacity = len(self.possible_agents), self.spec.capacity
        return {
            "stock": (0.0, capacity, 1),
            "requests": (0.0, capacity, users),
            "takes": (0.0, capacity, users),
        }


def settled_round(spec: CommonsSpec, rule: Rule) -> RoundOutcome:
    """The round that everybody plays by `rule` at the stock where it settles."""
    stock = round(rule.steady_stock * SCALE) / SCALE
    return clear_round(spec, [min(rule.request(stock), spec.capacity)] * len(spec.users), stock)
