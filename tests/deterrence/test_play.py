"""Joint actions and what comes of them; counters that count on."""

import numpy as np
import pytest

from agoranomos.deterrence.certificate import certify, leaves_out
from agoranomos.deterrence.memory import Pattern, patterns
from agoranomos.deterrence.play import grid_plans, lone_actions, mirror, named_actions, named_plans, play
from agoranomos.errors import UsageError
from agoranomos.institutions import bind
from agoranomos.markets import bertrand_v0
from agoranomos.markets.cournot.env import Cournot
from agoranomos.markets.cournot.spec import CournotSpec, DemandShock, cournot_spec

from .solving import duopoly, institution, shipped

COUNTING = """\
kind: institution
version: 1
name: counting
initial: free
states: {free: {label: FREE}}
signals: {dear: {statistic: mean, measure: price, window: 1, at_least: 65.0, goods: mean}}
events: {often: {when: "dear && %s", accuses: R}}
counters: {seen: {max: 1000, next: "dear ? seen + 1 : %s"}}
transitions: [{rule: R, from: free, to: free, on: often, fine: {rate: [0.1, 0.2, 0.3], by: seen}}]
"""


def test_rounds_are_what_the_market_itself_publishes():
    market = Cournot(duopoly().spec)
    actions = np.stack(list(named_actions(market.spec).values()))
    for action, record in zip(actions, play(market.spec, actions).records, strict=True):
        market.reset(seed=1)
        market.step(dict(zip(market.possible_agents, action / 1_000_000, strict=True)))
        assert dict(market.measures()) == record


def test_interchangeable_firms_are_mirror_images():
    assert mirror(duopoly().spec) == (1, 0)
    assert mirror(cournot_spec(marginal_cost=((40.0, 40.0), (40.0, 40.0)))) is not None
    assert mirror(cournot_spec(marginal_cost=((40.0, 50.0), (50.0, 45.0)))) is None
    assert mirror(cournot_spec(capacity=(100.0, 90.0))) is None
    assert mirror(cournot_spec(marginal_cost=((40.0,), (50.0,), (45.0,)))) is None


def test_a_grid_of_unlike_firms_holds_every_combination():
    spec = cournot_spec(marginal_cost=((40.0,), (50.0,)), capacity=60.0)
    plans = grid_plans(spec, 30.0)
    assert len(plans) == 1 + 3 * 3
    assert plans.names[0] == "nash"
    assert "every combination" in plans.about
    with pytest.raises(UsageError, match="joint actions"):
        grid_plans(spec, 0.01, most=10_000)


def test_who_is_left_alone_is_a_monopolist():
    alone = lone_actions(duopoly().spec, [True, False])[0]
    assert alone.tolist() == [[0, 0], [45_000_000, 55_000_000]]
    assert not lone_actions(duopoly().spec, [True, True])[0].any()


def test_plans_are_named():
    assert named_plans(duopoly().spec, ["division", "division"]).names == ("division",)
    with pytest.raises(UsageError, match="no outcome"):
        named_plans(duopoly().spec, [])


@pytest.mark.parametrize(
    ("when", "otherwise", "expected"),
    [
        ("seen % 5 == 4", "seen", Pattern(3, 5)),  # rungs tell 1, 2 and 3 apart
        ("seen >= 7", "0", Pattern(7, 1)),
        ("seen * seen % 7 == 2", "0", Pattern(3, 7)),
        ("least.seen >= 7", "0", Pattern(7, 1)),
        ("least.seen % 5 == 0", "0", None),  # the least of several cannot be told from what is left of them
        ("seen > 200", "0", None),
    ],
)
def test_a_counter_that_counts_on_is_followed_by_its_pattern(when, otherwise, expected):
    bound = bind(institution(COUNTING % (when, otherwise)), duopoly().facts)
    assert patterns(bound).get("seen") == expected


def test_the_ladders_streaks_are_followed_as_far_as_they_are_asked_for():
    faithful = patterns(bind(shipped("cournot-antitrust"), duopoly().facts))
    assert faithful == {"clean_streak": Pattern(2, 2), "case_streak": Pattern(3, 1)}
    assert [Pattern(2, 2).of(value) for value in range(6)] == [0, 1, 2, 3, 2, 3]
    assert Pattern(3, 1).of(900) == 3


def test_what_is_left_out_is_said():
    shocked = CournotSpec(demand_shock=DemandShock(sigma=(0.05, 0.05)), firms=("a", "b"), goods=("A", "B"))
    bound = bind(shipped("cournot-antitrust"), Cournot(shocked).facts)
    assert any("demand shocks" in one for one in leaves_out(shocked, bound, True, None))
    assert any("grid points 30 apart" in one for one in leaves_out(shocked, bound, False, 30.0))
    assert any("mirror images" in one for one in leaves_out(shocked, bound, False, 30.0))


def test_a_plan_for_shocked_demand_is_that_of_the_expected_one():
    shocked = Cournot(CournotSpec(demand_shock=DemandShock(sigma=(0.05, 0.05)), firms=("a", "b"), goods=("A", "B")))
    tree = COUNTING % ("seen >= 1", "0")
    calm, noisy = (certify(institution(tree), m, plans=["nash", "division"]) for m in (duopoly(), shocked))
    assert noisy.best_plan.gain_per_round == calm.best_plan.gain_per_round


def test_guards_that_read_the_round_are_refused():
    with pytest.raises(UsageError, match="number of the round"):
        certify(institution(COUNTING % ("round > 5", "0")), duopoly(), plans=["nash"])


def test_only_cournot_markets_are_known():
    with pytest.raises(UsageError, match=r"bertrand-calvano is no Cournot market.*\n.*agora run"):
        certify(shipped("cournot-antitrust"), bertrand_v0.parallel_env())
