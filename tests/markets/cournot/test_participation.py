"""Firms that come and go: at set rounds, with the price, and what the others are measured against meanwhile."""

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0
from agoranomos.markets.cournot.arrays import measure_arrays_e6
from agoranomos.markets.cournot.benchmarks import benchmarks, benchmarks_among
from agoranomos.markets.cournot.env import Cournot
from agoranomos.markets.cournot.participation import Participation
from agoranomos.markets.cournot.spec import cournot_spec
from agoranomos.markets.facts import SCALE
from conformance.market import MarketConformance
from markets.cournot.test_cournot_arrays import plain

EQUAL = [[40.0]] * 3
"""Three firms on one good; Nash of n of them is 120 / (n + 1) each, at 40 + 60 / (n + 1)."""


def nash_play(market, rounds, seed=1):
    """What each firm brought and the price, per round, when all play Nash of those in the market."""
    observations, _ = market.reset(seed=seed)
    played = []
    for _ in range(rounds):
        actions = {agent: market.play("nash", agent, observations[agent]) for agent in market.agents}
        observations = market.step(actions)[0]
        played.append(([row[0] for row in market.actions_e6()], market.measures()["price_e6"][0]))
    return played


def test_a_firm_enters_and_another_leaves_at_set_rounds():
    market = Cournot(cournot_spec(marginal_cost=EQUAL, entry={"firm_3": 3}, exit={"firm_1": 5}))
    two, three = 40 * SCALE, 30 * SCALE
    assert nash_play(market, 6) == [
        ([two, two, 0], 60 * SCALE),
        ([two, two, 0], 60 * SCALE),
        ([three, three, three], 55 * SCALE),
        ([three, three, three], 55 * SCALE),
        ([0, two, two], 60 * SCALE),
        ([0, two, two], 60 * SCALE),
    ]
    assert nash_play(market, 1) == [([two, two, 0], 60 * SCALE)], "a new episode begins with those of the first round"


def test_a_high_price_brings_a_firm_in_and_a_low_one_drives_it_out():
    """Two at 60 draw the third in; three at 55 drive it out again, and so on."""
    rules = {"entry": {"firm_3": {"price_above": 59}}, "exit": {"firm_3": {"price_below": 56}}}
    market = Cournot(cournot_spec(marginal_cost=EQUAL, **rules))
    assert [price // SCALE for _, price in nash_play(market, 6)] == [60, 55, 60, 55, 60, 55]


def test_bars_are_strict_and_compared_as_recorded():
    above = cournot_spec(marginal_cost=EQUAL, entry={"firm_3": {"price_above": 60}})
    assert [price // SCALE for _, price in nash_play(Cournot(above), 3)] == [60, 60, 60]
    below = cournot_spec(marginal_cost=EQUAL, exit={"firm_3": {"price_below": 55}})
    assert [price // SCALE for _, price in nash_play(Cournot(below), 3)] == [55, 55, 55]


def test_one_good_above_the_bar_is_enough_to_enter_and_all_must_be_below_to_leave():
    spec = cournot_spec(
        marginal_cost=[[40.0, 40.0]] * 2, entry={"firm_2": {"price_above": 60}}, exit={"firm_2": {"price_below": 50}}
    )
    first = Participation.first(spec)
    assert first.active == (True, False)
    assert first.after(spec, 1, (10.0, 60.000001)).active == (True, True)
    assert first.after(spec, 1, (60.0, 60.0)).active == (True, False)
    inside = Participation((True, True))
    assert inside.after(spec, 2, (49.0, 50.0)).active == (True, True)
    assert inside.after(spec, 2, (49.0, 49.999999)).active == (True, False)


def test_who_was_driven_out_after_a_set_entry_does_not_return_and_who_left_at_a_set_round_is_gone():
    driven = cournot_spec(marginal_cost=EQUAL, entry={"firm_3": 2}, exit={"firm_3": {"price_below": 56}})
    assert [price // SCALE for _, price in nash_play(Cournot(driven), 5)] == [60, 55, 60, 60, 60]
    gone = cournot_spec(marginal_cost=EQUAL, entry={"firm_3": {"price_above": 59}}, exit={"firm_3": 3})
    assert [price // SCALE for _, price in nash_play(Cournot(gone), 5)] == [60, 55, 60, 60, 60]


def test_what_an_absent_firm_asks_for_is_not_looked_at():
    market = Cournot(cournot_spec(marginal_cost=EQUAL, entry={"firm_3": 2}))
    market.reset(seed=1)
    market.step({"firm_1": np.array([10.0]), "firm_2": np.array([10.0]), "firm_3": "nonsense"})
    assert market.actions_e6() == ((10 * SCALE,), (10 * SCALE,), (0,))
    assert market.projected() == ()
    with pytest.raises(UsageError, match="firm_3"):
        market.step({"firm_1": np.array([10.0]), "firm_2": np.array([10.0]), "firm_3": "nonsense"})


def test_fixed_costs_are_paid_by_those_in_the_market_whatever_they_make():
    market = Cournot(cournot_spec(marginal_cost=EQUAL, entry={"firm_3": 2}, fixed_cost=[100, 200, 300]))
    market.reset(seed=1)
    nothing = {firm: np.zeros(1) for firm in market.agents}
    rewards = market.step({**nothing, "firm_1": np.array([40.0])})[1]
    assert rewards == {"firm_1": 40 * 40 - 100, "firm_2": -200, "firm_3": 0}
    assert market.step(nothing)[1] == {"firm_1": -100, "firm_2": -200, "firm_3": -300}
    assert market.measures()["welfare_e6"] == -600 * SCALE


def test_a_firm_sees_whether_it_is_in_and_how_many_are():
    market = Cournot(cournot_spec(marginal_cost=EQUAL, entry={"firm_3": 3}))
    observations, _ = market.reset(seed=1)
    for active in (0, 0, 1):
        assert observations["firm_3"]["active"].tolist() == [active]
        assert observations["firm_1"]["active"].tolist() == [1]
        assert observations["firm_1"]["firms_active"].tolist() == [2 + active]
        observations = market.step({firm: np.array([20.0]) for firm in market.agents})[0]


def test_measures_are_held_against_those_who_were_there():
    """A duopoly's Nash and cartel have conduct 0 and 1 while the third firm is out."""
    market = Cournot(cournot_spec(marginal_cost=EQUAL, entry={"firm_3": 3}, fixed_cost=50))
    for name, level in (("nash", 0), ("monopoly", 1)):
        observations, _ = market.reset(seed=1)
        for _ in range(3):
            actions = {firm: market.play(name, firm, observations[firm]) for firm in market.agents}
            observations = market.step(actions)[0]
            measures = market.measures()
            assert measures["price_elevation_e6"] == (level * SCALE,)
            there = slice(None) if market.round_number == 3 else slice(2)
            assert measures["restraint_e6"][there] == (level * SCALE,) * len(measures["restraint_e6"][there])
            assert measures["calvano_delta_e6"][there] == (level * SCALE,) * len(measures["calvano_delta_e6"][there])
            if market.round_number < 3:
                assert measures["restraint_e6"][2] == 0
                assert measures["calvano_delta_e6"][2] is None
                assert measures["nash_profit_e6"] == (1550 * SCALE - 800 * SCALE + 0, 750 * SCALE, 0)


def test_an_empty_market_has_the_choke_price_and_draws_firms_in():
    rules = {firm: {"price_above": 99} for firm in ("firm_1", "firm_2", "firm_3")}
    market = Cournot(cournot_spec(marginal_cost=EQUAL, entry=rules))
    assert nash_play(market, 2) == [([0, 0, 0], 100 * SCALE), ([30 * SCALE] * 3, 55 * SCALE)]
    market.reset(seed=1)
    market.step({firm: np.array([1.0]) for firm in market.agents})
    assert market.measures()["price_elevation_e6"] == (None,)


def test_facts_have_the_benchmarks_with_everybody_in():
    spec = cournot_spec(marginal_cost=EQUAL, entry={"firm_3": 3})
    assert Cournot(spec).facts.benchmarks["nash"]["price_e6"] == (55 * SCALE,)
    assert benchmarks_among(spec, (True,) * 3) is benchmarks(spec)


@pytest.mark.parametrize("active", [(True, True, False), (False, True, False), (False, False, False), (True,) * 3])
def test_many_rounds_at_once_need_to_know_who_is_in_and_then_agree(active):
    spec = cournot_spec(marginal_cost=EQUAL, entry={"firm_3": 3}, fixed_cost=[10, 20, 30])
    rng = np.random.default_rng(1)
    rounds = rng.integers(0, 60 * SCALE, (5, 3, 1)) * np.array(active)[:, None]
    with pytest.raises(UsageError, match="enter and leave"):
        measure_arrays_e6(spec, benchmarks(spec), rounds)
    found = measure_arrays_e6(spec, benchmarks(spec), rounds, active=active)
    market = Cournot(spec)
    for k in range(5):
        market.reset(seed=1)
        market._participation = Participation(active)
        market._absent = market._away()
        market.step({f: row / SCALE for f, row in zip(spec.firms, rounds[k], strict=True)})
        assert {name: plain(values[k].tolist()) for name, values in found.items()} == market.measures()


def test_a_round_in_which_firms_come_and_go_is_no_game():
    with pytest.raises(UsageError, match="normal form"):
        Cournot(cournot_spec(marginal_cost=EQUAL, entry={"firm_3": 3})).game()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"entry": {"firm_4": 2}}, "there is no firm 'firm_4'. Did you mean"),
        ({"exit": {"other": 2}}, "there is no firm 'other'"),
        ({"entry": {"firm_1": 0}}, "at least 1 was expected"),
        ({"exit": {"firm_1": 1}}, "at least 2 was expected"),
        ({"entry": {"firm_1": 7}, "exit": {"firm_1": 7}}, "it must enter first"),
        ({"entry": {"firm_1": {"price_above": 50}}, "exit": {"firm_1": {"price_below": 60}}}, "both at once"),
        ({"entry": {"firm_1": {"price_above": -1}}}, "more than 0 was expected"),
        ({"entry": {"firm_1": {"price_above": float("nan")}}}, "finite|more than 0"),
        ({"entry": {"firm_1": {"price_below": 5}}}, "price_above"),
        ({"entry": 3}, "a mapping"),
        ({"fixed_cost": -1}, "at least 0 was expected"),
        ({"fixed_cost": [1, 2]}, "2 numbers for 3 firms"),
        ({"fixed_cost": float("inf")}, "finite"),
        ({"fixed_cost": 1e12}, "larger units"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(fields, message):
    with pytest.raises(UsageError, match=message):
        cournot_v0.parallel_env(marginal_cost=EQUAL, **fields)


class TestComingAndGoing(MarketConformance):
    factory = "agoranomos.markets.cournot_v0:parallel_env"
    options = {
        "marginal_cost": ((40.0, 50.0), (50.0, 40.0), (45.0, 45.0)),
        "entry": {"firm_3": {"price_above": 40.0}},
        "exit": {"firm_3": {"price_below": 30.0}, "firm_2": 15},
        "fixed_cost": 20.0,
        "demand_shock": {"sigma": 0.1},
        "rounds": 30,
    }
