import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import bertrand_v0
from agoranomos.markets.bertrand.alternating import AlternatingBertrand
from agoranomos.markets.bertrand.benchmarks import grid_nash
from conformance.market import MarketConformance

FACTORY = "agoranomos.markets.bertrand_v0:parallel_env"
IN_TURN = {
    "test_payoffs_are_the_rewards_of_a_round": "a firm whose turn it is not has a price that stands, whatever it asks",
    "test_max_cycles_is_how_long_it_lasts": "PettingZoo counts moves of a firm, and a round has one move of one firm",
}
SHOCKED = "the game has unshocked demand, a round has not"


class TestCalvanosDuopoly(MarketConformance):
    factory = FACTORY


class TestShockedLogitTriopolyOffTheGrid(MarketConformance):
    factory = FACTORY
    options = {
        "cost": [1.0, 1.5, 0.5],
        "demand": {"quality": [2.0, 2.5, 2.0], "mu": 0.5, "size": 100.0},
        "grid": None,
        "demand_shock": {"sigma": 0.3},
        "rounds": 20,
    }
    exempt = {"test_payoffs_are_the_rewards_of_a_round": SHOCKED}


class TestLine(MarketConformance):
    factory = FACTORY
    options = {"demand": {"form": "hotelling"}, "cost": [1.0, 1.5], "grid": None}


class TestCircle(MarketConformance):
    factory = FACTORY
    options = {
        "demand": {"form": "hotelling", "reservation": 3.0},
        "firms": ["n", "e", "s", "w"],
        "goods": ["N", "E", "S", "W"],
    }


class TestIdenticalGoodsInTurn(MarketConformance):
    factory = FACTORY
    options = {
        "demand": {"form": "homogeneous", "intercept": 6.0, "slope": 1.0},
        "cost": 0.0,
        "grid": {"points": 7, "low": 0.0, "high": 6.0},
        "timing": "sequential",
    }
    exempt = IN_TURN


class TestLogitTriopolyInTurn(MarketConformance):
    factory = FACTORY
    options = {"firms": ["a", "b", "c"], "timing": "sequential", "grid": None, "rounds": 30}
    exempt = IN_TURN


def test_calvanos_market_is_the_default():
    spec = bertrand_v0.parallel_env().spec
    assert spec.name == "bertrand-calvano"
    assert (spec.grid.points, spec.grid.xi) == (15, 0.1)
    assert (spec.cost, spec.demand.quality, spec.demand.outside, spec.demand.mu) == ((1.0, 1.0), (2.0, 2.0), 0.0, 0.25)


def test_firms_in_turn_reset_one_price_a_round_and_the_others_stand():
    market = bertrand_v0.parallel_env(timing="sequential", firms=["a", "b", "c"], rounds=9)
    observations, _ = market.reset(seed=1)
    start = [row[0] // 1_000_000 for row in market._standing]
    asked = [[14, 13, 12], [11, 10, 9], [8, 7, 6], [5, 4, 3]]
    stood = []
    for round_number, prices in enumerate(asked):
        assert market.mover() == "abc"[round_number % 3]
        assert [observations[firm]["may_move"][0] for firm in "abc"] == [float(k == round_number % 3) for k in range(3)]
        observations = market.step(dict(zip("abc", prices, strict=True)))[0]
        stood.append([row[0] // 1_000_000 for row in market.actions_e6()])
    assert stood == [[14, start[1], start[2]], [14, 10, start[2]], [14, 10, 6], [5, 10, 6]]


def test_a_price_that_was_asked_stands_while_its_firm_sits_out():
    market = bertrand_v0.parallel_env(timing="sequential", rounds=9)
    market.reset(seed=1)
    market.step({"firm_1": 9, "firm_2": 0})
    market.step({"firm_1": None, "firm_2": 5})
    assert market.actions_e6() == ((), (5_000_000,))
    assert market.measures()["price_e6"][0] is None
    market.step({"firm_1": 7, "firm_2": 0})
    market.step({"firm_1": 3, "firm_2": None})
    market.step({"firm_1": None, "firm_2": 3})
    market.step({"firm_1": 2, "firm_2": 6})
    assert market.actions_e6() == ((7_000_000,), (6_000_000,))


def test_in_turn_only_the_mover_acts_and_everybody_is_paid():
    market = bertrand_v0.env(timing="sequential", rounds=3)
    assert isinstance(market, AlternatingBertrand)
    market.reset(seed=1)
    parallel = bertrand_v0.parallel_env(timing="sequential", rounds=3)
    parallel.reset(seed=1)
    movers, rewards = [], []
    for agent in market.agent_iter():
        *_, over, cut, _ = market.last()
        if over or cut:
            market.step(None)
            continue
        movers.append(agent)
        market.step(4 + len(movers))
        expected = parallel.step(dict.fromkeys(("firm_1", "firm_2"), 4 + len(movers)))[1]
        rewards.append(dict(market.rewards))
        assert market.rewards == expected
    assert movers == ["firm_1", "firm_2", "firm_1"]
    assert all(paid["firm_1"] > 0 and paid["firm_2"] > 0 for paid in rewards)
    assert market.agents == []


def test_moves_at_the_same_time_are_pettingzoos_own_turns():
    market = bertrand_v0.env(rounds=2)
    assert not isinstance(market.unwrapped, AlternatingBertrand)
    market.reset(seed=1)
    market.step(1)
    assert market.rewards == {"firm_1": 0, "firm_2": 0}
    market.step(1)
    assert market.rewards["firm_1"] == market.rewards["firm_2"] > 0


def test_an_unknown_field_gets_the_nearest_one():
    with pytest.raises(UsageError, match="no field 'timings'") as caught:
        bertrand_v0.parallel_env(timings="sequential")
    assert "timing" in caught.value.advice


def test_the_round_can_be_read():
    market = bertrand_v0.parallel_env(render_mode="ansi")
    market.reset(seed=1)
    market.step({"firm_1": 1, "firm_2": None})
    assert market.render().splitlines()[0] == "round 1:"
    assert "firm_1: price 1.4665" in market.render()
    assert "firm_2: not in the market" in market.render()


def test_prices_of_absent_firms_are_seen_as_the_highest():
    market = bertrand_v0.parallel_env()
    market.reset(seed=1)
    observations = market.step({"firm_1": 3, "firm_2": None})[0]
    assert observations["firm_1"]["price"][1] == -1.0
    np.testing.assert_array_equal(market.seen("firm_1", observations["firm_1"]), [[3.0], [14.0]])


def test_an_equilibrium_of_the_grid_is_looked_for_only_where_prices_stand() -> None:
    grid_nash.cache_clear()
    bertrand_v0.parallel_env(firms=[f"firm_{i}" for i in range(64)], demand={"form": "hotelling"}).reset(seed=1)
    assert grid_nash.cache_info().misses == 0
    bertrand_v0.parallel_env(timing="sequential").reset(seed=1)
    assert grid_nash.cache_info().misses == 1


@pytest.mark.parametrize("seed", ["x", 1.5, float("nan"), [1]])
def test_a_seed_that_is_no_whole_number_is_refused(seed) -> None:
    market = bertrand_v0.parallel_env()
    with pytest.raises(UsageError, match="a whole number was expected"):
        market.reset(seed=seed)
    market.reset(seed=np.int64(3))
    assert market.seed == 3
