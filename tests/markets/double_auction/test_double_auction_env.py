"""A day at the book, what traders see of it, and what is published."""

from __future__ import annotations

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets.double_auction_v0 import parallel_env

SMALL = {"values": ((10.0, 8.0), (9.0,)), "costs": ((1.0, 2.0), (6.0,)), "highest_price": 12.0, "steps": 3, "rounds": 6}


def orders(market, **prices):
    """Each agent's order by name; who is not named sits out."""
    return {a: np.array([float(prices[a])]) if a in prices else None for a in market.agents}


def test_a_day_at_the_book_by_hand() -> None:
    market = parallel_env(**SMALL)
    assert market.equilibrium.surplus == pytest.approx(10 + 9 + 8 - 1 - 2 - 6)
    assert (market.equilibrium.quantity, market.equilibrium.low, market.equilibrium.high) == (3, 6, 8)
    observations, _ = market.reset(seed=1)
    assert observations["seller_1"]["limit"].tolist() == [1.0]
    assert observations["buyer_1"]["best_ask"].tolist() == [12.0]

    market.step(orders(market, seller_1=7.0))
    observations = market.step(orders(market, seller_1=7.0, buyer_1=9.0))[0]  # Its ask of 7 is the older order.
    outcome, seen = market.outcome(), observations["buyer_1"]
    assert outcome.prices == (7.0,)
    assert outcome.profit == (3.0, 0.0, 6.0, 0.0)
    assert market.measures()["efficiency_e6"] is None
    assert (seen["own_price"][0], seen["volume"][0], seen["last_price"][0]) == (7.0, 1.0, 7.0)
    assert (seen["limit"][0], seen["left"][0], seen["step"][0]) == (8.0, 1.0, 2.0)

    observations = market.step(orders(market, buyer_2=5.0, seller_2=11.0))[0]
    measures = market.measures()
    assert measures["price_e6"] == (None,)
    assert measures["spread_e6"] == 6_000_000
    assert measures["efficiency_e6"] == round(9 / 18 * 1e6)
    assert measures["alpha_e6"] == 0  # The only trade of the day was at the competitive price, 7.
    seen = observations["buyer_1"]  # A new day.
    assert (seen["limit"][0], seen["left"][0], seen["step"][0], seen["best_bid"][0]) == (10.0, 2.0, 0.0, 0.0)
    assert (seen["own_price"][0], seen["last_price"][0]) == (0.0, 7.0)


def test_quotes_stand_until_the_day_ends_or_their_trader_sits_out() -> None:
    market = parallel_env(**SMALL)
    market.reset(seed=1)
    observations = market.step(orders(market, buyer_1=4.0, seller_1=8.0))[0]
    assert observations["buyer_2"]["best_bid"][0] == 4.0
    assert observations["buyer_2"]["best_ask"][0] == 8.0
    observations = market.step(orders(market, seller_1=8.0))[0]
    assert observations["buyer_2"]["best_bid"][0] == 0.0
    observations = market.step(orders(market, seller_1=8.0))[0]
    assert market.outcome().best_ask == 8.0
    assert observations["buyer_2"]["best_ask"][0] == 12.0


def test_a_trader_without_units_is_not_heard_and_trades_once_a_round() -> None:
    market = parallel_env(**SMALL)
    market.reset(seed=1)
    for _ in range(3):
        market.step(orders(market, buyer_1=10.0, buyer_2=9.0, seller_1=5.0, seller_2=6.0))
        assert all(units <= 1 for units in market.outcome().units)
    assert market.outcome().day.surplus == pytest.approx(18.0)
    assert market.measures()["efficiency_e6"] == 1_000_000


def test_a_trade_may_lose() -> None:
    market = parallel_env(**{**SMALL, "steps": 1})
    market.reset(seed=2)
    market.step(orders(market, buyer_2=12.0, seller_2=0.0))
    assert sum(market.outcome().profit) == pytest.approx(3.0)
    assert min(market.outcome().profit) < 0
    assert market.measures()["alpha_e6"] == round(abs(market.outcome().prices[0] - 7) / 7 * 1e6)
    assert market.measures()["price_gap_e6"] == (round((market.outcome().prices[0] - 7) / 7 * 1e6),)


def test_the_clearing_house_clears_a_day_at_one_price() -> None:
    market = parallel_env(rule="clearing-house", render_mode="ansi", rounds=2)
    observations, _ = market.reset(seed=1)
    assert market.render() == "no round yet"
    market.step({a: market.play("truthful", a, observations[a]) for a in market.agents})
    measures = market.measures()
    assert measures["price_e6"] == (100_000_000,)
    assert measures["volume_e6"] == 10_000_000
    assert measures["efficiency_e6"] == 1_000_000
    assert measures["profit_e6"] == measures["competitive_profit_e6"]
    assert measures["welfare_e6"] == 390_000_000
    assert market.render().startswith("round 1: 100.00, 100.00")
    assert "  buyer_1: bought 2 at 100.00  profit 55.00" in market.render()
    market.step(dict.fromkeys(market.agents))
    assert market.render() == "round 2: nothing traded"
    assert market.measures()["efficiency_e6"] == 0
    assert market.measures()["alpha_e6"] is None


def test_published_benchmarks_are_a_steps_part_of_the_day() -> None:
    published = parallel_env().facts.benchmarks["competitive"]
    assert published["price_e6"] == (100_000_000,)
    assert published["volume_e6"] == round(10 / 60 * 1e6)
    assert published["welfare_e6"] == 6_500_000
    assert published["quantity_e6"][0] == (round(2 / 60 * 1e6),)
    assert published["efficiency_e6"] == 1_000_000


def test_prices_of_nothing_have_no_ratio() -> None:
    market = parallel_env(values=((1.0,),), costs=((0.0,), (0.0,)), rule="clearing-house")
    market.reset(seed=1)
    market.step({a: np.zeros(1) for a in market.agents})
    assert market.measures()["price_gap_e6"] == (None,)
    assert market.measures()["alpha_e6"] is None


def test_unknown_play_and_normal_form_are_refused() -> None:
    market = parallel_env()
    observations, _ = market.reset(seed=1)
    with pytest.raises(UsageError, match="truthful"):
        market.play("truthfull", "buyer_1", observations["buyer_1"])
    with pytest.raises(UsageError, match="no game in normal form"):
        market.game()
    assert market.seen("buyer_1", observations["buyer_1"]) is None
