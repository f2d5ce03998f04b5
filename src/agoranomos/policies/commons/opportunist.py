"""Over-use for as long as it is free."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite, Name
from agoranomos.institutions.notices import Notice
from agoranomos.policies.commons.user import User
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class OpportunistParameters(DocumentPart):
    """`share`: the part of the stock it takes when it dares; `dares`: the states in which it does.

    Without `dares` it dares in the institution's initial state only.
    """

    share: Annotated[Finite, Field(gt=0, le=1)] = 0.15
    dares: tuple[Name, ...] = ()


class Opportunist(User[OpportunistParameters, None]):
    """Over-uses the stock while its standing is clean or nobody watches, and takes its fair share otherwise.

    Source: rational rule-breaking under graduated sanctions, Ostrom (1990), Governing the Commons, chapter 3.
    """

    name = "commons-opportunist"
    parameters_type = OpportunistParameters
    facts = Facts("institution", memory=None, needs=("play",), reads_standing=True)

    def start(self) -> None:
        """Nothing to remember."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """Its share of the stock where it dares, the fair share elsewhere."""
        dares = self.parameters.dares
        if notice is None or (notice.state in dares if dares else notice.state_index == 0):
            return Decision(self.asks(self.parameters.share * float(observation["stock"][0])), None)
        return Decision(self.asks(self.fair_share(observation)), None)
