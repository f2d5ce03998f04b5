"""Tool use as a PettingZoo ParallelEnv: problems, answers, and a tool that costs more than an answer in the head."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError
from agoranomos.markets.action_shape import ActionPart, ActionShape, Row
from agoranomos.markets.facts import SCALE, MarketFacts, Measures
from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import Boxes
from agoranomos.markets.stage_game import StageGame
from agoranomos.scenarios.tool_use import words
from agoranomos.scenarios.tool_use.items import LARGEST_ANSWER, Item
from agoranomos.scenarios.tool_use.outcome import MEASURE_KINDS, Outcome, expected_measures, measures_of, outcome_of
from agoranomos.scenarios.tool_use.payoffs import DIRECT
from agoranomos.scenarios.tool_use.scripted import PLAYS, ScriptedSolver, route_of, stage_game
from agoranomos.scenarios.tool_use.spec import ROUTES, ToolUseSpec
from agoranomos.scenarios.tool_use.telling import NOT_SEEN, ToolUseInWords, coming

NO_ANSWER = -float(LARGEST_ANSWER + 1)
"""The answer of who took a route and found none: it is right of no item, and the route is paid for."""


class ToolUse(ToolUseInWords):
    """Solvers answer one item a round, directly (0) or with the tool (1).

    An action is the route and the answer, which is right where it is that of the item to the millionth; with simulated
    answers it is the route alone. A solver observes its `route` in the last round (-1: none), whether its answer was
    `right` (1 or 0; -1: it gave none, or rewards are not shown), and, where others are seen, their routes (`others`) or
    how many of them answered directly (`count`), and their rewards (`others_rewards`). Which item comes next follows
    from the round and the specification, and is for words to say; how hard it is nobody is told.
    """

    metadata: ClassVar[dict[str, Any]] = {"name": "tool_use_v0", "render_modes": ["ansi"], "is_parallelizable": True}
    spec: ToolUseSpec

    def __init__(self, spec: ToolUseSpec, *, render_mode: str | None = None) -> None:
        self.spec = spec
        tested = spec.easy_items < spec.items
        self.facts = MarketFacts(
            market=spec.name,
            agents=spec.solvers,
            goods=("answers",),
            measures=MEASURE_KINDS,
            benchmarks={
                name: expected_measures(spec, hard=tested, route=route_of(spec, name, hard=tested)) for name in PLAYS
            },
        )
        route = ActionPart("route", 0.0, 1.0, whole=True, names=words.TEXTS)
        parts = (route,) if self.simulated else (route, ActionPart("answer", NO_ANSWER, -NO_ANSWER))
        shapes = [ActionShape(parts) for _ in spec.solvers]
        super().__init__(spec, spec.solvers, ("answers",), shapes, render_mode=render_mode)

    # -- numbers -----------------------------------------------------------------------------------------------------

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """What a scripted solver does, who knows how hard the item is.

        `comply` uses the tool on hard items alone, `violate` on none, `tool` on all, and `nash` where it is expected to
        pay. Answers are right with the stated accuracies, drawn once for a round and agent, whatever the route.
        """
        number = coming(observation)
        route = route_of(self.spec, benchmark, hard=self.spec.item(number).hard)
        answer = [] if self.simulated else [float(self.scripted.answer(agent, number, route))]
        return np.array([float(route), *answer])

    def brief(self, agent: str) -> dict[str, str]:
        """What routes cost, what answers earn, and the rule."""
        costs, rewards = self.spec.costs, self.spec.rewards
        return {
            "route": f"0 is to {words.TEXTS[0]} ({costs.direct:g}), 1 to {words.TEXTS[1]} ({costs.tool:g})",
            "rewards": f"a right answer earns {rewards.easy:g} or {rewards.hard:g}, depending on the item",
            **({"rule": words.RULE} if self.spec.rule else {}),
        }

    def game(self) -> StageGame:
        """One round with simulated answers, its reward expected over items and answers, as who knows neither sees it.

        Raises `UsageError` where answers are the solvers' own: no menu lists them.
        """
        if not self.simulated:
            raise UsageError(
                f"a round of {self.facts.market} asks for an answer, which no menu lists; this policy needs one",
                advice="It plays where the scenario says `answers: simulated`.",
            )
        return self._game

    @cached_property
    def _game(self) -> StageGame:
        return stage_game(self.spec)

    def seen(self, agent: str, observation: Observation) -> NDArray[np.float64] | None:
        """Everybody's routes where these are all there is to an action, are shown, and all took one."""
        if not self.simulated or not observation["round"][0]:
            return None
        own, others = float(observation["route"][0]), observation.get("others", np.zeros(0))
        if len(others) + 1 != len(self.possible_agents) or own == NOT_SEEN or (others == NOT_SEEN).any():
            return None
        routes = dict(zip(self.neighbours(agent), others.tolist(), strict=True)) | {agent: own}
        return np.array([[routes[name]] for name in self.possible_agents])

    @property
    def scripted(self) -> ScriptedSolver:
        """Whose answers are as often right as is stated, in this episode."""
        return ScriptedSolver(self.spec, self._seed or 0)

    def _clear(self, rows: tuple[Row, ...]) -> Outcome:
        item = self.spec.item(self.round_number)
        routes = [row[0] // SCALE if row else None for row in rows]
        right = [
            route is not None and self._is_right(agent, item, route, row)
            for agent, route, row in zip(self.possible_agents, routes, rows, strict=True)
        ]
        return outcome_of(self.spec, item.hard, routes, right)

    def _is_right(self, agent: str, item: Item, route: int, row: Row) -> bool:
        if self.simulated:
            return self.scripted.succeeds(agent, self.round_number, route)
        return row[1] == round(item.answer * SCALE)

    def _profits(self, outcome: Outcome) -> Sequence[float]:
        return outcome.profit

    def _measured(self, outcome: Outcome) -> Measures:
        return measures_of(self.spec, outcome)

    # -- what is seen ------------------------------------------------------------------------------------------------

    def _observed(self, index: int, outcome: Outcome | None) -> dict[str, np.ndarray]:
        count = len(self.possible_agents)
        routes = [NOT_SEEN if r is None else float(r) for r in (outcome.routes if outcome else (None,) * count)]
        told = outcome if self.spec.sees.own_reward else None  # Whether it was right is what the reward says.
        right = float(told.right[index]) if told and told.routes[index] is not None else NOT_SEEN
        seen = {"route": np.array([routes[index]]), "right": np.array([right])}
        linked = self._linked_places[index]
        named = self.spec.sees.others_actions == "names"
        if linked and named:
            seen["others"] = np.array([routes[place] for place in linked])
        elif linked and self.spec.sees.others_actions == "count":
            seen["count"] = np.array([float(sum(1 for place in linked if routes[place] == DIRECT))])
        if linked and self.spec.sees.others_rewards:
            rewards = [outcome.profit[place] if outcome else 0.0 for place in linked]
            seen["others_rewards"] = np.array(rewards if named else sorted(rewards, reverse=True))
        return seen

    def _observation_boxes(self, index: int) -> Boxes:
        boxes: dict[str, tuple[float, float, int]] = {"route": (NOT_SEEN, 1.0, 1), "right": (NOT_SEEN, 1.0, 1)}
        others, costs, rewards = len(self._linked_places[index]), self.spec.costs, self.spec.rewards
        if others and self.spec.sees.others_actions == "names":
            boxes["others"] = (NOT_SEEN, 1.0, others)
        elif others and self.spec.sees.others_actions == "count":
            boxes["count"] = (0.0, float(others), 1)
        if others and self.spec.sees.others_rewards:
            boxes["others_rewards"] = (-max(costs.direct, costs.tool), max(rewards.easy, rewards.hard), others)
        return boxes

    def _text(self, outcome: Outcome) -> str:
        lines = [
            f"  {agent}: {'sat out' if route is None else ROUTES[route]}, {'right' if right else 'wrong'}, {profit:.2f}"
            for agent, route, right, profit in zip(
                self.possible_agents, outcome.routes, outcome.right, outcome.profit, strict=True
            )
        ]
        item = self.spec.item(self.round_number)
        return "\n".join([f"round {self.round_number}: {item.text} ({item.answer})", *lines])
