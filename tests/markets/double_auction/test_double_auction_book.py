"""The book: price, then time, at the older order's price; and the same as a list that is searched."""

from __future__ import annotations

import numpy as np

from agoranomos.markets.double_auction.book import ROOM, Book, Trade


def test_the_best_price_trades_first_and_at_its_own_price() -> None:
    book = Book(2)
    assert book.place(2, 90.0) is None
    assert book.place(3, 80.0) is None
    assert book.best(False) == (80.0, 3)
    assert book.place(0, 95.0) == Trade(0, 3, 80.0)
    assert book.place(1, 95.0) == Trade(1, 2, 90.0)
    assert book.best(False) is None


def test_equal_prices_trade_in_the_order_in_which_they_came() -> None:
    book = Book(3)
    for trader, price in ((1, 70.0), (0, 70.0), (2, 60.0)):
        book.place(trader, price)
    assert book.place(3, 70.0) == Trade(1, 3, 70.0)
    assert book.place(4, 65.0) == Trade(0, 4, 70.0)
    assert book.place(5, 65.0) is None
    assert (book.best(True), book.best(False)) == ((60.0, 2), (65.0, 5))


def test_an_order_at_the_same_price_keeps_its_place_and_another_loses_it() -> None:
    book = Book(2)
    book.place(0, 70.0)
    book.place(1, 70.0)
    book.place(0, 70.0)
    assert book.best(True) == (70.0, 0)
    book.place(0, 71.0)
    book.place(0, 70.0)
    assert book.best(True) == (70.0, 1)


def test_a_trader_has_one_order() -> None:
    book = Book(1)
    book.place(0, 70.0)
    book.place(0, 50.0)
    assert book.place(1, 60.0) is None
    assert book.best(True) == (50.0, 0)
    book.withdraw(0)
    assert book.best(True) is None
    book.withdraw(0)


def test_a_cleared_book_is_empty() -> None:
    book = Book(1)
    book.place(0, 70.0)
    book.place(1, 90.0)
    book.clear()
    assert book.best(True) is None
    assert book.place(1, 60.0) is None


class ListBook:
    """The same rules, by searching a list."""

    def __init__(self, buyers: int) -> None:
        self.buyers, self.orders = buyers, []

    def place(self, trader: int, price: float) -> Trade | None:
        if any(order == (trader, price) for order in self.orders):
            return None
        self.withdraw(trader)
        buying = trader < self.buyers
        others = [order for order in self.orders if (order[0] < self.buyers) != buying]
        others.sort(key=lambda order: order[1] if buying else -order[1])  # Stable: older orders first.
        if others and (others[0][1] <= price if buying else others[0][1] >= price):
            self.orders.remove(others[0])
            pair = (trader, others[0][0]) if buying else (others[0][0], trader)
            return Trade(*pair, others[0][1])
        self.orders.append((trader, price))
        return None

    def withdraw(self, trader: int) -> None:
        self.orders = [order for order in self.orders if order[0] != trader]


def test_it_trades_as_a_searched_list_does_and_forgets_what_was_replaced() -> None:
    for seed in range(40):
        rng = np.random.default_rng(seed)
        buyers, traders = int(rng.integers(1, 6)), int(rng.integers(7, 12))
        book, simple = Book(buyers), ListBook(buyers)
        for _ in range(600):
            trader, price = int(rng.integers(traders)), float(rng.integers(1, 15))
            if trader < buyers:
                price -= 6.0  # Bids and asks seldom meet, so that orders are replaced.
            if rng.random() < 0.1:
                book.withdraw(trader)
                simple.withdraw(trader)
            else:
                assert book.place(trader, price) == simple.place(trader, price)
            assert book.size <= 2 * (2 * traders + ROOM)
        left = [book.best(bids) for bids in (True, False)]
        for bids, best in zip((True, False), left, strict=True):
            side = [order for order in simple.orders if (order[0] < buyers) == bids]
            wanted = (max if bids else min)((price for _, price in side), default=None)
            assert (best[0] if best else None) == wanted
