"""A double auction from one trader's seat."""

from __future__ import annotations

from agoranomos.errors import UsageError
from agoranomos.markets.double_auction import DoubleAuction
from agoranomos.policies.policy import Seat


def market_at(seat: Seat, policy: str) -> DoubleAuction:
    """The seat's market; raises `UsageError` where it is no double auction."""
    market = seat.market
    if not isinstance(market, DoubleAuction):
        raise UsageError(
            f"policy {policy!r} trades in markets of type double-auction; {market.spec.name} is of type "
            f"{market.spec.type}",
            advice="In other markets `zero-intelligence` leaves everything to chance.",
        )
    return market
