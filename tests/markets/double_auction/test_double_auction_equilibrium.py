"""Competitive prices and quantities of random order books against linear programs."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from agoranomos.markets.double_auction import DoubleAuctionSpec
from agoranomos.markets.double_auction.equilibrium import competitive_profits, equilibrium, market_equilibrium
from markets.double_auction.auction_specs import random_spec

SETS = 200


def random_book(number: int) -> tuple[np.ndarray, np.ndarray]:
    """Unit values and costs, on a coarse grid in every other book, with some value at or above some cost."""
    rng = np.random.default_rng(number)
    digits = 0 if number % 2 else 3
    while True:
        values, costs = (np.round(rng.uniform(0, 20, rng.integers(1, 13)), digits) for _ in range(2))
        if values.max() >= costs.min():
            return values, costs


def greatest_surplus(values: np.ndarray, costs: np.ndarray) -> float:
    """The assignment of units to buyers that gains most: a linear program."""
    gain = values[:, None] - costs[None, :]
    rows, columns = gain.shape
    once = np.vstack([np.kron(np.eye(rows), np.ones(columns)), np.kron(np.ones(rows), np.eye(columns))])
    return -float(linprog(-gain.ravel(), A_ub=once, b_ub=np.ones(rows + columns), bounds=(0, 1)).fun)


def clearing_prices(values: np.ndarray, costs: np.ndarray, surplus: float) -> tuple[float, float]:
    """The least and the greatest price at which the traders' gains, each choosing freely, add up to `surplus`.

    By duality these prices, and no others, clear the market: u_i >= v_i - p, w_j >= p - c_j, sum u + sum w <= surplus.
    """
    units = len(values) + len(costs)
    slope = np.concatenate([-np.ones(len(values)), np.ones(len(costs))])
    least = np.hstack([slope[:, None], -np.eye(units)])
    bounds = np.concatenate([-values, costs])
    total = np.concatenate([[0.0], np.ones(units)])
    found = [
        linprog(
            [sign, *[0.0] * units],
            A_ub=np.vstack([least, total]),
            b_ub=np.append(bounds, surplus + 1e-9),
            bounds=[(0, 30), *[(0, None)] * units],
        ).x[0]
        for sign in (1.0, -1.0)
    ]
    return float(found[0]), float(found[1])


@pytest.mark.parametrize("block", range(4))
def test_prices_and_surplus_are_those_of_linear_programs(block: int) -> None:
    for number in range(block * SETS // 4, (block + 1) * SETS // 4):
        values, costs = random_book(number)
        found = equilibrium(values.tolist(), costs.tolist())
        surplus = greatest_surplus(values, costs)
        assert found.surplus == pytest.approx(surplus, abs=1e-8)
        low, high = clearing_prices(values, costs, surplus)
        assert found.low == pytest.approx(low, abs=1e-6)
        assert found.high == pytest.approx(high, abs=1e-6)


def test_the_quantity_is_what_both_sides_agree_to_at_the_price() -> None:
    for number in range(SETS):
        values, costs = random_book(number)
        found = equilibrium(values.tolist(), costs.tolist())
        for price in (found.low, found.price, found.high):
            assert (values > price).sum() <= found.quantity <= (values >= price).sum()
            assert (costs < price).sum() <= found.quantity <= (costs <= price).sum()


def test_profits_at_the_competitive_price_share_out_the_surplus() -> None:
    for number in range(SETS):
        spec = random_spec(number)
        found = market_equilibrium(spec)
        profits = competitive_profits(spec, found)
        assert len(profits) == len(spec.traders)
        assert sum(profits) == pytest.approx(found.surplus, abs=1e-9)


def test_the_librarys_market_trades_ten_units_at_about_100() -> None:
    found = market_equilibrium(DoubleAuctionSpec())
    assert (found.quantity, found.low, found.high, found.price, found.surplus) == (10, 97, 103, 100, 390)


def test_a_book_without_trade_has_no_price() -> None:
    with pytest.raises(ValueError, match="no trade"):
        equilibrium([1.0, 2.0], [3.0])
