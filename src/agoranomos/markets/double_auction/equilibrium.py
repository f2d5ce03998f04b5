"""The competitive equilibrium of step supply and demand, and the most that trade can gain.

With all values in falling order v_1 >= v_2 >= ... and all costs in rising order c_1 <= c_2 <= ...: the quantity is
Q = max {k : v_k >= c_k}; any price from max(c_Q, v_{Q+1}) to min(v_Q, c_{Q+1}) clears the market; the greatest surplus
is sum_{k <= Q} (v_k - c_k). Source: Smith, *An experimental study of competitive market behavior*, Journal of Political
Economy 70 (1962), section II.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.markets.double_auction.spec import DoubleAuctionSpec


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """Prices from `low` to `high` clear the market at `quantity` units (units that gain nothing trade, too)."""

    quantity: int
    low: float
    high: float
    surplus: float

    @property
    def price(self) -> float:
        """The middle of the range: where single numbers are needed, this is the competitive price."""
        return (self.low + self.high) / 2.0


def equilibrium(values: Sequence[float], costs: Sequence[float]) -> Equilibrium:
    """The competitive equilibrium of unit values and unit costs, in any order, some value at or above some cost."""
    demand, supply = sorted(values, reverse=True), sorted(costs)
    quantity, surplus = 0, 0.0
    for value, cost in zip(demand, supply, strict=False):
        if value < cost:
            break
        quantity += 1
        surplus += value - cost
    if quantity == 0:
        raise ValueError("no value is at or above a cost: there is no trade, and no price of it")
    return Equilibrium(
        quantity,
        max([supply[quantity - 1], *demand[quantity : quantity + 1]]),
        min([demand[quantity - 1], *supply[quantity : quantity + 1]]),
        surplus,
    )


def market_equilibrium(spec: DoubleAuctionSpec) -> Equilibrium:
    """The competitive equilibrium of one day of the market."""
    return equilibrium([v for row in spec.values for v in row], [c for row in spec.costs for c in row])


def competitive_profits(spec: DoubleAuctionSpec, found: Equilibrium) -> tuple[float, ...]:
    """What each trader earns in a day in which all its gainful units trade at the competitive price."""
    price = found.price
    buyers = [sum(max(value - price, 0.0) for value in row) for row in spec.values]
    sellers = [sum(max(price - cost, 0.0) for cost in row) for row in spec.costs]
    return (*buyers, *sellers)
