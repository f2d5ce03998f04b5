"""Constant escapement: what lies above a line may be taken."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.commons.user import User
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class ThresholdUserParameters(DocumentPart):
    """`keep`: the part of the capacity below which it takes nothing."""

    keep: Annotated[Finite, Field(ge=0, le=1)] = 0.5


class ThresholdUser(User[ThresholdUserParameters, None]):
    """Takes its equal part of what exceeds a fixed stock, and nothing while there is less.

    Source: constant escapement, Reed (1979), Optimal escapement levels in stochastic and deterministic harvesting
    models, Journal of Environmental Economics and Management 6.
    """

    name = "threshold-user"
    parameters_type = ThresholdUserParameters
    facts = Facts("benchmark", memory=None)

    def start(self) -> None:
        """Nothing to remember."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """An equal part of the surplus."""
        surplus = float(observation["stock"][0]) - self.parameters.keep * self.capacity
        return Decision(self.asks(surplus / len(self.seat.market.possible_agents)), None)
