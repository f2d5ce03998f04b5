"""Greed: a large part of the stock, now."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.commons.user import User
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class GreedyParameters(DocumentPart):
    """`share`: the part of the stock that it asks for; 1 is all of it."""

    share: Annotated[Finite, Field(gt=0, le=1)] = 1.0


class Greedy(User[GreedyParameters, None]):
    """Asks for a fixed share of the stock, by default all of it, whatever its standing.

    Source: the herdsman of Hardin (1968), The tragedy of the commons, Science 162.
    """

    name = "greedy"
    parameters_type = GreedyParameters
    facts = Facts("competition", memory=None)

    def start(self) -> None:
        """Nothing to remember."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The same share of whatever is there."""
        return Decision(self.asks(self.parameters.share * float(observation["stock"][0])), None)
