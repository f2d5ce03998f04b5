"""Restraint: what lasts, divided equally."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.commons.user import User
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class SustainableShareParameters(DocumentPart):
    """`part`: how much of the fair share it takes; 1.1 is a tenth too much."""

    part: Annotated[Finite, Field(ge=0, le=100)] = 1.0


class SustainableShare(User[SustainableShareParameters, None]):
    """Takes its equal part of what the stock can spare, whatever the others do.

    Source: the fair share of the sustainability threshold, Piatti et al. (2024), arXiv 2404.16698, section 2.2.
    """

    name = "sustainable-share"
    parameters_type = SustainableShareParameters
    facts = Facts("benchmark", memory=None, needs=("play",))

    def start(self) -> None:
        """Nothing to remember."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The fair share of the stock that is there."""
        return Decision(self.asks(self.parameters.part * self.fair_share(observation)), None)
