"""The double auction, version 0: `parallel_env()` and `env()` as PettingZoo's users know them.

>>> from agoranomos.markets import double_auction_v0
>>> market = double_auction_v0.parallel_env(rule="clearing-house", rounds=10)
"""

from __future__ import annotations

from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec

from agoranomos.markets.double_auction.env import DoubleAuction
from agoranomos.markets.double_auction.spec import DoubleAuctionSpec
from agoranomos.markets.market_spec import spec_of
from agoranomos.markets.market_type import MarketType

__all__ = ["MARKET_TYPE", "DoubleAuction", "DoubleAuctionSpec", "env", "parallel_env"]

MARKET_TYPE = MarketType(
    "double-auction", DoubleAuctionSpec, DoubleAuction, "Buyers and sellers trade units of one good by limit orders."
)


def parallel_env(*, render_mode: str | None = None, **overrides: Any) -> DoubleAuction:
    """Five buyers and five sellers at a book, or what the `overrides` (fields of `DoubleAuctionSpec`) make of it.

    `max_cycles` is PettingZoo's word for `rounds`. Raises `UsageError` for an unknown field or an invalid value.
    """
    return DoubleAuction(spec_of(DoubleAuctionSpec, overrides), render_mode=render_mode)


def env(**overrides: Any) -> Any:
    """The same market with agents moving in turn (PettingZoo's AEC view); a round clears when all have moved."""
    return parallel_to_aec(parallel_env(**overrides))
