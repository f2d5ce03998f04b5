"""Policies for tenders: rings that take turns, and those who bid to lose."""

from agoranomos.policies.procurement.bid_rotation import BidRotation
from agoranomos.policies.procurement.cover_bidder import CoverBidder

__all__ = ["BidRotation", "CoverBidder"]
