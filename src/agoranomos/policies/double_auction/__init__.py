"""Policies for double auctions: traders without intelligence, and with a little."""

from agoranomos.policies.double_auction.constrained import ConstrainedZeroIntelligence
from agoranomos.policies.double_auction.zip_trader import ZipTrader

__all__ = ["ConstrainedZeroIntelligence", "ZipTrader"]
