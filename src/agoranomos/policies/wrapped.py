"""A policy around another: it changes what the other decides and keeps its memory."""

from __future__ import annotations

import inspect
from abc import abstractmethod
from collections.abc import Awaitable
from typing import Generic, TypeVar

from agoranomos.institutions.notices import Notice
from agoranomos.policies.policy import Decision, Observation, Policy
from agoranomos.randomness import Randomness

MemoryT = TypeVar("MemoryT")


class Wrapped(Generic[MemoryT]):
    """Disturbs each decision of `inner`, whether it comes at once or is awaited; the memory is the inner policy's."""

    def __init__(self, inner: Policy[MemoryT]) -> None:
        self.inner = inner

    @abstractmethod
    def disturbed(self, decision: Decision[MemoryT], randomness: Randomness) -> Decision[MemoryT]:
        """What is decided in the place of `decision`."""

    def start(self) -> MemoryT:
        """The inner policy's memory before the first round."""
        return self.inner.start()

    def act(
        self, observation: Observation, notice: Notice | None, memory: MemoryT, randomness: Randomness
    ) -> Decision[MemoryT] | Awaitable[Decision[MemoryT]]:
        """The inner policy's decision, disturbed; awaitable where the inner one's is."""
        decision = self.inner.act(observation, notice, memory, randomness)
        if inspect.isawaitable(decision):
            return self._later(decision, randomness)
        return self.disturbed(decision, randomness)

    def missed(self, observation: Observation, notice: Notice | None, memory: MemoryT) -> MemoryT:
        """What the inner policy notes of a round that it sits out."""
        return self.inner.missed(observation, notice, memory)

    async def _later(self, decision: Awaitable[Decision[MemoryT]], randomness: Randomness) -> Decision[MemoryT]:
        return self.disturbed(await decision, randomness)
