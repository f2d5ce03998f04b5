"""A limit-order book with price-time priority, at most one order a trader: O(log n) for an order, whatever it meets."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import NamedTuple

ROOM = 64
"""Orders that no longer stand may be so many in any case."""


class Trade(NamedTuple):
    """One unit from `seller` to `buyer` (indices of traders) at `price`."""

    buyer: int
    seller: int
    price: float


class Book:
    """Orders of buyers (indices below `buyers`) and sellers, for one unit each; a trade is at the older order's price.

    Orders that are replaced or withdrawn stay in their heap until they come to its top, or until they are more than
    half of it; then it is built anew, which an order pays for once.
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
        heap = self._bids if buying else self._asks
        heappush(heap, (-price if buying else price, self._next, trader))
        self._next += 1
        if len(heap) > 2 * len(self._standing) + ROOM:
            heap[:] = [entry for entry in heap if self._is_standing(entry)]
            heapify(heap)
        return None

    def withdraw(self, trader: int) -> None:
        """Take the trader's order, if it has one, off the book."""
        self._standing.pop(trader, None)

    def best(self, bids: bool) -> tuple[float, int] | None:
        """The price and the trader of the highest bid, or of the lowest ask; the oldest where several are equal."""
        heap = self._bids if bids else self._asks
        while heap:
            if self._is_standing(heap[0]):
                key, _, trader = heap[0]
                return (-key if bids else key), trader
            heappop(heap)
        return None

    @property
    def size(self) -> int:
        """How many orders are kept, those that no longer stand among them."""
        return len(self._bids) + len(self._asks)

    def _is_standing(self, entry: tuple[float, int, int]) -> bool:
        standing = self._standing.get(entry[2])
        return standing is not None and standing[1] == entry[1]

    def clear(self) -> None:
        """Take all orders off the book."""
        self._standing.clear()
        self._bids.clear()
        self._asks.clear()
