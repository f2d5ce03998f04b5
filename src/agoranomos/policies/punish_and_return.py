"""A cartel that punishes for a while and returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from agoranomos.institutions.notices import Notice
from agoranomos.policies.cooperation import Conditional, CooperationParameters, Expected
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class PunishAndReturnParameters(CooperationParameters):
    """`punishment`: how many rounds are punished after one in which somebody fell short."""

    punishment: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 3


@dataclass(frozen=True, slots=True)
class Truce:
    """How many rounds are still to be punished, and what is expected of the round to come (None while punishing)."""

    left: int = 0
    expected: Expected | None = None


class PunishAndReturn(Conditional[PunishAndReturnParameters, Truce]):
    """Cooperates; after somebody fell short, itself included, punishes for some rounds and cooperates again.

    Everybody punishes at the same time, the defector too, so all return together. Source: the price war that ends,
    Green and Porter (1984), Noncooperative Collusion under Imperfect Price Information; the play that Q-learners come
    to, Calvano et al. (2020), Artificial Intelligence, Algorithmic Pricing, and Collusion, section IV.
    """

    name = "punish-and-return"
    parameters_type = PunishAndReturnParameters
    facts = Facts("collusion", memory=None, needs=("play", "seen"))

    def start(self) -> Truce:
        """Nothing to punish, nothing expected yet."""
        return Truce()

    def act(
        self, observation: Observation, notice: Notice | None, memory: Truce, randomness: Randomness
    ) -> Decision[Truce]:
        """Punish while there is something left to punish; what is done meanwhile is not held against anybody."""
        left = memory.left
        if memory.expected is not None and self.betrayed(observation, memory.expected, own=True):
            left = self.parameters.punishment
        if left:
            return Decision(self.action(False, observation), Truce(left - 1))
        return Decision(self.action(True, observation), Truce(0, self.expected(observation, own=True)))
