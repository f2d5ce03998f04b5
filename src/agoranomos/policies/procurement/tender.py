"""A tender from one supplier's seat."""

from __future__ import annotations

from agoranomos.errors import UsageError
from agoranomos.markets.facts import SCALE
from agoranomos.markets.procurement import ProcurementSpec
from agoranomos.policies.policy import Seat
from agoranomos.randomness import MAX_EXACT_INTEGER, Randomness


def tender_at(seat: Seat, policy: str) -> ProcurementSpec:
    """The specification of the seat's market; raises `UsageError` where it is no procurement market."""
    spec = seat.market.spec
    if not isinstance(spec, ProcurementSpec):
        raise UsageError(
            f"policy {policy!r} bids in markets of type procurement; {spec.name} is of type {spec.type}",
            advice="In other markets a policy like `rotation` takes turns.",
        )
    return spec


def cover_bid(spec: ProcurementSpec, lowest: float, randomness: Randomness) -> float:
    """A draw between the share `lowest` of the reserve price and the whole of it, in whole millionths."""
    drawn = randomness.integer("cover-bid") / MAX_EXACT_INTEGER
    return round(spec.reserve * (lowest + (1.0 - lowest) * drawn) * SCALE) / SCALE
