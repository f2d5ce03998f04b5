"""Altruistic punishment: paying so that who gave less loses more."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation
from agoranomos.policies.public_goods.member import Member
from agoranomos.randomness import Randomness


class AltruisticPunisherParameters(DocumentPart):
    """`gives`: the part of its endowment that it contributes; `points`: assigned to a member who gave nothing.

    Who gave less than it did gets points in proportion to the shortfall.
    """

    gives: Annotated[Finite, Field(ge=0, le=1)] = 1.0
    points: Annotated[Finite, Field(ge=0)] = 4.0


class AltruisticPunisher(Member[AltruisticPunisherParameters, None]):
    """Contributes a fixed part, and punishes whoever gave less, in proportion to the shortfall, at its own cost.

    Source: Fehr and Gaechter (2002), Altruistic punishment in humans, Nature 415.
    """

    name = "altruistic-punisher"
    parameters_type = AltruisticPunisherParameters
    facts = Facts("reciprocity", memory=1)

    def start(self) -> None:
        """Nothing to remember."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """Its contribution, or points for those who fell short of it."""
        own = self.parameters.gives
        if not self.punishes_now(observation):
            return Decision(self.gives(own), None)
        shortfall = np.nan_to_num(np.maximum(own - self.others_gave(observation), 0.0))  # none of who was excluded
        return Decision(self.punishes(self.parameters.points * shortfall / own if own else shortfall), None)
