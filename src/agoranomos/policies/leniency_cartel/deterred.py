"""A member of a cartel that one fine is enough for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart
from agoranomos.institutions.notices import Notice
from agoranomos.policies.leniency_cartel.party import Party
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class DeterredParameters(DocumentPart):
    """`fines`: how many fines it takes until it talks no more."""

    fines: Annotated[int, Field(ge=1, le=1_000)] = 1


class Deterred(Party[DeterredParameters, int]):
    """Proposes the joint monopoly price and asks what was agreed until it was fined; then silence and Nash prices.

    Its memory is how many rounds brought a fine. Source: desistance after conviction in Bigoni et al. (2012), and
    Becker (1968), Crime and punishment, with a memory in place of a calculation.
    """

    name = "deterred"
    parameters_type = DeterredParameters

    def start(self) -> int:
        """Never fined."""
        return 0

    def act(
        self, observation: Observation, notice: Notice | None, memory: int, randomness: Randomness
    ) -> Decision[int]:
        """Talk until fined, silence after."""
        fined = self.missed(observation, notice, memory)
        if fined >= self.parameters.fines:
            return Decision(self.acts(None, self.nash), fined)
        agreed = self.agreed(observation)
        return Decision(self.acts(self.collusive, self.nash if agreed is None else agreed), fined)

    def missed(self, observation: Observation, notice: Notice | None, memory: int) -> int:
        """A fine counts in a round that it sits out, too."""
        return memory + (notice is not None and notice.fine_e6 > 0)
