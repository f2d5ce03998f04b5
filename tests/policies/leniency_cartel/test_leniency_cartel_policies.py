"""Cartels that are loyal, treacherous, deterred, or find out what pays."""

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0, leniency_cartel_v0
from agoranomos.policies import Seat, find_policy
from agoranomos.policies.trials import TrialParameters, Trials, next_trial, sat_out
from agoranomos.randomness import Randomness
from conformance.policy import PolicyConformance, Setting, Trace, notice

CARTEL = "agoranomos.markets.leniency_cartel_v0:parallel_env"
MARKETS = {
    "the published duopoly": Setting(CARTEL),
    "three firms with costs": Setting(CARTEL, {"firms": ("a", "b", "c"), "marginal_cost": 3.5}),
    "traces that fade": Setting(CARTEL, {"evidence_lasts": 3, "substitution": 0.3}),
}
TALK, KEEP, COMPETE, UNDERCUT = (10, 3), (10, 9), (0, 3), (10, 7)


def both(*actions):
    return tuple((action, action) for action in actions)


class TestCartelist(PolicyConformance):
    policy = "cartelist"
    markets = MARKETS
    traces = (
        Trace(actions=both(TALK, KEEP, KEEP, KEEP), factory=CARTEL),
        Trace(actions=both(TALK, KEEP), factory=CARTEL, parameters={"patience": 0}, states=("active", "fined")),
    )


class TestCartelWithReport(PolicyConformance):
    policy = "cartel-with-report"
    markets = MARKETS
    traces = (Trace(actions=both(TALK, UNDERCUT, UNDERCUT), factory=CARTEL),)


class TestDeterred(PolicyConformance):
    policy = "deterred"
    markets = MARKETS
    traces = (
        Trace(actions=both(TALK, KEEP, KEEP), factory=CARTEL),
        Trace(
            actions=both(TALK, KEEP, COMPETE, COMPETE), factory=CARTEL, states=("active", "active", "fined", "active")
        ),
        Trace(
            actions=both(TALK, KEEP, KEEP, KEEP),
            factory=CARTEL,
            states=("active", "active", "fined", "active"),
            parameters={"fines": 2},
        ),
    )


class TestTrialCartelist(PolicyConformance):
    policy = "trial-cartelist"
    markets = MARKETS


def taken(name, market, agent, *, parameters=None):
    kind = find_policy(name)
    return kind.bind(kind.parse(parameters or {}), Seat(agent, market.possible_agents.index(agent), market, 1))


def after(market, *rounds):
    """What firm_1 observes after these rounds of actions of both firms."""
    observations, _ = market.reset(seed=1)
    for first, second in rounds:
        observations = market.step({"firm_1": np.array(first), "firm_2": np.array(second)})[0]
    return observations["firm_1"]


@pytest.mark.parametrize("reports", [False, True])
def test_a_cartelist_punishes_who_undercuts_for_as_long_as_it_has_patience(reports):
    market = leniency_cartel_v0.parallel_env()
    policy = taken("cartelist", market, "firm_1", parameters={"patience": 2, "reports": reports})
    told, randomness = notice("firm_1", 3, "active"), Randomness(1, 3, "firm_1")
    agreed = policy.act(after(market, (TALK, TALK)), told, policy.start(), randomness)
    assert agreed.action.tolist() == [10, 9]
    betrayed = policy.act(after(market, (TALK, TALK), (KEEP, UNDERCUT)), told, agreed.memory, randomness)
    assert betrayed.action.tolist() == [0, 3]
    assert betrayed.report is reports
    still = policy.act(after(market, (COMPETE, COMPETE)), told, betrayed.memory, randomness)
    assert (still.action.tolist(), still.report) == ([0, 3], False)
    again = policy.act(after(market, (COMPETE, COMPETE)), told, still.memory, randomness)
    assert again.action.tolist() == [10, 3]
    unwatched = policy.act(after(market, (TALK, TALK), (KEEP, UNDERCUT)), None, agreed.memory, randomness)
    assert not unwatched.report
    assert policy.missed(after(market, (TALK, TALK)), told, betrayed.memory).left == 1


def test_a_traitor_reports_when_it_undercuts_and_somebody_listens():
    market = leniency_cartel_v0.parallel_env()
    told, randomness = notice("firm_1", 2, "active"), Randomness(1, 2, "firm_1")
    policy = taken("cartel-with-report", market, "firm_1")
    observed = after(market, (TALK, TALK))
    assert policy.act(observed, told, None, randomness).report
    assert not policy.act(observed, None, None, randomness).report
    assert not policy.act(after(market), told, None, randomness).report
    silent = taken("cartel-with-report", market, "firm_1", parameters={"reports": False})
    assert not silent.act(observed, told, None, randomness).report


def test_trials_try_everything_once_then_keep_the_best():
    parameters = TrialParameters(block=2, learning_rate=0.5, exploration=0.0)
    worth, trials, earned, seen = (1.0, 5.0, 3.0), Trials((None,) * 3), 0.0, []
    for number in range(20):
        trials = next_trial(trials, earned, 0.0, parameters, Randomness(1, number, "a"))
        seen.append(trials.way)
        earned += worth[trials.way]
    assert sorted(seen[:6:2]) == [0, 1, 2]
    assert seen[0::2] == seen[1::2]
    assert set(seen[6:]) == {1}
    assert trials.values == (1.0, 5.0, 3.0)


def test_a_fine_makes_the_best_way_worse():
    parameters = TrialParameters(block=1, learning_rate=1.0, exploration=0.0)
    trials = Trials((4.0, 5.0), way=1, played=1, since=10.0)
    assert next_trial(trials, 15.0, 0.0, parameters, Randomness(1)).way == 1
    assert next_trial(trials, 15.0, 2.0, parameters, Randomness(1)) == Trials((4.0, 3.0), 0, 1, 15.0)
    assert next_trial(sat_out(trials, 2.0), 15.0, 0.0, parameters, Randomness(1)).way == 0


def test_trials_explore_as_often_as_they_say():
    parameters = TrialParameters(block=1, exploration=0.5)
    ways = [
        next_trial(Trials((9.0, 0.0), 0, 1, 0.0), 9.0, 0.0, parameters, Randomness(1, n, "a")).way for n in range(2000)
    ]
    assert sum(ways) / 2000 == pytest.approx(0.25, abs=0.03)


def test_a_cartel_that_finds_out_keeps_what_was_agreed_or_undercuts_it_or_reports():
    market = leniency_cartel_v0.parallel_env()
    policy = taken("trial-cartelist", market, "firm_1")
    told, observed = notice("firm_1", 2, "active"), after(market, (TALK, TALK))
    done = [
        policy.act(observed, told, Trials((None,) * 4, way, 1, 0.0), Randomness(1, 2, "firm_1")) for way in range(4)
    ]
    assert [decision.action.tolist() for decision in done] == [[0, 3], [10, 9], [10, 7], [10, 7]]
    assert [decision.report for decision in done] == [False, False, False, True]
    before = [policy.act(after(market), told, Trials((None,) * 4, way, 1, 0.0), Randomness(1)) for way in (1, 2, 3)]
    assert [decision.action.tolist() for decision in before] == [[10, 3]] * 3
    assert not any(decision.report for decision in before)


@pytest.mark.parametrize("name", ["cartelist", "cartel-with-report", "deterred", "trial-cartelist"])
def test_in_another_market_they_say_why_not(name):
    with pytest.raises(UsageError, match="leniency-cartel only"):
        taken(name, cournot_v0.parallel_env(), "firm_1")
