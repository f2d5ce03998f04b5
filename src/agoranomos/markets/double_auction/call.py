"""A call market: all orders meet at once, and what trades does so at one price.

Bids in falling and asks in rising order, the quantity Q is the largest at which bid Q is no lower than ask Q. Every
price from max(ask Q, bid Q+1) to min(bid Q, ask Q+1) clears these orders: from the marginal ask to the marginal bid,
unless an order that is not served lies between them. The middle of that range is the price. Of orders at one price
those of the trader that arrived first are served first. Source: the k-double auction at k = 1/2, Satterthwaite and
Williams, *Bilateral trade with the sealed bid k-double auction*, Journal of Economic Theory 48 (1989); for many traders
their *The rate of convergence to efficiency in the buyer's bid double auction*, Review of Economic Studies 56 (1989).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Call(NamedTuple):
    """What a call brought: how many units each trader traded, at which price, and the best orders left unserved."""

    units: tuple[int, ...]
    price: float | None
    best_bid: float | None
    best_ask: float | None


def call(bids: Sequence[Sequence[float]], asks: Sequence[Sequence[float]], arrival: Sequence[int]) -> Call:
    """Clear the orders of buyers `bids[b]` and sellers `asks[s]`, a price a unit; `arrival` has every trader's rank."""
    buyers = len(bids)
    demand = sorted((-price, arrival[b], b) for b, row in enumerate(bids) for price in row)
    supply = sorted((price, arrival[buyers + s], buyers + s) for s, row in enumerate(asks) for price in row)
    quantity = 0
    for bid, ask in zip(demand, supply, strict=False):
        if -bid[0] < ask[0]:
            break
        quantity += 1
    units = [0] * (buyers + len(asks))
    for order in (*demand[:quantity], *supply[:quantity]):
        units[order[2]] += 1
    best_bid = -demand[quantity][0] if len(demand) > quantity else None
    best_ask = supply[quantity][0] if len(supply) > quantity else None
    price = None
    if quantity:
        low = supply[quantity - 1][0] if best_bid is None else max(supply[quantity - 1][0], best_bid)
        high = -demand[quantity - 1][0] if best_ask is None else min(-demand[quantity - 1][0], best_ask)
        price = (low + high) / 2.0
    return Call(tuple(units), price, best_bid, best_ask)
