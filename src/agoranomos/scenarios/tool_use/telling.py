"""Tool use in words: what a solver is told, asked and heard to say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from agoranomos.markets.facts import SCALE
from agoranomos.markets.market import Observation
from agoranomos.randomness import named_integer
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.replies import Answer
from agoranomos.scenarios.scenario import Exchange, Scenario
from agoranomos.scenarios.tool_use import answers, payoffs, words
from agoranomos.scenarios.tool_use.items import item_of
from agoranomos.scenarios.tool_use.outcome import Outcome
from agoranomos.scenarios.tool_use.payoffs import DIRECT, TOOL
from agoranomos.scenarios.tool_use.spec import ROUTES, ToolUseSpec

NOT_SEEN = -1.0
"""Stands for a route that was not taken, or may not be known."""


class ToolUseInWords(Scenario[Outcome]):
    """The words of the scenario; all of them follow from the specification and from what is observed."""

    spec: ToolUseSpec

    @property
    def simulated(self) -> bool:
        """Whether answers are drawn, and the route is all that an action says."""
        return self.spec.answers == "simulated"

    def opening(self, agent: str) -> str:
        """What the work is, the rule, costs and rewards, and the goal where there is one."""
        return words.opening(self.spec)

    def problem(self, agent: str, observation: Observation) -> str:
        """The problem of the coming round, and the rule where it is due; not how to answer."""
        number, every = coming(observation), self.spec.remind_every
        return words.problem(self.spec.item(number).text, reminded=bool(every) and number % every == 0)

    def question(self, agent: str, observation: Observation) -> str:
        """The problem, and how to answer: with a route, or with a route and the answer."""
        return f"{self.problem(agent, observation)}\n{self._how(agent)}"

    def feedback(self, agent: str, observation: Observation) -> str:
        """Route, whether the answer was right, what it earned, and what is told of others, as far as it is shown."""
        if not observation["round"][0]:
            return ""
        route, others = float(observation["route"][0]), observation.get("others")
        rewards = observation.get("others_rewards")
        return words.feedback(
            route=None if route == NOT_SEEN else int(route),
            right=None if observation["right"][0] == NOT_SEEN else observation["right"][0] == 1.0,
            earned=float(observation["round_profit"][0]) if self.spec.sees.own_reward else None,
            others=words.Others(
                names=self.neighbours(agent),
                routes=None if others is None else tuple(None if did == NOT_SEEN else int(did) for did in others),
                direct=int(observation["count"][0]) if "count" in observation else None,
                rewards=None if rewards is None else tuple(float(paid) for paid in rewards),
            ),
        )

    def routes(self, agent: str) -> tuple[Option, ...]:
        """The two routes in the order of this run; to answer directly breaks the rule where the item is hard."""
        order = (TOOL, DIRECT) if self.spec.direct_first is False else (DIRECT, TOOL)
        lettered = self.spec.options == "letters"
        return tuple(
            Option(
                "AB"[place] if lettered else words.TEXTS[route], words.TEXTS[route], (float(route),), route == DIRECT
            )
            for place, route in enumerate(order)
        )

    def options(self, agent: str) -> tuple[Option, ...]:
        """The routes where answers are simulated; none where an answer has to be given with them."""
        return self.routes(agent) if self.simulated else ()

    def fabricated(self, agent: str) -> tuple[Exchange, ...]:
        """Hard items, answered rightly each time: directly where the rule is broken, with the tool where it is kept."""
        made = self.spec.fabricated
        seed = named_integer(self.spec.item_seed or 0, "fabricated-items")
        exchanges = []
        for place in range(made.rounds if made else 0):
            item = item_of(seed, place, hard=True)
            route = DIRECT if made is not None and made.violates(place) else TOOL
            earned = payoffs.earned(self.spec, hard=True, route=route, right=True)
            told = words.feedback(
                route=route,
                right=True if self.spec.sees.own_reward else None,
                earned=earned if self.spec.sees.own_reward else None,
                others=words.Others(),
            )
            asked = f"{words.problem(item.text, reminded=False)}\n{self._how(agent)}"
            action = (float(route),) if self.simulated else (float(route), float(item.answer))
            exchanges.append(Exchange(asked, self.written(agent, action), told))
        return tuple(exchanges)

    def which_route(self, agent: str) -> str:
        """What asks for a route alone, as the end of a question."""
        return words.choice(self.routes(agent), lettered=self.spec.options == "letters")

    def _how(self, agent: str) -> str:
        return self.which_route(agent) if self.simulated else words.both()

    # -- replies -----------------------------------------------------------------------------------------------------

    def reply_schema(self, agent: str) -> dict[str, Any]:
        """Of a choice of route, or of an object with route and answer."""
        return super().reply_schema(agent) if self.simulated else answers.both_schema(ROUTES)

    def read(self, agent: str, reply: str, *, finished: bool = True) -> Answer:
        """The route that a reply chooses, or the route and the answer that its last object with both gives."""
        if self.simulated:
            return super().read(agent, reply, finished=finished)
        return answers.read_both(reply, ROUTES, finished=finished)

    def written(self, agent: str, action: Sequence[float]) -> str:
        """The reply that says `action` and nothing else."""
        if self.simulated:
            return super().written(agent, action)
        value = Fraction(action[1]).limit_denominator(SCALE)
        return json.dumps({answers.ROUTE_KEY: ROUTES[int(action[0])], answers.KEY: str(value)})


def coming(observation: Observation) -> int:
    """The number of the coming round."""
    return round(float(observation["round"][0])) + 1
