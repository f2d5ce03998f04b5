"""A hand that trembles, around any policy."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any, Generic, TypeVar

from agoranomos.institutions.notices import Notice
from agoranomos.policies.chance import uniform_action
from agoranomos.policies.on_menu import happens
from agoranomos.policies.policy import Decision, Observation, Policy, Seat
from agoranomos.randomness import Randomness

MemoryT = TypeVar("MemoryT")


class Trembling(Generic[MemoryT]):
    """With a probability, does anything at all in the place of what another policy decides.

    What it does then is uniform over what its action space allows, independently of everything; the memory and the
    account stay those of the decision. It disturbs choices, as `Noisy` disturbs amounts. Source: Selten (1975),
    Reexamination of the Perfectness Concept for Equilibrium Points in Extensive Games.
    """

    def __init__(self, inner: Policy[MemoryT], probability: float, seat: Seat) -> None:
        self.inner = inner
        self.probability = probability
        self._seat = seat

    def start(self) -> MemoryT:
        """The inner policy's memory before the first round."""
        return self.inner.start()

    def act(
        self, observation: Observation, notice: Notice | None, memory: MemoryT, randomness: Randomness
    ) -> Decision[MemoryT] | Awaitable[Decision[MemoryT]]:
        """The inner policy's decision, or another action; awaitable where the inner one's is."""
        decision = self.inner.act(observation, notice, memory, randomness)
        if inspect.isawaitable(decision):
            return self._later(decision, randomness)
        return self._disturbed(decision, randomness)

    def missed(self, observation: Observation, notice: Notice | None, memory: MemoryT) -> MemoryT:
        """What the inner policy notes of a round that it sits out."""
        return self.inner.missed(observation, notice, memory)

    def describe(self) -> dict[str, Any]:
        """The inner policy's description, and how often the hand trembles."""
        return {"policy": "trembling", "probability": repr(self.probability), "inner": self.inner.describe()}

    async def _later(self, decision: Awaitable[Decision[MemoryT]], randomness: Randomness) -> Decision[MemoryT]:
        return self._disturbed(await decision, randomness)

    def _disturbed(self, decision: Decision[MemoryT], randomness: Randomness) -> Decision[MemoryT]:
        if not happens(randomness, "tremble", self.probability):
            return decision
        return replace(decision, action=uniform_action(self._seat, randomness.generator("trembling")))
