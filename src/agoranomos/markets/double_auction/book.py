"""A limit-order book with price-time priority, at most one order a trader: O(log n) for an order, whatever it meets."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import NamedTuple


class Trade(NamedTuple):
    """One unit from `seller` to `buyer` (indices of traders) at `price`."""

    buyer: int
    seller: int
    price: float


class Book:
    """Orders of buyers (indices below `buyers`) and sellers, for one unit each; a trade is at the older order's price.

    Orders that are replaced or withdrawn stay in their heap until they come to its top.
    """

    def __init__(self, buyers: int) -> None:
        self._buyers = buyers
        self._standing: dict[int, tuple[float, int]] = {}
        self._bids: list[tuple[float, int, int]] = []
        self._asks: list[tuple[float, int, int]] = []
        self._next = 0

    def place(self, trader: int, price: float) -> Trade | None:
        """Put the trader's order in place of the one it has; what trades is taken off the book.

        An order at the price at which the trader stands already keeps its place in time.
        """
        standing = self._standing.get(trader)
        if standing is not None and standing[0] == price:
            return None
        buying = trader < self._buyers
        best = self.best(not buying)
        if best is not None and (price >= best[0] if buying else price <= best[0]):
            other = best[1]
            self.withdraw(trader)
            self.withdraw(other)
            return Trade(trader, other, best[0]) if buying else Trade(other, trader, best[0])
        self._standing[trader] = (price, self._next)
        heappush(self._bids if buying else self._asks, (-price if buying else price, self._next, trader))
        self._next += 1
        return None

    def withdraw(self, trader: int) -> None:
        """Take the trader's order, if it has one, off the book."""
        self._standing.pop(trader, None)

    def best(self, bids: bool) -> tuple[float, int] | None:
        """The price and the trader of the highest bid, or of the lowest ask; the oldest where several are equal."""
        heap = self._bids if bids else self._asks
        while heap:
            key, stamp, trader = heap[0]
            standing = self._standing.get(trader)
            if standing is not None and standing[1] == stamp:
                return (-key if bids else key), trader
            heappop(heap)
        return None

    def clear(self) -> None:
        """Take all orders off the book."""
        self._standing.clear()
        self._bids.clear()
        self._asks.clear()
