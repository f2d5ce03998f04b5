"""What a round comes to: by hand, and as the market `commons` has it."""

from itertools import product

import numpy as np
import pytest

from agoranomos.markets import commons_v0
from agoranomos.scenarios.commons_monitor.payoffs import SILENT, TELL, Choice, Circumstances, settle
from agoranomos.scenarios.commons_monitor.spec import CommonsMonitorSpec
from agoranomos.scenarios.commons_monitor.theory import pairs
from scenarios.commons_monitor.lakes import SCALE, lake, played

NONE, QUOTA, HALF_MORE, TWICE = range(4)
RULES = {
    "monitor": "appointed",
    "pay": 0.5,
    "effort": 0.1,
    "bribe": 0.25,
    "check": {"probability": 0.5, "penalty": 2.0},
    "sanction": {"steps": [0.5, 1.0, 2.0], "admitted": 0.5, "false_report": 0.5},
}


def met(**changes):
    base = {"stock": 100.0, "monitor": 0, "found": (0,) * 5, "in_sight": (True,) * 5, "weighed": False}
    return Circumstances(**{**base, **changes})


def settled(choices, **changes):
    return settle(CommonsMonitorSpec(**RULES), choices, met(**changes))


HONEST = Choice(QUOTA, QUOTA, TELL)
LIAR = Choice(TWICE, QUOTA, TELL)


def test_a_round_of_honest_fishers_by_hand():
    found = settled([HONEST] * 5)
    assert found.profit == (15.0, 10.0, 10.0, 10.0, 10.0)  # Half a quota of ten for the watch.
    assert found.community == -5.0
    assert found.round.next_stock == 100.0


def test_a_monitor_that_tells_by_hand():
    found = settled([HONEST, LIAR, Choice(HALF_MORE, HALF_MORE), Choice(TWICE, HALF_MORE), HONEST])
    assert found.told == found.hidden == (1, 3)
    # Step 0.5: hidden 0.5 x 1 + 0.5 for the false report; admitted 0.5 x 0.5 x 0.5.
    assert found.fine == (0.0, 10.0, 1.25, 10.0, 0.0)
    assert found.profit == (10 + 5 - 2, 10.0, 13.75, 10.0, 10.0)
    assert found.community == 21.25 - 5.0
    assert found.found == (False, True, True, True, False)


def test_a_monitor_that_keeps_silent_by_hand_and_what_a_look_at_the_scales_changes():
    captured = Choice(QUOTA, QUOTA, SILENT)
    choices = [captured, LIAR, Choice(HALF_MORE, HALF_MORE), Choice(TWICE, HALF_MORE), HONEST]
    unweighed = settled(choices)
    assert unweighed.told == ()
    # The third reported all of its excess, the fourth half of it.
    assert unweighed.fine == (0.0, 0.0, 1.25, 1.25, 0.0)
    assert unweighed.bribe == (5.0, -2.5, 0.0, -2.5, 0.0)
    assert unweighed.profit == (20.0, 17.5, 13.75, 16.25, 10.0)
    assert not unweighed.silence_found
    weighed = settled(choices, weighed=True)
    # Who reported the truth pays all of the step once it is weighed; the monitor loses its pay and two quotas.
    assert weighed.fine == (0.0, 10.0, 2.5, 10.0, 0.0)
    assert weighed.profit == (10 + 5 - 20, 7.5, 12.5, 7.5, 10.0)
    assert weighed.silence_found
    assert weighed.community == 22.5 + 20.0


def test_steps_rise_with_what_was_found_before_and_the_last_one_stays():
    for before, step in ((0, 0.5), (1, 1.0), (2, 2.0), (7, 2.0)):
        found = settled([HONEST, LIAR, HONEST, HONEST, HONEST], found=(0, before, 0, 0, 0))
        assert found.fine[1] == 10.0 * (step + 0.5)


def test_what_is_out_of_sight_is_neither_told_nor_kept_silent_about():
    found = settled([HONEST, LIAR, LIAR, HONEST, HONEST], in_sight=(True, False, True, True, True))
    assert found.hidden == found.told == (2,)
    assert found.fine[1] == 0.0


def test_a_monitor_without_the_catches_tells_of_nobody_and_a_community_without_alarms_hears_of_nobody():
    for routes in ({"catch": ()}, {"alarm": ("fisher_2",)}):
        found = settle(CommonsMonitorSpec(**RULES, routes=routes), [HONEST, LIAR, HONEST, HONEST, HONEST], met())
        assert found.fine == (0.0,) * 5
    blind = settle(
        CommonsMonitorSpec(**RULES, routes={"report": ()}), [Choice(TWICE, TWICE, TELL)] + [HONEST] * 4, met()
    )
    assert blind.known == (None,) * 5


def test_who_sits_out_takes_nothing_and_a_monitor_that_does_is_not_paid():
    found = settled([None, LIAR, HONEST, HONEST, HONEST])
    assert found.profit[0] == 0.0
    assert found.told == found.hidden == ()
    assert found.round.total == 50.0


@pytest.mark.parametrize("after_collapse", ["goes-on", "ends"])
def test_the_lake_is_that_of_the_market(after_collapse):
    rng = np.random.default_rng(3)
    for _ in range(20):
        scenario = lake(monitor="none", after_collapse=after_collapse)
        market = commons_v0.parallel_env(users=5, rounds=12, after_collapse=after_collapse)
        scenario.reset(seed=1)
        market.reset(seed=1)
        while scenario.agents:
            places = rng.integers(0, 4, 5, endpoint=False)
            fair = market.play("sustainable", "user_1", market.observation("user_1"))[0]
            wanted = [fair * scenario.spec.multiples[place] for place in places]
            scenario.step({agent: [place, place] for agent, place in zip(scenario.agents, places, strict=True)})
            market.step({agent: [one] for agent, one in zip(market.agents, wanted, strict=True)})
            ours, theirs = scenario.measures(), market.measures()
            assert ours["alive_e6"] == theirs["alive_e6"]
            assert abs(ours["stock_e6"] - theirs["stock_e6"]) <= 100
            assert np.allclose(ours["take_e6"], theirs["take_e6"], atol=100)
        assert not market.agents


def test_every_joint_choice_of_three_fishers_adds_up_and_never_takes_more_than_there_is():
    spec = CommonsMonitorSpec(**{**RULES, "fishers": 3}, multiples=[0.0, 1.0, 2.0])
    own = [Choice(take, report, watch) for take, report in pairs(spec) for watch in (TELL, SILENT)]
    for choices in product([*own, None], repeat=3):
        for weighed in (False, True):
            found = settle(spec, choices, Circumstances(60.0, 1, (0,) * 3, (True,) * 3, weighed))
            takes = sum(0.0 if one is None else 10.0 * spec.multiples[one.take] for one in choices)
            assert found.round.total == takes <= 60.0
            assert sum(found.bribe) == 0.0
            telling = 0.0 if choices[1] is None else len(found.told)
            assert abs(sum(found.profit) + found.community - (takes - telling * 1.0)) < 1e-9
            assert all(paid >= 0.0 for paid in found.fine)


def test_an_empty_lake_breaks_no_rule_and_costs_nobody_anything():
    scenario = lake(monitor="elected", check={"probability": 1.0, "penalty": 1.0})
    measures = played(scenario, "violate")
    assert [one["alive_e6"] for one in measures] == [0] * 12
    for found in measures[1:]:
        assert set(found["violation_e6"]) == {None}
        assert found["share_of_all_e6"] is found["monitor_silent_given_overuse_e6"] is None
        assert found["profit_e6"] == (0,) * 5


def test_what_cannot_be_done_is_made_feasible_and_said_so():
    scenario = lake(monitor="appointed")
    scenario.reset(seed=1)
    acts = {
        "fisher_1": [1, 3, 0],
        "fisher_2": [3, 0, 1],
        "fisher_3": [0, 2, 0],
        "fisher_4": [2, 1, 0],
        "fisher_5": None,
    }
    scenario.step(acts)
    rows = [tuple(part // SCALE for part in row) for row in scenario.actions_e6()]
    assert rows == [(1, 1, 0), (3, 1, 1), (0, 0, 0), (2, 1, 0), ()]
    assert scenario.projected() == ("fisher_1", "fisher_2", "fisher_3")
