"""A loyal member of a cartel, which punishes those who are not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart
from agoranomos.institutions.notices import Notice
from agoranomos.policies.leniency_cartel.party import Party
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class CartelistParameters(DocumentPart):
    """`patience`: rounds of Nash prices after it was undercut; `reports`: whether it reports who undercut it."""

    patience: Annotated[int, Field(ge=0, le=1_000_000)] = 10
    reports: bool = False


@dataclass(frozen=True, slots=True)
class Grudge:
    """Rounds of punishment left, and what was agreed for the round before (None: nothing)."""

    left: int = 0
    agreed: int | None = None


class Cartelist(Party[CartelistParameters, Grudge]):
    """Proposes the joint monopoly price, asks what was agreed, and answers undercutting with Nash prices for a while.

    Without an agreement it asks the Nash price. Source: Green and Porter (1984), Noncooperative collusion under
    imperfect price information, Econometrica 52, with prices that everybody sees.
    """

    name = "cartelist"
    parameters_type = CartelistParameters

    def start(self) -> Grudge:
        """No grudge."""
        return Grudge()

    def act(
        self, observation: Observation, notice: Notice | None, memory: Grudge, randomness: Randomness
    ) -> Decision[Grudge]:
        """Silence and Nash prices while it punishes; else talk, and what was agreed."""
        betrayed = memory.agreed is not None and self._undercut(observation, memory.agreed)
        left = self.parameters.patience if betrayed else max(memory.left - 1, 0)
        report = betrayed and self.parameters.reports and notice is not None
        if left:
            return Decision(self.acts(None, self.nash), Grudge(left), report=report)
        agreed = self.agreed(observation)
        price = self.nash if agreed is None else agreed
        return Decision(self.acts(self.collusive, price), Grudge(0, agreed), report=report)

    def missed(self, observation: Observation, notice: Notice | None, memory: Grudge) -> Grudge:
        """What others ask while it is away is no betrayal."""
        return Grudge(max(memory.left - 1, 0))

    def _undercut(self, observation: Observation, agreed: int) -> bool:
        """Whether some other firm asked less than was agreed."""
        limit = agreed * self.price_step - 1e-9
        asked = observation["asked"]
        return any(0.0 <= asked[k] < limit for k in range(len(asked)) if k != self.seat.index)
