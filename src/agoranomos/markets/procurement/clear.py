"""How tenders are decided, over arrays with any leading axes.

The lowest bid that does not exceed the reserve price wins. It is paid (first price), or the lowest of the other such
bids is, or the reserve price where there is none (second price). Of several equal lowest bids a draw picks one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.markets.procurement.spec import ProcurementSpec

Array = NDArray[np.float64]


class Outcome(NamedTuple):
    """What happened in tenders; N suppliers, `...` any leading axes. Money in own units."""

    winner: NDArray[np.intp]
    """index of the supplier that won, -1 where nobody did, [...]"""
    price: Array
    """paid by the buyer, NaN where nothing was bought, [...]"""
    profit: Array
    """[..., N]"""
    consumer_surplus: Array
    """value less price, the buyer's, [...]"""
    welfare: Array
    """value less the winner's cost, [...]"""


def clear(spec: ProcurementSpec, actions: ArrayLike, cost: ArrayLike, tie: ArrayLike = 0) -> Outcome:
    """Decide tenders in which suppliers bid `actions[..., N, 1]` at costs `cost[..., N]`; NaN sits out.

    Of k equal lowest bids the one number `tie % k` in the suppliers' order wins; `tie[...]` are integers. Leading axes
    broadcast. Raises `ValueError` when the last axes are not (N, 1) and (N).
    """
    bid, own = np.asarray(actions, dtype=np.float64), np.asarray(cost, dtype=np.float64)
    firms = len(spec.firms)
    if bid.shape[-2:] != (firms, 1) or own.shape[-1:] != (firms,):
        raise ValueError(
            f"bids of shape {bid.shape} at costs of shape {own.shape}; "
            f"[..., {firms}, 1] and [..., {firms}] were expected"
        )
    bid, own = np.broadcast_arrays(bid[..., 0], own)
    admitted = np.where(bid <= spec.reserve, bid, np.inf)
    ranked = np.sort(admitted, axis=-1)
    best, second = ranked[..., 0], ranked[..., 1]
    awarded = np.isfinite(best)
    lowest = (admitted == best[..., None]) & awarded[..., None]
    count = np.maximum(lowest.sum(axis=-1), 1)
    chosen = np.asarray(tie, dtype=np.int64) % count
    is_winner = lowest & (np.cumsum(lowest, axis=-1) - 1 == chosen[..., None])
    price = best if spec.rule == "first-price" else np.minimum(second, spec.reserve)
    paid = np.where(awarded, price, 0.0)
    profit = np.where(is_winner, paid[..., None] - own, 0.0)
    winner = np.where(awarded, np.argmax(is_winner, axis=-1), -1)
    winner_cost = np.where(is_winner, own, 0.0).sum(axis=-1)
    return Outcome(
        winner=winner,
        price=np.where(awarded, price, np.nan),
        profit=profit,
        consumer_surplus=np.where(awarded, spec.value - paid, 0.0),
        welfare=np.where(awarded, spec.value - winner_cost, 0.0),
    )
