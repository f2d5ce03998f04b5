import numpy as np
import pytest

from agoranomos.randomness import Randomness
from conformance.policy import COURNOT, PolicyConformance, Setting, Trace, play, seated
from policies.general import DILEMMA, GENERAL_MARKETS, PRICES, against

EQUAL = Setting(COURNOT, {"marginal_cost": ((40.0,), (40.0,), (40.0,)), "capacity": 200.0})


class TestImitation(PolicyConformance):
    policy = "imitation"
    markets = GENERAL_MARKETS
    traces = (
        Trace(actions=(((5,), (5,)), ((5,), (5,))), factory=PRICES, parameters={"experimentation": 0.0}),
        Trace(actions=(((0,), (0,)), ((0,), (0,))), factory=DILEMMA, parameters={"experimentation": 0.0}),
        Trace(
            actions=(((3,), (10 / 3,)), ((3,), (3,)), ((3,), (3,))),
            factory=PRICES,
            seed=3,
            parameters={"start": "random"},
        ),
    )


def test_it_does_what_earned_most_and_keeps_its_own_where_nobody_earned_more():
    rivals = [[[4.0]], [[3.0]], [[6.0]], [[3.5]]]
    played = against("imitation", {"experimentation": 0.0}, GENERAL_MARKETS["prices"], rivals)
    # 4 against 5 earns 28 and 5 against 4 earns 20; then 3 earns 24 and 4 earns 20; 3 against 6 is better than 6.
    assert played == [(5.0,), (4.0,), (3.0,), (3.0,)]


def test_what_is_not_on_its_menu_is_imitated_by_what_is_nearest():
    played = against("imitation", {"experimentation": 0.0}, GENERAL_MARKETS["prices"], [[[3.9]], [[3.9]]])
    assert played == [(5.0,), (4.0,)]


def test_experiments_are_as_frequent_as_asked():
    market = GENERAL_MARKETS["prices"](1)
    policy = seated("imitation", {"experimentation": 0.3}, market, 0)[0]
    seen = market.reset(seed=0)[0]["left"]
    played = [tuple(policy.act(seen, None, None, Randomness(seed, 1, "left")).action) for seed in range(4000)]
    assert np.mean([price != (5.0,) for price in played]) == pytest.approx(0.3 * 7 / 8, abs=0.03)


def test_imitators_with_equal_costs_end_near_the_competitive_output():
    market = EQUAL(400)
    played = np.array(play(seated("imitation", {"start": "nash"}, market, 2), market, 2))[200:]
    nash, competitive = (
        sum(market.play(name, f, {})[0] for f in market.possible_agents) for name in ("nash", "competitive")
    )
    total = played.sum(axis=1).mean()
    assert competitive == pytest.approx(120.0)
    assert nash == pytest.approx(90.0)
    assert total == pytest.approx(competitive, rel=0.1)
