"""A bidding ring that takes turns."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.procurement.tender import cover_bid, tender_at
from agoranomos.policies.scripted import Memoryless, as_action
from agoranomos.randomness import Randomness

Share = Annotated[float, Field(gt=0, le=1)]


class BidRotationParameters(DocumentPart):
    """`winning`: what the designated winner bids, as a share of the reserve price; `covers`: the least the others bid.

    `members`: so many suppliers, from the first seat on, take turns; without it all do.
    """

    winning: Share = 0.96
    covers: Share = 0.98
    members: Annotated[int, Field(ge=1, strict=True)] | None = None

    @model_validator(mode="after")
    def _covers_lose(self) -> BidRotationParameters:
        if self.covers <= self.winning:
            raise ValueError(f"covers at {self.covers:g} do not lose against a winning bid at {self.winning:g}")
        return self


class BidRotation(Memoryless[BidRotationParameters]):
    """Takes turns at winning the contract just under the reserve price; the others bid to lose, between it and there.

    Who is designated and has a higher cost than the agreed bid passes, and bids to lose with the others. Source: bid
    rotation and complementary bids, McAfee and McMillan (1992), Bidding Rings, American Economic Review 82; Porter and
    Zona (1993), Detection of Bid Rigging in Procurement Auctions, Journal of Political Economy 101.
    """

    name = "bid-rotation"
    parameters_type = BidRotationParameters
    facts = Facts("collusion", stochastic=True, needs=("procurement",))

    def __init__(self, parameters: BidRotationParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._tender = tender_at(seat, self.name)
        suppliers = len(self._tender.firms)
        self._members = parameters.members or suppliers
        if self._members > suppliers:
            raise UsageError(f"policy {self.name!r}: {self._members} members in a tender of {suppliers} suppliers")

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The agreed bid in the own turn, a cover bid else."""
        agreed = self.parameters.winning * self._tender.reserve
        own_turn = int(observation["round"][0]) % self._members == self.seat.index
        if own_turn and observation["cost"][0] <= agreed:
            return Decision(as_action([agreed]), None)
        return Decision(as_action([cover_bid(self._tender, self.parameters.covers, randomness)]), None)
