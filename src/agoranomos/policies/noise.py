"""Noise around any policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
from gymnasium import spaces

from agoranomos.errors import UsageError
from agoranomos.policies.policy import Decision, Policy, Seat
from agoranomos.policies.wrapped import Wrapped
from agoranomos.randomness import Randomness

MemoryT = TypeVar("MemoryT")


class Noisy(Wrapped[MemoryT]):
    """Multiplies each quantity of another policy's action by its own Gaussian draw with mean 1.

    `standard_deviation` 0.05 is the project's *5% noise*. Draws are independent per quantity, agent and round; a
    quantity outside the bounds of its space (below zero, above the capacity) is moved onto them; the market projects
    what is then still too much in total. A quantity of zero stays zero. The memory is the inner policy's.
    """

    def __init__(self, inner: Policy[MemoryT], standard_deviation: float, seat: Seat) -> None:
        super().__init__(inner)
        self.standard_deviation = standard_deviation
        space = seat.market.action_space(seat.agent)
        if not isinstance(space, spaces.Box):
            raise UsageError(
                f"noise is for actions that are amounts; in {seat.market.facts.market} an action is a choice ({space})",
                advice="Use `tremble`: with this probability the agent chooses anything.",
            )
        self._lowest = np.asarray(space.low, dtype=np.float64)
        self._highest = np.asarray(space.high, dtype=np.float64)

    def disturbed(self, decision: Decision[MemoryT], randomness: Randomness) -> Decision[MemoryT]:
        """The decision with noise on its action."""
        if decision.action is None:
            return decision
        draws = randomness.normals("noise", len(decision.action))
        action = decision.action * (1.0 + self.standard_deviation * draws)
        np.maximum(action, self._lowest, out=action)
        np.minimum(action, self._highest, out=action)
        return replace(decision, action=action)

    def describe(self) -> dict[str, Any]:
        """The inner policy's description, and the noise."""
        return {"policy": "noisy", "standard_deviation": repr(self.standard_deviation), "inner": self.inner.describe()}
