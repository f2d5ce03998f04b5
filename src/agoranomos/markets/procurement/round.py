"""One world's tender, in plain Python numbers: the same rules as `clear`, held equal by property tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from agoranomos.markets.procurement.spec import ProcurementSpec


class RoundOutcome(NamedTuple):
    """What happened in one tender. `bid` is None where a supplier sat out, `admitted` where it bid too much, too."""

    cost: tuple[float, ...]
    bid: tuple[float | None, ...]
    admitted: tuple[float | None, ...]
    winner: int
    """-1 where nobody won"""
    price: float | None
    profit: tuple[float, ...]
    consumer_surplus: float
    welfare: float
    in_turn: bool | None
    """whether the one bidder that had waited longest won; None where several had, or nobody won"""


def clear_round(
    spec: ProcurementSpec,
    bids: Sequence[float | None],
    costs: Sequence[float],
    tie: Callable[[], int],
    last_won: Sequence[int] | None = None,
) -> RoundOutcome:
    """Decide one tender. `tie` is asked for an integer where equal bids are lowest.

    `last_won` has the round in which each supplier last won, 0 for never.
    """
    reserve = spec.reserve
    admitted = tuple([bid if bid is not None and bid <= reserve else None for bid in bids])
    ranked = sorted([bid for bid in admitted if bid is not None])
    profit = [0.0] * len(costs)
    if not ranked:
        return RoundOutcome(tuple(costs), tuple(bids), admitted, -1, None, tuple(profit), 0.0, 0.0, None)
    lowest = [i for i, bid in enumerate(admitted) if bid == ranked[0]]
    winner = lowest[tie() % len(lowest)] if len(lowest) > 1 else lowest[0]
    price = ranked[0] if spec.rule == "first-price" else [*ranked, reserve][1]
    profit[winner] = price - costs[winner]
    return RoundOutcome(
        tuple(costs),
        tuple(bids),
        admitted,
        winner,
        price,
        tuple(profit),
        spec.value - price,
        spec.value - costs[winner],
        _in_turn(winner, bids, last_won),
    )


def _in_turn(winner: int, bids: Sequence[float | None], last_won: Sequence[int] | None) -> bool | None:
    if last_won is None:
        return None
    present = [i for i, bid in enumerate(bids) if bid is not None]
    longest = min(last_won[i] for i in present)
    waiting = [i for i in present if last_won[i] == longest]
    return waiting[0] == winner if len(waiting) == 1 and len(present) > 1 else None
