"""Answering agents in role-play, an engine that answers as a test says, and episodes that are played with them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agoranomos.institutions.notices import Notice
from agoranomos.models import Completion, Distribution, Message, Question, Request, UnopenedEngine
from agoranomos.models.questions import distribution
from agoranomos.policies import Decision, Seat, find_policy
from agoranomos.policies.answering import Answering
from agoranomos.policies.shared import SharedRound, last_said
from agoranomos.randomness import Randomness
from agoranomos.scenarios import Scenario, role_play_v0
from agoranomos.workspace import find_workspace

WORKSPACE = find_workspace(Path(__file__).parent)


class Model(UnopenedEngine):
    """Replies with these texts in turn, and finds the options as probable as is said; keeps what it is asked."""

    def __init__(self, *replies: str, shares: Sequence[float] = (1.0, 0.0), finish: str = "stop") -> None:
        super().__init__("model")
        self.asked: list[Request | Question] = []
        self._replies = list(replies)
        self._shares = shares
        self._finish = finish

    async def complete(self, request: Request) -> Completion:
        self.asked.append(request)
        text = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        return Completion(text, 10, 5, self._finish, 0.5)

    async def choose(self, question: Question) -> Distribution:
        self.asked.append(question)
        logs = [math.log(share) if share else -math.inf for share in self._shares]
        return distribution(question, [logs], prompt_tokens=10, reply_tokens=0, seconds=0.25)

    async def close(self) -> None:
        pass

    @property
    def last(self) -> tuple[Message, ...]:
        return self.asked[-1].messages


def taxi(**options: Any) -> Scenario[Any]:
    """Role-play as a taxi driver, who keeps the rule under A and breaks it under B."""
    return role_play_v0.parallel_env(**{"settings": ("taxi",), "gap": (2.0,), "rounds": 6, **options})


def seated(market: Scenario[Any], engine: Any, told: str | None = None, **parameters: Any) -> list[Answering]:
    kind = find_policy("answering")
    return [
        kind.bind(kind.parse(parameters), Seat(agent, index, market, 7), engine=engine, told=told, workspace=WORKSPACE)
        for index, agent in enumerate(market.possible_agents)
    ]


def decide(
    policy: Answering, seen: Any, memory: Any = None, notice: Notice | None = None, number: int = 1
) -> Decision[Any]:
    start = policy.start() if memory is None else memory
    return asyncio.run(policy.act(seen, notice, start, Randomness(7, number, "worker_1")))


def played(
    market: Scenario[Any],
    policies: Sequence[Answering],
    seed: int = 7,
    notices: Callable[[int], Notice | None] = lambda number: None,
    suspended: Sequence[int] = (),
) -> list[list[Decision[Any]]]:
    """The decisions of an episode, round by round; in `suspended` rounds nobody is asked."""
    observations, _ = market.reset(seed=seed)
    memories = [policy.start() for policy in policies]
    rounds = []
    while market.agents:
        number, agents = market.round_number + 1, list(market.agents)
        actions: dict[str, Any] = {}
        decisions = []
        for place, (policy, agent) in enumerate(zip(policies, agents, strict=True)):
            if number in suspended:
                memories[place], actions[agent] = (
                    policy.missed(observations[agent], notices(number), memories[place]),
                    None,
                )
                continue
            randomness = Randomness(seed, number, agent)
            decision = asyncio.run(policy.act(observations[agent], notices(number), memories[place], randomness))
            memories[place], actions[agent] = decision.memory, decision.action
            decisions.append(decision)
        observations = market.step(actions)[0]
        replies = {
            agent: decision.said or last_said(decision.account)
            for agent, decision in zip(agents, decisions, strict=False)
        }
        both = SharedRound(number, dict(zip(agents, market.actions_e6(), strict=True)), replies)
        memories = [policy.shared(memory, both) for policy, memory in zip(policies, memories, strict=True)]
        rounds.append(decisions)
    return rounds


def told(engine: Model) -> str:
    """The last conversation as one text."""
    return "\n".join(f"<{message.role}> {message.content}" for message in engine.last)


def acted(decision: Decision[Any]) -> tuple[float, ...] | None:
    return None if decision.action is None else tuple(np.asarray(decision.action).tolist())


__all__ = ["WORKSPACE", "Model", "acted", "decide", "played", "seated", "taxi", "told"]
