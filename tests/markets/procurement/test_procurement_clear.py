"""How a tender is decided, and that the environment and the array kernel decide it alike."""

from __future__ import annotations

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets.procurement import Procurement, ProcurementSpec
from agoranomos.markets.procurement.clear import clear
from agoranomos.markets.procurement.round import clear_round
from agoranomos.randomness import named_integer
from markets.procurement.procurement_specs import random_spec

COST = (50.0, 60.0, 70.0)
SPEC = {rule: ProcurementSpec(rule=rule, firms=("a", "b", "c"), reserve=90) for rule in ("first-price", "second-price")}


def decided(rule: str, *bids: float | None, tie: int = 0):
    return clear_round(SPEC[rule], bids, COST, lambda: tie)


def test_the_lowest_bid_wins_and_is_paid_what_the_rule_says() -> None:
    assert decided("first-price", 80, 75, 85)[3:6] == (1, 75, (0, 15, 0))
    assert decided("second-price", 80, 75, 85)[3:6] == (1, 80, (0, 20, 0))


def test_the_reserve_price_bounds_what_is_paid() -> None:
    assert decided("second-price", 90.000001, 75, 120)[3:6] == (1, 90, (0, 30, 0))
    assert decided("second-price", None, 90, None).price == 90
    nothing = decided("first-price", 91, None, 100)
    assert (nothing.winner, nothing.price, nothing.profit, nothing.welfare) == (-1, None, (0, 0, 0), 0)


def test_a_tie_is_broken_by_the_draw() -> None:
    assert [decided("first-price", 80, 85, 80, tie=k).winner for k in range(4)] == [0, 2, 0, 2]
    assert [decided("second-price", 80, 80, 80, tie=k).winner for k in range(3)] == [0, 1, 2]
    assert decided("second-price", 80, 80, 85).price == 80


def test_a_winner_may_lose_money_and_the_buyer_too() -> None:
    assert decided("first-price", 10, 80, 80).profit == (-40, 0, 0)
    assert decided("first-price", 10, 80, 80).welfare == SPEC["first-price"].value - 50


@pytest.mark.parametrize("rule", ["first-price", "second-price"])
def test_the_environment_decides_as_the_kernel_does(rule: str) -> None:
    for number in range(60):
        spec = random_spec(number, rule=rule, equal=rule == "first-price")
        market = Procurement(spec)
        market.reset(seed=number)
        rng = np.random.default_rng(number)
        levels = np.linspace(spec.reserve * 0.5, spec.reserve * 1.1, 5)  # Few levels, so that bids tie.
        bids, costs, ties, seen = [], [], [], []
        for _ in range(spec.rounds):
            own = np.round(rng.choice(levels, len(spec.firms)), 6)
            own[rng.random(len(own)) < 0.15] = np.nan
            costs.append(market.costs)
            rewards = market.step(
                {a: None if np.isnan(b) else np.array([b]) for a, b in zip(market.agents, own, strict=True)}
            )[1]
            bids.append(own)
            ties.append(named_integer(number, "tie", market.round_number))
            outcome = market.outcome()
            seen.append((outcome.winner, outcome.price, outcome.consumer_surplus, outcome.welfare))
            assert tuple(rewards.values()) == outcome.profit
        found = clear(spec, np.array(bids)[..., None], np.array(costs), np.array(ties))
        for t, (winner, price, surplus, welfare) in enumerate(seen):
            assert found.winner[t] == winner
            assert (found.price[t] == price) if price is not None else np.isnan(found.price[t])
            assert (found.consumer_surplus[t], found.welfare[t]) == (surplus, welfare)
        awarded = np.isfinite(found.price)
        np.testing.assert_allclose(
            found.consumer_surplus + found.profit.sum(axis=-1), np.where(awarded, found.welfare, 0.0), atol=1e-9
        )


def test_leading_axes_broadcast() -> None:
    spec = SPEC["first-price"]
    bids = np.random.default_rng(3).uniform(50, 95, (4, 5, 3, 1))
    many = clear(spec, bids, COST, np.arange(5))
    assert many.profit.shape == (4, 5, 3)
    assert many.price.shape == (4, 5)
    one = clear(spec, bids[2, 3], COST, 3)
    assert np.array_equal(many.profit[2, 3], one.profit)
    with pytest.raises(ValueError, match=r"bids of shape \(4, 1\)"):
        clear(spec, np.zeros((4, 1)), COST)


def test_an_unknown_benchmark_is_refused_with_the_nearest() -> None:
    market = Procurement(SPEC["first-price"])
    observations, _ = market.reset(seed=1)
    with pytest.raises(UsageError, match="nash"):
        market.play("nahs", "a", observations["a"])
