"""Buyers and sellers trade by limit orders: the double auction of Smith (1962), as a book and as a clearing house."""

from agoranomos.markets.double_auction.env import DoubleAuction
from agoranomos.markets.double_auction.spec import DoubleAuctionSpec

__all__ = ["DoubleAuction", "DoubleAuctionSpec"]
