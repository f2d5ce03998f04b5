"""A call market: all orders meet at once, and what trades does so at one price.

Bids in falling and asks in rising order, the quantity is the largest k at which the k-th bid is no lower than the k-th
ask, and the price the midpoint of these two, the marginal bid and ask. Of orders at one price those of the trader that
arrived first are served first. Source: the k-double auction at k = 1/2, Chatterjee and Samuelson, *Bargaining under
incomplete information*, Operations Research 31 (1983); Satterthwaite and Williams (1989), Journal of Economic
Theory 48.
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
    price = (supply[quantity - 1][0] - demand[quantity - 1][0]) / 2.0 if quantity else None
    return Call(
        tuple(units),
        price,
        -demand[quantity][0] if len(demand) > quantity else None,
        supply[quantity][0] if len(supply) > quantity else None,
    )
