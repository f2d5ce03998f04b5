"""What a supplier bids in the Bayes-Nash equilibrium of a sealed-bid auction with private uniform costs.

First price, N suppliers with costs uniform on [l, h], reserve price r, m = min(r, h), for a cost c below m:

    b(c) = c + int_c^m (1 - F(x))^(N-1) dx / (1 - F(c))^(N-1)
         = c + (h - c) / N * (1 - ((h - m) / (h - c))^N),

which is c + (h - c) / N where the reserve price does not bind. A higher cost stays out: it bids itself, which the
reserve price excludes. Second price: the cost itself, a dominant strategy. Source: Riley and Samuelson, *Optimal
auctions*, American Economic Review 71 (1981), proposition 2, mirrored for a buyer; Vickrey, *Counterspeculation,
auctions, and competitive sealed tenders*, Journal of Finance 16 (1961); Krishna, *Auction Theory*, 2nd ed., chapters 2
and 3.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.markets.procurement.spec import ProcurementSpec

SHORTEST: Final = 1e-300
"""Keeps 0 / 0 away where the cost is the highest there is; the bid is then the cost."""


def nash_bid(spec: ProcurementSpec, cost: float) -> float:
    """The equilibrium bid of any supplier whose cost is `cost`, in money."""
    if spec.rule == "second-price" or cost >= spec.reserve:
        return cost
    high, bidders = spec.cost[0][1], len(spec.firms)
    shading = high - cost
    if shading <= 0.0:
        return cost
    excluded = (high - min(spec.reserve, high)) / shading
    return min(cost + shading / bidders * (1.0 - excluded**bidders), spec.reserve)


def nash_bids(spec: ProcurementSpec, cost: ArrayLike) -> NDArray[np.float64]:
    """`nash_bid` over an array of costs of any shape."""
    own = np.asarray(cost, dtype=np.float64)
    if spec.rule == "second-price":
        return own.copy()
    high, bidders = spec.cost[0][1], len(spec.firms)
    shading = np.maximum(high - own, 0.0)
    excluded = np.minimum((high - min(spec.reserve, high)) / np.maximum(shading, SHORTEST), 1.0)
    return np.where(
        own >= spec.reserve, own, np.minimum(own + shading / bidders * (1.0 - excluded**bidders), spec.reserve)
    )


def mean_nash_bid(spec: ProcurementSpec, firm: int) -> float | None:
    """The mean of supplier `firm`'s equilibrium bids over the costs at which it bids; None where there are none.

    First price, with u = h - c from a = h - m to w = h - l:
    `E b = h - (1 - 1/N) (w + a) / 2 - a^N / (N (w - a)) int_a^w u^(1-N) du`.
    """
    low, high = spec.cost[firm]
    most = min(spec.reserve, high)
    if most <= low:
        return None
    if spec.rule == "second-price":
        return (low + most) / 2.0
    bidders, a, w = len(spec.firms), high - most, high - low
    if a <= 0.0:
        tail = 0.0
    elif bidders == 2:
        tail = a * a * float(np.log(w / a))
    else:
        tail = a * a * (1.0 - (a / w) ** (bidders - 2)) / (bidders - 2)
    return high - (1.0 - 1.0 / bidders) * (w + a) / 2.0 - tail / (bidders * (w - a))
