"""An engine that answers questions as a test says, and choosing agents in their seats."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from agoranomos.institutions.notices import Notice
from agoranomos.markets.market import Market
from agoranomos.models import Distribution, Question, UnopenedEngine, unanswered
from agoranomos.models.questions import distribution
from agoranomos.policies import Decision, Seat, find_policy
from agoranomos.policies.choosing import Choosing
from agoranomos.randomness import Randomness
from agoranomos.workspace import find_workspace

WORKSPACE = find_workspace(Path(__file__).parent)


class Answers(UnopenedEngine):
    """Answers each question with these probabilities, or as a function says; keeps the questions."""

    def __init__(self, answer: Sequence[float] | Callable[[Question], Distribution]) -> None:
        super().__init__("answers")
        self.questions: list[Question] = []
        self._answer = answer

    async def choose(self, question: Question) -> Distribution:
        self.questions.append(question)
        if callable(self._answer):
            return self._answer(question)
        return with_probabilities(question, self._answer)

    async def close(self) -> None:
        pass


def with_probabilities(question: Question, *rows: Sequence[float], **others: Any) -> Distribution:
    logs = [[math.log(share) if share else -math.inf for share in row] for row in rows]
    return distribution(question, logs, **{"prompt_tokens": 10, "reply_tokens": 0, "seconds": 0.25, **others})


def no_answer(question: Question) -> Distribution:
    return unanswered(question, "timeout", "too late", 0.5, 10)


def chooser(engine: Answers, market: Market, told: str | None = None, index: int = 0, **parameters: Any) -> Choosing:
    kind = find_policy("choosing")
    seat = Seat(market.possible_agents[index], index, market, 7)
    policy: Any = kind.bind(kind.parse(parameters), seat, engine=engine, told=told, workspace=WORKSPACE)
    return policy


def decide(
    policy: Choosing, seen: dict[str, Any], memory: Any = None, notice: Notice | None = None, round_number: int = 1
) -> Decision[Any]:
    start = policy.start() if memory is None else memory
    return asyncio.run(policy.act(seen, notice, start, Randomness(7, round_number, "row")))


def seen(market: Market, agent: str, round_number: int = 0) -> dict[str, np.ndarray]:
    space = market.observation_space(agent)
    shown = {key: np.zeros(box.shape) for key, box in space.spaces.items()}
    return {**shown, "round": np.array([float(round_number)])}
