"""One world's round: what each trader's orders brought it. Held equal to the array form by property tests."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agoranomos.markets.double_auction.book import Book, Trade
from agoranomos.markets.double_auction.call import call
from agoranomos.markets.double_auction.spec import DoubleAuctionSpec


class RoundOutcome(NamedTuple):
    """What happened in one round; N traders, buyers first. Prices are None where nothing was traded, or quoted."""

    units: tuple[int, ...]
    paid: tuple[float | None, ...]
    """the price at which each trader traded"""
    profit: tuple[float, ...]
    prices: tuple[float, ...]
    """of every trade, in their order"""
    best_bid: float | None
    best_ask: float | None
    """the best orders that were left when the round was over"""
    day: Day
    """the day so far, this round included"""


class Day(NamedTuple):
    """What a day has brought so far: how many rounds, and in them the prices of all trades and the gain from them."""

    step: int
    prices: tuple[float, ...]
    surplus: float
    over: bool


def continuous_round(
    spec: DoubleAuctionSpec, book: Book, used: Sequence[int], orders: Sequence[float | None], arrival: Sequence[int]
) -> tuple[tuple[Trade, ...], float | None, float | None]:
    """The trades of a round in which traders come to the book in the order `arrival`, and the best orders left.

    A trader whose standing order trades before its turn sends no further order in the round; who sits out (None)
    withdraws; who has no unit left is not heard.
    """
    limits = (*spec.values, *spec.costs)
    for trader, order in enumerate(orders):
        if order is None:
            book.withdraw(trader)
    trades: list[Trade] = []
    done: set[int] = set()
    for trader in arrival:
        order = orders[trader]
        if order is None or trader in done or used[trader] >= len(limits[trader]):
            continue
        trade = book.place(trader, order)
        if trade is not None:
            trades.append(trade)
            done.update((trade.buyer, trade.seller))
    bid, ask = book.best(True), book.best(False)
    return tuple(trades), None if bid is None else bid[0], None if ask is None else ask[0]


def settled(
    spec: DoubleAuctionSpec, trades: Sequence[Trade], used: Sequence[int]
) -> tuple[list[int], list[float | None], list[float]]:
    """Units, prices and profits by trader of a round's trades, at most one each; `used` units were traded before."""
    traders = len(used)
    units, profit = [0] * traders, [0.0] * traders
    prices: list[float | None] = [None] * traders
    for buyer, seller, price in trades:
        units[buyer] = units[seller] = 1
        prices[buyer] = prices[seller] = price
        profit[buyer] = spec.values[buyer][used[buyer]] - price
        profit[seller] = price - spec.costs[seller - len(spec.buyers)][used[seller]]
    return units, prices, profit


def call_round(spec: DoubleAuctionSpec, orders: Sequence[Sequence[float]], arrival: Sequence[int]) -> RoundOutcome:
    """A call of the clearing house, which is a day; an empty row sits out."""
    buyers = len(spec.buyers)
    rank = [0] * len(orders)
    for k, trader in enumerate(arrival):
        rank[trader] = k
    found = call(orders[:buyers], orders[buyers:], rank)
    price = found.price
    profit = [0.0] * len(orders)
    if price is not None:
        for trader, units in enumerate(found.units):
            row = spec.values[trader] if trader < buyers else spec.costs[trader - buyers]
            worth = 0.0
            for limit in row[:units]:
                worth += limit
            profit[trader] = worth - units * price if trader < buyers else units * price - worth
    prices = () if price is None else (price,) * sum(found.units[:buyers])
    surplus = 0.0
    for own in profit:
        surplus += own
    return RoundOutcome(
        found.units,
        tuple([price if units else None for units in found.units]),
        tuple(profit),
        prices,
        found.best_bid,
        found.best_ask,
        Day(1, prices, surplus, True),
    )
