"""One run of an arm with stand-ins for its language models: how many calls it makes, and how long prompts become."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from agoranomos.campaigns.arm import Arm, set_up
from agoranomos.campaigns.runner import run_one
from agoranomos.logs import MemoryLog
from agoranomos.models.calls.spent import Use
from agoranomos.models.engine import Capabilities, Completion, Distribution, Engine, Question, Request
from agoranomos.models.mock.engine import MockEngine


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What one run came to: by model its calls and tokens, the most tokens that replies may have, and seconds.

    Tokens are counted as four characters each. `seconds` are of this process, with no model and no disk.
    """

    by_model: Mapping[str, Use]
    most_reply_tokens: Mapping[str, int]
    seconds: float


class StandIn:
    """Answers in the place of a model as the mock does that replies well, and counts what it is asked."""

    identity = ""
    width = MockEngine.width
    capabilities = Capabilities()

    def __init__(self, name: str) -> None:
        self.name = name
        self.use = Use()
        self.most_reply_tokens = 0
        self._answers = MockEngine("valid")

    async def complete(self, request: Request) -> Completion:
        """A reply that fits."""
        answer = await self._answers.complete(request)
        self._count(answer, request.max_tokens + request.reasoning)
        return answer

    async def choose(self, question: Question) -> Distribution:
        """Probabilities of the options."""
        answer = await self._answers.choose(question)
        self._count(answer, question.reasoning)
        return answer

    async def close(self) -> None:
        """Nothing is held."""

    def beside(self, other: Engine) -> Engine:
        """A stand-in for a tool: it is neither used nor counted."""
        return MockEngine("valid", name=other.name)

    def _count(self, answer: Completion | Distribution, most: int) -> None:
        self.use += Use(1, answer.prompt_tokens, answer.reply_tokens)
        self.most_reply_tokens += most


def rehearse(arm: Arm, seed: int) -> Rehearsed:
    """Play the run of `arm` with this seed, and keep nothing of it."""
    stand_ins = {name: StandIn(name) for name in arm.models}
    log = MemoryLog()
    begun = time.perf_counter()
    governed, agents = set_up(arm, seed, log, stand_ins)
    asyncio.run(run_one(governed, agents, seed, put_blob=log.put_blob))
    return Rehearsed(
        MappingProxyType({name: one.use for name, one in stand_ins.items()}),
        MappingProxyType({name: one.most_reply_tokens for name, one in stand_ins.items()}),
        time.perf_counter() - begun,
    )
