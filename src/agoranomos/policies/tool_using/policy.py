"""The tool-using policy: a language model that decides, item by item, between its head and a program.

It is asked how probable it finds each route, so that the probability of dropping the tool is in the log; then, with the
tool, for a program, which is run, and for its answer; else for its answer at once. What it remembers of an item is its
route, whether it was right, and what that earned: how hard the item was nobody tells it.
"""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from typing import Any

import numpy as np

from agoranomos.institutions.notices import Notice
from agoranomos.models import Engine, Message, Player
from agoranomos.models.aside import aside
from agoranomos.policies.by_rule import ByRule
from agoranomos.policies.choosing.record import mode, sampled
from agoranomos.policies.description import described
from agoranomos.policies.policy import Account, Decision, Observation
from agoranomos.policies.prompted.asking import Asking, Sampling
from agoranomos.policies.shared import SharedRound, with_thoughts
from agoranomos.policies.tool_using import wording
from agoranomos.policies.tool_using.asking import Conversation
from agoranomos.policies.tool_using.parameters import ToolUsingParameters
from agoranomos.policies.tool_using.solved import Solved
from agoranomos.randomness import Randomness
from agoranomos.scenarios.replies import written_choice
from agoranomos.scenarios.tool_use import NO_ANSWER, TOOL, ToolUse
from agoranomos.scenarios.tool_use.answers import as_action, read_answer


class ToolUsing:
    """A language model in one seat of the tool-use scenario. The instance keeps no state."""

    def __init__(
        self,
        parameters: ToolUsingParameters,
        scenario: ToolUse,
        agent: str,
        engine: Engine,
        tool: Engine,
        rules: ByRule,
        told: str | None,
    ) -> None:
        self.parameters = parameters
        self._scenario = scenario
        self._agent = agent
        self._engine = engine
        self._tool = aside(engine, tool)
        self._rules = rules
        self._told = told.strip() if told else None
        self._sampling = Sampling(parameters.temperature, 1.0, parameters.reasoning)
        self._routes = scenario.routes(agent)
        self._labels = tuple(option.label for option in self._routes)

    def start(self) -> Solved:
        """Nothing but what is fabricated."""
        told = [exchange.feedback for exchange in self._scenario.fabricated(self._agent)]
        window = self.parameters.window
        return Solved(tuple(told[-window:]) if window else ())

    async def act(
        self, observation: Observation, notice: Notice | None, memory: Solved, randomness: Randomness
    ) -> Decision[Solved]:
        """Ask for the route, and where answers are its own for the answer, with programs where it took the tool.

        Where no distribution over the routes comes back, it sits the round out. Where no answer can be read, it has
        none: the route is taken and paid for. Both count as repaired.
        """
        memory = self._after(memory, observation)
        asking = Asking(self._engine, self._sampling, randomness)
        conversation = Conversation(asking, self._tool, self.parameters, self._opened(memory, notice, observation))
        choice = await conversation.route(self._labels, self._route_player(observation))
        chosen, said = None, ""
        action: list[float] | None = None
        if choice is not None:
            chosen = sampled(choice, randomness) if self.parameters.act == "sample" else mode(choice)
            taken = written_choice(self._routes[chosen])
            conversation.say(taken)
            route = round(self._routes[chosen].action[0])
            action = [float(route)]
            if not self._scenario.simulated:
                action.append(await self._answered(conversation, route, observation))
            said = "\n".join([with_thoughts(choice, taken), *conversation.replies])
        unanswered = action is None or action[-1] == NO_ANSWER
        account = Account(tuple(asking.calls), repaired=unanswered, chosen=chosen)
        # No action at all sits the round out; arrays are what is done.
        done: Any = None if action is None else np.array(action, dtype=np.float64)
        return Decision(done, memory, account, tuple(asking.seconds), said=said)

    def missed(self, observation: Observation, notice: Notice | None, memory: Solved) -> Solved:
        """The memory of an agent that is suspended in the coming round and is not asked."""
        return self._after(memory, observation).sitting_out(_over(observation) + 1)

    def shared(self, memory: Solved, played: SharedRound) -> Solved:
        """The memory with what the others replied, where that may be read."""
        heard = self._scenario.overheard(self._agent, played.replies)
        return Solved(memory.lines, memory.known, memory.missing, heard) if heard else memory

    @property
    def reads(self) -> tuple[str, ...]:
        """The agents whose whole replies it is shown."""
        return self._scenario.read_by(self._agent) if self.parameters.window else ()

    @property
    def writes(self) -> bool:
        """Whether it writes anything beside its choice of a route."""
        return bool(self.parameters.reasoning) or not self._scenario.simulated

    def describe(self) -> dict[str, Any]:
        """Name, parameters, which label stands for which route, the tool, and what it is told.

        A menu is there where the route is all that is done: what an answer would have been is not known.
        """
        description: dict[str, Any] = {
            "policy": "tool-using",
            "parameters": described(self.parameters),
            "model": self._engine.name,
            "routes": {option.label: option.text for option in self._routes},
            "tool": self._tool.name,
        }
        if self._scenario.simulated:
            description["menu"] = [
                {"option": option.label, "action_e6": [round(option.action[0] * 1e6)]} for option in self._routes
            ]
        if self._told is not None:
            description["told"] = {"sha256": hashlib.sha256(self._told.encode()).hexdigest(), "text": self._told}
        return description

    def _after(self, memory: Solved, observation: Observation) -> Solved:
        line = " ".join(self._scenario.feedback(self._agent, observation).split())
        return memory.after(_over(observation), line, self.parameters.window)

    def _opened(self, memory: Solved, notice: Notice | None, observation: Observation) -> list[Message]:
        system = "\n\n".join(text for text in (self._scenario.opening(self._agent), self._told) if text)
        problem = self._scenario.problem(self._agent, observation)
        asked = f"{problem}\n{self._scenario.which_route(self._agent)}"
        user = wording.situation(memory.lines, notice.text if notice is not None else "", asked)
        return [Message("system", system), Message("user", user)]

    async def _answered(self, conversation: Conversation, route: int, observation: Observation) -> float:
        number = _over(observation) + 1
        scripted = _written(self._scenario.scripted.answer(self._agent, number, route))
        if route == TOOL:
            code = self._scenario.scripted.program(self._agent, number)
            printed = await conversation.output(lambda rule: {wording.CODE: code})
            scripted = _as_answer(printed)
        value = await conversation.answer(lambda rule: {"answer": scripted})
        return NO_ANSWER if value is None else as_action(value)

    def _route_player(self, observation: Observation) -> Player:
        """What a rule would choose here."""

        def choose(rule: str) -> str:
            route = round(float(self._rules.action(rule, observation)[0]))
            return next(option.label for option in self._routes if round(option.action[0]) == route)

        return choose


def _as_answer(printed: str) -> str:
    """What a scripted agent makes of what its program printed: the number in it, else 0."""
    value = read_answer(json.dumps({"answer": printed.strip()}))
    return _written(Fraction(0) if value is None else value)


def _written(value: Fraction) -> str:
    """A scripted answer: always a fraction, for a mock that puts noise on numbers is to be unsure of routes alone."""
    return f"{value.numerator}/{value.denominator}"


def _over(observation: Observation) -> int:
    """How many rounds are over."""
    return round(float(observation["round"][0]))
