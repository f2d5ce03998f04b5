"""Riding free, until it costs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.markets.facts import SCALE
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation
from agoranomos.policies.public_goods.member import Member
from agoranomos.randomness import Randomness


class FreeRiderParameters(DocumentPart):
    """`yields`: by what part of its endowment it gives more after a round in which it lost all of it to punishment.

    0 is the Nash player, whom nothing moves. `decay`: the part of this that it keeps from period to period.
    """

    yields: Annotated[Finite, Field(ge=0, le=10)] = 0.0
    decay: Annotated[Finite, Field(ge=0, le=1)] = 0.9


class FreeRider(Member[FreeRiderParameters, float]):
    """Gives nothing and punishes nobody; with `yields` it gives the more, the more points and fines have cost it.

    Its memory is the part of its endowment that it gives. Source: the free riders of Fehr and Gaechter (2000), American
    Economic Review 90, who raise their contributions after they were punished.
    """

    name = "free-rider"
    parameters_type = FreeRiderParameters
    facts = Facts("competition")

    def start(self) -> float:
        """It gives nothing."""
        return 0.0

    def act(
        self, observation: Observation, notice: Notice | None, memory: float, randomness: Randomness
    ) -> Decision[float]:
        """Nothing, or what punishment has moved it to."""
        part = self._moved(observation, notice, memory)
        return Decision(self.gives(0.0 if self.punishes_now(observation) else part), part)

    def missed(self, observation: Observation, notice: Notice | None, memory: float) -> float:
        """Points and fines move it in a round that it sits out, too."""
        return self._moved(observation, notice, memory)

    def _moved(self, observation: Observation, notice: Notice | None, part: float) -> float:
        """What it gives from now on."""
        lost = notice.fine_e6 / SCALE if notice is not None else 0.0
        if self.punishment is not None:
            lost += float(observation["received"][0]) * self.punishment.effect
        kept = part if self.punishes_now(observation) else part * self.parameters.decay
        return min(kept + self.parameters.yields * lost / self.endowment, 1.0)
