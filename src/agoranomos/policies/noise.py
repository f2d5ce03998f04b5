"""Noise around any policy."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any, Generic, TypeVar

import numpy as np
from gymnasium import spaces

from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.policies.policy import Decision, Observation, Policy, Seat
from agoranomos.randomness import Randomness

MemoryT = TypeVar("MemoryT")


class Noisy(Generic[MemoryT]):
    """Multiplies each quantity of another policy's action by its own Gaussian draw with mean 1.

    `standard_deviation` 0.05 is the project's *5% noise*. Draws are independent per quantity, agent and round; a
    quantity outside the bounds of its space (below zero, above the capacity) is moved onto them; the market projects
    what is then still too much in total. A quantity of zero stays zero. The memory is the inner policy's.
    """

    def __init__(self, inner: Policy[MemoryT], standard_deviation: float, seat: Seat) -> None:
        self.inner = inner
        self.standard_deviation = standard_deviation
        space = seat.market.action_space(seat.agent)
        if not isinstance(space, spaces.Box):
            raise UsageError(
                f"noise is for actions that are amounts; in {seat.market.facts.market} an action is a choice ({space})",
                advice="Use `tremble`: with this probability the agent chooses anything.",
            )
        self._lowest = np.asarray(space.low, dtype=np.float64)
        self._highest = np.asarray(space.high, dtype=np.float64)

    def start(self) -> MemoryT:
        """The inner policy's memory before the first round."""
        return self.inner.start()

    def act(
        self, observation: Observation, notice: Notice | None, memory: MemoryT, randomness: Randomness
    ) -> Decision[MemoryT] | Awaitable[Decision[MemoryT]]:
        """The inner policy's decision with noise on its action; awaitable where the inner one's is."""
        decision = self.inner.act(observation, notice, memory, randomness)
        if inspect.isawaitable(decision):
            return self._later(decision, randomness)
        return self._disturbed(decision, randomness)

    def missed(self, observation: Observation, notice: Notice | None, memory: MemoryT) -> MemoryT:
        """What the inner policy notes of a round that it sits out."""
        return self.inner.missed(observation, notice, memory)

    async def _later(self, decision: Awaitable[Decision[MemoryT]], randomness: Randomness) -> Decision[MemoryT]:
        return self._disturbed(await decision, randomness)

    def _disturbed(self, decision: Decision[MemoryT], randomness: Randomness) -> Decision[MemoryT]:
        draws = randomness.normals("noise", len(decision.action))
        action = decision.action * (1.0 + self.standard_deviation * draws)
        np.maximum(action, self._lowest, out=action)
        np.minimum(action, self._highest, out=action)
        return replace(decision, action=action)

    def describe(self) -> dict[str, Any]:
        """The inner policy's description, and the noise."""
        return {"policy": "noisy", "standard_deviation": repr(self.standard_deviation), "inner": self.inner.describe()}
