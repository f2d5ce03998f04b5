"""Conditional cooperation in a commons: restraint as long as the others show it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.commons.user import User
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class ConditionalUserParameters(DocumentPart):
    """`matching`: how much of the others' over-use it copies; `most`: never more than so many fair shares."""

    matching: Annotated[Finite, Field(ge=0, le=1)] = 1.0
    most: Annotated[Finite, Field(ge=1, le=100)] = 2.0


class ConditionalUser(User[ConditionalUserParameters, float]):
    """Takes its fair share, and more by as much as the others took beyond theirs on average in the round before.

    Its memory is the fair share of the round before (0: none was played). Source: Rustagi, Engel and Kosfeld (2010),
    Conditional cooperation and costly monitoring explain success in forest commons management, Science 330.
    """

    name = "conditional-user"
    parameters_type = ConditionalUserParameters
    facts = Facts("reciprocity", memory=None, needs=("play",))

    def start(self) -> float:
        """No round was played."""
        return 0.0

    def act(
        self, observation: Observation, notice: Notice | None, memory: float, randomness: Randomness
    ) -> Decision[float]:
        """The fair share, times what the others made of theirs."""
        fair = self.fair_share(observation)
        others = len(self.seat.market.possible_agents) - 1
        factor = 1.0
        if memory > 0.0 and others:
            took = (float(observation["takes"].sum()) - float(observation["takes"][self.seat.index])) / others
            excess = max(took / memory - 1.0, 0.0)
            factor = min(1.0 + self.parameters.matching * excess, self.parameters.most)
        return Decision(self.asks(factor * fair), fair)

    def missed(self, observation: Observation, notice: Notice | None, memory: float) -> float:
        """The fair share of the round that it sits out."""
        return self.fair_share(observation)
