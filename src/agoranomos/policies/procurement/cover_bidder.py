"""A supplier that only makes a tender look like one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.procurement.tender import cover_bid, tender_at
from agoranomos.policies.scripted import Memoryless, as_action
from agoranomos.randomness import Randomness


class CoverBidderParameters(DocumentPart):
    """`covers`: the least that it bids, as a share of the reserve price."""

    covers: Annotated[float, Field(gt=0, le=1)] = 0.98


class CoverBidder(Memoryless[CoverBidderParameters]):
    """Bids to lose, anywhere between a share of the reserve price and the whole of it, whatever its cost.

    Source: complementary bids, Porter and Zona (1993), Detection of Bid Rigging in Procurement Auctions, Journal of
    Political Economy 101.
    """

    name = "cover-bidder"
    parameters_type = CoverBidderParameters
    facts = Facts("collusion", stochastic=True, needs=("procurement",))

    def __init__(self, parameters: CoverBidderParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._tender = tender_at(seat, self.name)

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """A cover bid."""
        return Decision(as_action([cover_bid(self._tender, self.parameters.covers, randomness)]), None)
