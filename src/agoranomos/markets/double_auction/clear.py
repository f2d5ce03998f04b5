"""Both rules over arrays with any leading axes: many worlds at once, equal to what one world's book and call give."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.markets.double_auction.spec import DoubleAuctionSpec

Array: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]


class Books(NamedTuple):
    """Limit-order books of many worlds; N traders, buyers first."""

    price: Array
    """of each trader's standing order, NaN where it has none, [..., N]"""
    stamp: Integers
    """when the order was placed, [..., N]"""
    used: Integers
    """units that each trader has traded this day, [..., N]"""
    clock: Integers
    """the next stamp, [...]"""


class Outcome(NamedTuple):
    """What happened in one round."""

    units: Integers
    """that each trader traded, [..., N]"""
    price: Array
    """at which it did, NaN where it did not, [..., N]"""
    profit: Array
    """[..., N]"""


def empty_books(spec: DoubleAuctionSpec, leading: tuple[int, ...] = ()) -> Books:
    """The books at the beginning of a day."""
    shape = (*leading, len(spec.traders))
    return Books(
        np.full(shape, np.nan),
        np.zeros(shape, dtype=np.int64),
        np.zeros(shape, dtype=np.int64),
        np.zeros(leading, np.int64),
    )


def submit(spec: DoubleAuctionSpec, books: Books, actions: ArrayLike, arrival: ArrayLike) -> tuple[Books, Outcome]:
    """One round of the continuous market: traders arrive in the order `arrival[..., N]` (trader by rank).

    `actions[..., N, 1]` are their orders, NaN for who sits out and withdraws. The book after the round, and what was
    traded in it; a day's end is the caller's business (`empty_books`).
    """
    orders = np.asarray(actions, dtype=np.float64)[..., 0]
    leading, traders = orders.shape[:-1], orders.shape[-1]
    order = np.broadcast_to(np.asarray(arrival, dtype=np.int64), orders.shape).reshape(-1, traders)
    orders = orders.reshape(-1, traders)
    worlds = np.arange(len(orders))
    price = np.array(books.price).reshape(-1, traders)
    stamp, used = np.array(books.stamp).reshape(-1, traders), np.array(books.used).reshape(-1, traders)
    clock = np.array(books.clock).reshape(-1)
    limits, endowed = _limits(spec)
    paid = np.full(orders.shape, np.nan)
    gain = np.zeros(orders.shape)
    price[np.isnan(orders)] = np.nan
    is_buyer = np.arange(traders) < len(spec.buyers)
    for rank in range(traders):
        own = order[:, rank]
        asked, buying = orders[worlds, own], is_buyer[own]
        acts = ~np.isnan(asked) & np.isnan(paid[worlds, own]) & (used[worlds, own] < endowed[own])
        acts &= price[worlds, own] != asked  # An order at the same price keeps its place.
        opposite = is_buyer[None, :] != buying[:, None]
        quoted = np.where(opposite & ~np.isnan(price), np.where(buying[:, None], price, -price), np.inf)
        best = quoted.min(axis=1)
        oldest = np.where(quoted == best[:, None], stamp, np.iinfo(np.int64).max)
        other = oldest.argmin(axis=1)
        trades = acts & np.isfinite(best) & (np.where(buying, asked, -asked) >= best)
        rests = acts & ~trades
        price[worlds[rests], own[rests]] = asked[rests]
        stamp[worlds[rests], own[rests]] = clock[rests]
        clock[rests] += 1
        at = worlds[trades]
        deal = price[at, other[trades]]
        for trader in (own[trades], other[trades]):
            limit = limits[trader, used[at, trader]]
            paid[at, trader] = deal
            gain[at, trader] = np.where(is_buyer[trader], limit - deal, deal - limit)
            used[at, trader] += 1
            price[at, trader] = np.nan
    shape = (*leading, traders)
    after = Books(price.reshape(shape), stamp.reshape(shape), used.reshape(shape), clock.reshape(leading))
    units = (~np.isnan(paid)).astype(np.int64)
    return after, Outcome(units.reshape(shape), paid.reshape(shape), gain.reshape(shape))


def clear(spec: DoubleAuctionSpec, actions: ArrayLike, arrival: ArrayLike) -> Outcome:
    """One call of the clearing house: orders `actions[..., N, F]`, a price a unit, NaN for a unit without an order.

    `arrival[..., N]` is the order in which traders came (trader by rank), which decides between equal orders.
    """
    orders = np.asarray(actions, dtype=np.float64)
    leading, traders, parts = orders.shape[:-2], orders.shape[-2], orders.shape[-1]
    order = np.broadcast_to(np.asarray(arrival, dtype=np.int64), (*leading, traders)).reshape(-1, traders)
    orders = orders.reshape(-1, traders, parts)
    rank = np.argsort(order, axis=1)
    buyers = len(spec.buyers)
    keys = np.where(np.isnan(orders), np.inf, orders)
    keys[:, :buyers] = np.where(np.isnan(orders[:, :buyers]), np.inf, -orders[:, :buyers])
    sides = [_ranked(keys[:, :buyers], rank[:, :buyers]), _ranked(keys[:, buyers:], rank[:, buyers:])]
    depth = min(part[0].shape[1] for part in sides)
    # One place more than there are orders, so that the one after the last can be looked at.
    bid, ask = (np.pad(keys, ((0, 0), (0, 1)), constant_values=np.inf) for keys, _ in sides)
    served = np.logical_and.accumulate((-bid[:, :depth] >= ask[:, :depth]) & np.isfinite(bid[:, :depth]), axis=1)
    quantity = served.sum(axis=1)
    price = np.full(len(orders), np.nan)
    traded = np.flatnonzero(quantity)
    last, after = quantity[traded] - 1, quantity[traded]
    low = np.maximum(ask[traded, last], -bid[traded, after])
    high = np.minimum(-bid[traded, last], ask[traded, after])
    price[traded] = (low + high) / 2.0
    units = np.zeros((len(orders), traders), dtype=np.int64)
    for (_, owner), first in zip(sides, (0, buyers), strict=True):
        for k in range(depth):
            np.add.at(units, (np.flatnonzero(served[:, k]), first + owner[served[:, k], k]), 1)
    worth = np.concatenate([np.zeros((traders, 1)), np.cumsum(np.nan_to_num(_limits(spec)[0]), axis=1)], axis=1)
    total = worth[np.arange(traders), units]
    paid = units * np.nan_to_num(price)[:, None]
    profit = np.where(np.arange(traders) < buyers, total - paid, paid - total)
    shape = (*leading, traders)
    each = np.where(units > 0, price[:, None], np.nan)
    return Outcome(units.reshape(shape), each.reshape(shape), profit.reshape(shape))


def _limits(spec: DoubleAuctionSpec) -> tuple[Array, Integers]:
    """Every trader's values or costs by unit, [N, U] with NaN where it has no more, and how many units it has."""
    rows = (*spec.values, *spec.costs)
    limits = np.full((len(rows), max(len(row) for row in rows)), np.nan)
    for i, row in enumerate(rows):
        limits[i, : len(row)] = row
    return limits, np.array([len(row) for row in rows], dtype=np.int64)


def _ranked(keys: Array, rank: Integers) -> tuple[Array, NDArray[np.intp]]:
    """One side's orders, best first, [W, orders], with the trader (counted within the side) that each is of."""
    worlds, traders, parts = keys.shape
    flat = keys.reshape(worlds, traders * parts)
    came = np.repeat(rank, parts, axis=1)
    first = np.argsort(came, axis=1, kind="stable")
    by_price = np.argsort(np.take_along_axis(flat, first, 1), axis=1, kind="stable")
    chosen = np.take_along_axis(first, by_price, 1)
    return np.take_along_axis(flat, chosen, 1), chosen // parts
