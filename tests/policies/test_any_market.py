"""Every general policy in every type of market of the library: it plays, or says why it cannot when it is seated."""

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets.registry import find_market_type, market_types
from agoranomos.policies import POLICIES
from agoranomos.randomness import Randomness
from conformance.policy import STANDINGS, is_action, play, seated

GENERAL = {"play", "game", "seen"}
POLICY_NAMES = sorted(
    name
    for name in POLICIES
    if (facts := POLICIES[name].facts) is not None and set(facts.needs) <= GENERAL and set(facts.needs) & GENERAL
)
LEARNERS = ("fictitious-play", "regret-matching", "roth-erev", "tit-for-tat", "grim-trigger", "imitation", "rotation")


ROUNDS = 6
"""A whole number of episodes in every family that has any."""


def market_of(name):
    kind = find_market_type(name)
    return kind.build(kind.spec(name="tried", rounds=ROUNDS))


def test_the_standard_strategies_are_general():
    assert {*LEARNERS, "nash", "benchmark", "edgeworth", "win-stay-lose-shift", "punish-and-return"} <= set(
        POLICY_NAMES
    )


@pytest.mark.parametrize("market_type", market_types())
@pytest.mark.parametrize("policy", POLICY_NAMES)
def test_it_plays_or_says_why_not_when_it_is_seated(policy, market_type):
    market = market_of(market_type)
    try:
        policies = seated(policy, {}, market, 3)
    except UsageError:
        return
    played = play(policies, market, 3, STANDINGS)
    assert played
    observations, _ = market.reset(seed=3)
    for agent, one in zip(market.possible_agents, policies, strict=True):
        decided = one.act(observations[agent], None, one.start(), Randomness(3, 1, agent))
        assert is_action(market, agent, decided.action)


@pytest.mark.parametrize("market_type", ["bertrand", "commons", "cournot", "leniency-cartel", "matrix", "public-goods"])
@pytest.mark.parametrize("policy", LEARNERS)
def test_where_a_round_is_a_game_the_standard_strategies_do_not_refuse(policy, market_type):
    market = market_of(market_type)
    assert len(seated(policy, {}, market, 3)) == len(market.possible_agents)
