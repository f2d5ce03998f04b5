"""What users of a commons take, round by round."""

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0
from agoranomos.policies import Seat, find_policy
from conformance.policy import PolicyConformance, Setting, Trace

COMMONS = "agoranomos.markets.commons_v0:parallel_env"
MARKETS = {
    "the published fishery": Setting(COMMONS),
    "three fishers with logistic growth": Setting(
        COMMONS, {"users": 3, "growth": {"form": "logistic"}, "effort_cost": 20.0}
    ),
    "the fish war": Setting(COMMONS, {"users": 2, "growth": {"form": "levhari-mirman"}}),
    "one user": Setting(COMMONS, {"users": 1}),
}


def everybody(*takes, users=5):
    """A trace in which all users ask for the same, one number a round."""
    return tuple(((take,),) * users for take in takes)


class TestSustainableShare(PolicyConformance):
    policy = "sustainable-share"
    markets = MARKETS
    traces = (
        Trace(actions=everybody(10.0, 10.0, 10.0), factory=COMMONS),
        Trace(actions=everybody(12.0, 9.6), factory=COMMONS, parameters={"part": 1.2}),
        Trace(actions=everybody(3.0), factory=COMMONS, market={"initial_stock": 30.0}),
    )


class TestGreedy(PolicyConformance):
    policy = "greedy"
    markets = MARKETS
    traces = (
        Trace(actions=everybody(100.0, 0.0), factory=COMMONS),
        Trace(actions=everybody(15.0, 7.5, 3.75), factory=COMMONS, parameters={"share": 0.15}),
    )


class TestThresholdUser(PolicyConformance):
    policy = "threshold-user"
    markets = MARKETS
    traces = (
        Trace(actions=everybody(10.0, 10.0), factory=COMMONS),
        Trace(actions=everybody(4.0, 10.0), factory=COMMONS, market={"initial_stock": 70.0}),
        Trace(actions=everybody(0.0, 2.0), factory=COMMONS, market={"initial_stock": 30.0}),
        Trace(actions=everybody(16.0, 4.0), factory=COMMONS, parameters={"keep": 0.2}),
    )


class TestConditionalUser(PolicyConformance):
    policy = "conditional-user"
    markets = MARKETS
    traces = (Trace(actions=everybody(10.0, 10.0), factory=COMMONS),)

    def test_it_copies_what_the_others_took_beyond_their_share(self) -> None:
        market = self.market("the published fishery")
        kind = find_policy(self.policy)
        for parameters, expected in (({}, 10.0), ({"matching": 0.5}, 9.0), ({"most": 1.1}, 8.8)):
            observations, _ = market.reset(seed=1)
            policy = kind.bind(kind.parse(parameters), Seat("user_1", 0, market, 1))
            first = policy.act(observations["user_1"], None, policy.start(), None)
            assert first.action.tolist() == [10.0]
            observations = market.step({a: [10.0 if a == "user_1" else 12.5] for a in market.agents})[
                0
            ]  # 60 taken, 40 left, 80 now
            second = policy.act(observations["user_1"], None, first.memory, None)
            assert second.action.tolist() == pytest.approx([expected])
            assert second.memory == 8.0

    def test_it_notes_the_fair_share_of_a_round_that_it_sits_out(self) -> None:
        market = self.market("the published fishery")
        observations, _ = market.reset(seed=1)
        kind = find_policy(self.policy)
        policy = kind.bind(kind.parse({}), Seat("user_1", 0, market, 1))
        assert policy.missed(observations["user_1"], None, 0.0) == 10.0


class TestOpportunist(PolicyConformance):
    policy = "commons-opportunist"
    markets = MARKETS
    traces = (
        Trace(actions=everybody(15.0, 7.5), factory=COMMONS),
        Trace(actions=everybody(15.0, 5.0, 7.5), factory=COMMONS, states=("active", "warning", "active")),
        Trace(
            actions=everybody(10.0, 30.0),
            factory=COMMONS,
            parameters={"share": 0.3, "dares": ["warning"]},
            states=("active", "warning"),
        ),
    )


@pytest.mark.parametrize("name", ["sustainable-share", "greedy", "threshold-user", "conditional-user"])
def test_it_refuses_a_market_that_is_no_commons(name):
    market = cournot_v0.parallel_env()
    kind = find_policy(name)
    with pytest.raises(UsageError, match="is for a commons"):
        kind.bind(kind.parse({}), Seat("firm_1", 0, market, 1))
