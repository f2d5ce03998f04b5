"""Firms that see the price and nothing of each other."""

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0
from conformance.market import MarketConformance
from conformance.policy import play, seated


def stepped(quantity=20.0, **options):
    market = cournot_v0.parallel_env(**{"marginal_cost": ((40.0,),) * 3, "monitoring": {"public": "price"}, **options})
    market.reset(seed=1)
    observations = market.step({a: np.array([quantity * (i + 1)]) for i, a in enumerate(market.agents)})[0]
    return market, observations


def test_neither_shares_nor_rivals_are_seen():
    _, observations = stepped(entry={"firm_3": 1})
    assert set(observations["firm_1"]) == {
        "quantity", "price", "profit", "active", "round_profit", "cumulative_profit", "round",
    }  # fmt: skip


def test_without_shocks_the_price_tells_the_total_to_the_firm_that_knows_its_own():
    market, observations = stepped(quantity=20.0)
    assert market.seen("firm_1", observations["firm_1"]) == pytest.approx(np.array([[20], [50], [50]]))
    assert market.seen("firm_3", observations["firm_3"]) == pytest.approx(np.array([[30], [30], [60]]))


def test_under_shocks_and_at_a_price_of_zero_nothing_can_be_told():
    for options in ({"demand_shock": {"sigma": 0.05}}, {"quantity": 90.0, "capacity": 1000.0}):
        market, observations = stepped(**options)
        assert market.seen("firm_1", observations["firm_1"]) is None
    quiet, observations = stepped(demand_shock={"sigma": 0.0})
    assert quiet.seen("firm_1", observations["firm_1"]) is not None


def test_before_the_first_round_nothing_is_seen():
    market = cournot_v0.parallel_env(monitoring={"public": "price"})
    observations, _ = market.reset(seed=1)
    assert market.seen("firm_1", observations["firm_1"]) is None


def test_best_responses_to_the_total_that_the_price_tells_come_to_nash():
    market = cournot_v0.parallel_env(marginal_cost=((40.0,),) * 3, monitoring={"public": "price"}, rounds=60)
    played = play(seated("best-response", {}, market, 1), market, 1)
    assert played[-1] == pytest.approx(np.full((3, 1), 30.0), abs=1e-3)


def test_another_kind_of_monitoring_is_refused():
    with pytest.raises(UsageError, match="'price' was expected"):
        cournot_v0.parallel_env(monitoring={"public": "shares"})


class TestPublicPrice(MarketConformance):
    factory = "agoranomos.markets.cournot_v0:parallel_env"
    options = {
        "marginal_cost": ((40.0,), (40.0,), (45.0,)),
        "monitoring": {"public": "price"},
        "demand_shock": {"sigma": 0.1},
        "continuation": 0.9,
    }
    exempt = {"test_payoffs_are_the_rewards_of_a_round": "the game has unshocked demand, a round has not"}
