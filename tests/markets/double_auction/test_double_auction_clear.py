"""The environment and the array kernels agree, under both rules, trade by trade."""

from __future__ import annotations

import numpy as np
import pytest

from agoranomos.markets.double_auction import DoubleAuction
from agoranomos.markets.double_auction.call import call
from agoranomos.markets.double_auction.clear import clear, empty_books, submit
from agoranomos.markets.double_auction.env import arrivals
from agoranomos.markets.double_auction.equilibrium import market_equilibrium
from markets.double_auction.auction_specs import random_orders, random_spec


def rows(market: DoubleAuction, orders: np.ndarray) -> dict:
    """Orders as actions; who has any NaN sits out."""
    sizes = [market.action_space(agent).shape[0] for agent in market.agents]
    return {
        agent: None if np.isnan(own).any() else own[:size]
        for agent, own, size in zip(market.agents, orders, sizes, strict=True)
    }


def same(outcome, units, price, profit) -> None:
    assert list(outcome.units) == units.tolist()
    assert [np.nan if paid is None else paid for paid in outcome.paid] == pytest.approx(price.tolist(), nan_ok=True)
    assert list(outcome.profit) == pytest.approx(profit.tolist(), abs=1e-9)


def test_the_book_trades_as_the_kernel_does() -> None:
    for number in range(60):
        spec = random_spec(number)
        market = DoubleAuction(spec)
        market.reset(seed=number)
        rng = np.random.default_rng(number)
        books = empty_books(spec)
        traded = 0
        for t in range(1, spec.rounds + 1):
            orders = random_orders(spec, rng, 1)
            market.step(rows(market, orders))
            books, found = submit(spec, books, orders[..., None][:, 0], arrivals(number, t, len(orders)))
            outcome = market.outcome()
            same(outcome, *found)
            traded += sum(outcome.units)
            assert sum(outcome.profit) == pytest.approx(sum(found.profit))
            assert sum(outcome.units) == 2 * len(outcome.prices)
            if outcome.day.over:
                books = empty_books(spec)
        assert traded > 0


def test_the_kernel_takes_many_worlds_at_once() -> None:
    spec = random_spec(3)
    rng = np.random.default_rng(3)
    traders = len(spec.traders)
    orders = np.stack([[random_orders(spec, rng, 1) for _ in range(4)] for _ in range(3)])
    order = np.stack([[rng.permutation(traders) for _ in range(4)] for _ in range(3)])
    books, first = submit(spec, empty_books(spec, (3, 4)), orders, order)
    books, second = submit(spec, books, orders[::-1], order)
    alone, one = submit(spec, empty_books(spec), orders[2, 1], order[2, 1])
    assert np.array_equal(first.profit[2, 1], one.profit)
    _, two = submit(spec, alone, orders[0, 1], order[2, 1])
    assert np.array_equal(second.profit[2, 1], two.profit)
    assert books.price.shape == (3, 4, traders)


def test_the_clearing_house_clears_as_the_kernel_does() -> None:
    for number in range(80):
        spec = random_spec(number, "clearing-house")
        market = DoubleAuction(spec)
        market.reset(seed=number)
        rng = np.random.default_rng(number)
        sizes = [len(row) for row in (*spec.values, *spec.costs)]
        for t in range(1, spec.rounds + 1):
            orders = random_orders(spec, rng, max(sizes))
            market.step(rows(market, orders))
            for own, size in zip(orders, sizes, strict=True):
                own[size:] = np.nan
            same(market.outcome(), *clear(spec, orders, arrivals(number, t, len(orders))))
    many = clear(spec, np.stack([orders] * 5), np.stack([arrivals(number, t, len(orders))] * 5))
    assert np.array_equal(many.units[3], clear(spec, orders, arrivals(number, t, len(orders))).units)


def test_truthful_orders_clear_at_a_competitive_price_and_lose_no_surplus() -> None:
    for number in range(200):
        spec = random_spec(number, "clearing-house")
        found = market_equilibrium(spec)
        outcome = call(spec.values, spec.costs, list(range(len(spec.traders))))
        assert sum(outcome.units) == 2 * found.quantity
        assert found.low <= outcome.price <= found.high
        market = DoubleAuction(spec)
        observations, _ = market.reset(seed=1)
        market.step({agent: market.play("truthful", agent, observations[agent]) for agent in market.agents})
        assert market.measures()["efficiency_e6"] == 1_000_000


def test_the_price_is_the_middle_of_those_that_clear_the_orders() -> None:
    assert call([(9.0, 5.0), (5.0,)], [(1.0,), (8.0,)], [0, 1, 2, 3]) == ((1, 0, 1, 0), 6.5, 5.0, 8.0)
    assert call([(9.0,)], [(1.0,)], [0, 1]) == ((1, 1), 5.0, None, None)
    found = call([(9.0, 5.0), (8.0,)], [(1.0,), (4.0, 7.0)], [0, 1, 2, 3])
    assert found == ((1, 1, 1, 1), 6.0, 5.0, 7.0)


def test_of_equal_orders_the_first_to_come_is_served() -> None:
    assert call([(5.0,), (5.0,)], [(3.0,)], [1, 0, 2]).units == (0, 1, 1)
    assert call([(5.0,), (5.0,)], [(3.0,)], [0, 1, 2]).units == (1, 0, 1)
    assert call([(2.0,)], [(3.0,)], [0, 1]) == ((0, 0), None, 2.0, 3.0)


@pytest.mark.parametrize("rule", ["continuous", "clearing-house"])
def test_price_takers_at_the_competitive_price_lose_no_surplus(rule: str) -> None:
    efficient = 0
    for number in range(60):
        spec = random_spec(number, rule).model_copy(update={"steps": 6 if rule == "continuous" else 1, "rounds": 6})
        market = DoubleAuction(spec)
        found = market.equilibrium
        observations, _ = market.reset(seed=number)
        while market.agents:
            actions = {agent: market.play("competitive", agent, observations[agent]) for agent in market.agents}
            observations = market.step(actions)[0]
            measures = market.measures()
            if measures["price_e6"][0] is not None:
                assert found.low - 1e-6 <= measures["price_e6"][0] / 1e6 <= found.high + 1e-6
        # Where the range is a single price, units that gain nothing by it may come before others that do.
        assert measures["efficiency_e6"] == 1_000_000 or found.low == found.high
        efficient += measures["efficiency_e6"] == 1_000_000
    assert efficient >= 30
