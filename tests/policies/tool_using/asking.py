"""Tool-using agents in a scenario, an engine that replies as a test says, and episodes that are played with them."""

from __future__ import annotations

import asyncio
import math
from typing import Any

from agoranomos.models import Completion, UnopenedEngine
from agoranomos.models.questions import distribution
from agoranomos.policies import Seat, find_policy
from agoranomos.policies.tool_using import ToolUsing
from agoranomos.randomness import Randomness
from agoranomos.scenarios.tool_use import ToolUse, ToolUseSpec

AGENT = "solver_1"


class Model(UnopenedEngine):
    """Replies with these texts in turn, and takes the tool with probability `tool`; keeps what it is asked."""

    def __init__(self, *replies: str, tool: float = 1.0, finish: str = "stop") -> None:
        super().__init__("model")
        self.asked: list[Any] = []
        self._replies = list(replies)
        self._tool = tool
        self._finish = finish

    async def complete(self, request):
        self.asked.append(request)
        return Completion(self._replies.pop(0), 10, 5, self._finish, 0.5)

    async def choose(self, question):
        self.asked.append(question)
        logs = [math.log(share) if share else -math.inf for share in (1 - self._tool, self._tool)]
        return distribution(question, [logs], prompt_tokens=10, reply_tokens=0, seconds=0.25)

    async def close(self):
        pass

    def beside(self, other):
        return other


def scenario(seed=4, **given) -> ToolUse:
    """Hard items first, the direct route under A."""
    spec = ToolUseSpec(**{"order": "hard-first", "items": 4, "rounds": 8, **given}).drawn(seed)
    market = ToolUse(spec.model_copy(update={"direct_first": True}))
    market.reset(seed=seed)
    return market


def seated(market, engine, told=None, agent=AGENT, **parameters) -> ToolUsing:
    kind = find_policy("tool-using")
    seat = Seat(agent, market.possible_agents.index(agent), market, market.seed)
    return kind.bind(kind.parse(parameters), seat, engine=engine, told=told)


def decided(policy, market, memory=None, notice=None):
    """The decision about the coming item."""
    memory = policy.start() if memory is None else memory
    randomness = Randomness(market.seed, market.round_number + 1, AGENT)
    return asyncio.run(policy.act(market.observation(AGENT), notice, memory, randomness))


def played(policy, market):
    """The decisions about all items that are left."""
    decisions, memory = [], policy.start()
    while market.agents:
        decision = decided(policy, market, memory)
        memory = decision.memory
        decisions.append(decision)
        market.step({AGENT: decision.action})
    return decisions
