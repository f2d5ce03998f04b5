"""Random double auctions for tests."""

from __future__ import annotations

import numpy as np

from agoranomos.markets.double_auction import DoubleAuctionSpec


def random_spec(
    number: int, rule: str = "continuous", *, coarse: bool | None = None, most: int = 5
) -> DoubleAuctionSpec:
    """Specification `number` of a fixed sequence; with `coarse` amounts are whole, so that many are equal."""
    rng = np.random.default_rng(number)
    digits = 0 if (number % 2 == 0 if coarse is None else coarse) else 2
    while True:
        rows = [
            tuple(np.sort(np.round(rng.uniform(0, 20, rng.integers(1, most)), digits)).tolist())
            for _ in range(rng.integers(2, 2 * most))
        ]
        buyers = int(rng.integers(1, len(rows)))
        values, costs = tuple(row[::-1] for row in rows[:buyers]), tuple(rows[buyers:])
        if max(row[0] for row in values) > min(row[0] for row in costs):
            break
    return DoubleAuctionSpec(
        name=f"random-{number}",
        values=values,
        costs=costs,
        rule=rule,
        highest_price=25,
        steps=int(rng.integers(1, 8)) if rule == "continuous" else 1,
        rounds=24,
    )


def random_orders(spec: DoubleAuctionSpec, rng: np.random.Generator, parts: int) -> np.ndarray:
    """Orders [N, parts] on a coarse grid of prices, so that they tie; NaN for some traders that sit out."""
    orders = np.round(rng.uniform(0, 25, (len(spec.traders), parts)) * 2) / 2
    orders[rng.random(len(orders)) < 0.15] = np.nan
    return orders
