"""A hand that trembles, around any policy."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from agoranomos.policies.chance import uniform_action
from agoranomos.policies.on_menu import happens
from agoranomos.policies.policy import Decision, Policy, Seat
from agoranomos.policies.wrapped import Wrapped
from agoranomos.randomness import Randomness

MemoryT = TypeVar("MemoryT")


class Trembling(Wrapped[MemoryT]):
    """With a probability, does anything at all in the place of what another policy decides.

    What it does then is uniform over what its action space allows, independently of everything; the memory and the
    account stay those of the decision. It disturbs choices, as `Noisy` disturbs amounts. Source: Selten (1975),
    Reexamination of the Perfectness Concept for Equilibrium Points in Extensive Games.
    """

    def __init__(self, inner: Policy[MemoryT], probability: float, seat: Seat) -> None:
        super().__init__(inner)
        self.probability = probability
        self._seat = seat

    def describe(self) -> dict[str, Any]:
        """The inner policy's description, and how often the hand trembles."""
        return {"policy": "trembling", "probability": repr(self.probability), "inner": self.inner.describe()}

    def disturbed(self, decision: Decision[MemoryT], randomness: Randomness) -> Decision[MemoryT]:
        """The decision, or another action in its place."""
        if not happens(randomness, "tremble", self.probability):
            return decision
        return replace(decision, action=uniform_action(self._seat, randomness.generator("trembling")))
