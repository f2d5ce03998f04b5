"""Tit-for-tat, for quantities, prices and choices."""

from __future__ import annotations

from agoranomos.institutions.notices import Notice
from agoranomos.policies.cooperation import Conditional, CooperationParameters, Expected
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class TitForTat(Conditional[CooperationParameters, Expected | None]):
    """Cooperates first, and then does what the others did last: punishes a round in which one fell short.

    Source: Rapoport's entry in Axelrod (1984), The Evolution of Cooperation; for prices and quantities, cooperation
    is the joint optimum and punishment the one-shot equilibrium.
    """

    name = "tit-for-tat"
    parameters_type = CooperationParameters
    facts = Facts("reciprocity", memory=1, needs=("play", "seen"))

    def start(self) -> None:
        """Nothing is expected yet."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: Expected | None, randomness: Randomness
    ) -> Decision[Expected | None]:
        """Punish once for every round in which what was seen fell short of cooperation."""
        betrayed = memory is not None and self.betrayed(observation, memory, own=False)
        return Decision(self.action(not betrayed, observation), self.expected(observation, own=False))
