import warnings

import numpy as np
import pytest
from pettingzoo.test import api_test
from pettingzoo.test.max_cycles_test import max_cycles_test

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0
from conformance.market import MarketConformance


class TestDuopoly(MarketConformance):
    factory = "agoranomos.markets.cournot_v0:parallel_env"


class TestShockedTriopolyWithThreeGoods(MarketConformance):
    factory = "agoranomos.markets.cournot_v0:parallel_env"
    options = {
        "marginal_cost": [[40, 50, 10], [50, 40, 120], [45, 45, 30]],
        "alpha": [100, 90, 80],
        "capacity": [60, 100, 10],
        "demand_shock": {"sigma": [0.2, 0.0, 0.05]},
        "rounds": 20,
    }
    exempt = {"test_payoffs_are_the_rewards_of_a_round": "the game has unshocked demand, a round has not"}


def test_max_cycles_is_pettingzoos_word_for_rounds():
    max_cycles_test(cournot_v0)
    assert cournot_v0.parallel_env(max_cycles=4).spec.rounds == 4
    with pytest.raises(UsageError, match="same thing"):
        cournot_v0.parallel_env(max_cycles=4, rounds=5)


def test_agents_may_move_in_turn():
    with warnings.catch_warnings():
        # PettingZoo advises against observations that are no single array; ours are named parts.
        warnings.simplefilter("ignore", UserWarning)
        api_test(cournot_v0.env(rounds=20), num_cycles=100)


def test_a_round_clears_when_the_last_agent_has_moved():
    market = cournot_v0.env(rounds=2)
    market.reset(seed=1)
    market.step(np.array([60.0, 0.0]))
    assert market.rewards == {"firm_1": 0, "firm_2": 0}
    market.step(np.array([0.0, 60.0]))
    assert market.rewards == {"firm_1": 1800.0, "firm_2": 1800.0}


def test_an_unknown_field_gets_the_nearest_one():
    with pytest.raises(UsageError, match="no field 'marginal_costs'") as caught:
        cournot_v0.parallel_env(marginal_costs=[[1]])
    assert "marginal_cost" in caught.value.advice


def test_an_invalid_value_is_a_usage_error():
    with pytest.raises(UsageError, match="beta"):
        cournot_v0.parallel_env(beta=-1)
