"""The ring that takes turns."""

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0, procurement_v0
from conformance.policy import PolicyConformance, Setting, Trace, play, seated

TENDER = "agoranomos.markets.procurement_v0:parallel_env"
MARKETS = {
    "four suppliers": Setting(TENDER),
    "second price": Setting(TENDER, {"rule": "second-price", "cost": ((40, 80), (50, 100), (70, 120)), "reserve": 95}),
    "two suppliers": Setting(TENDER, {"firms": ("a", "b")}),
}
TWO = {"firms": ("a", "b")}


class TestBidRotation(PolicyConformance):
    policy = "bid-rotation"
    markets = MARKETS
    traces = (
        Trace(
            actions=(((96.0,), (98.612855,)), ((98.424091,), (96.0,)), ((96.0,), (98.270108,))),
            seed=3,
            factory=TENDER,
            market=TWO,
        ),
        # The favourite's cost is 67.18, then 83.52, then 59.25: at an agreed bid of 60 it passes twice.
        Trace(
            actions=(((100.0,), (100.0,)), ((100.0,), (100.0,)), ((60.0,), (100.0,))),
            seed=3,
            factory=TENDER,
            market=TWO,
            parameters={"members": 1, "winning": 0.6, "covers": 1.0},
        ),
    )


@pytest.mark.parametrize("rule", ["first-price", "second-price"])
def test_the_members_win_in_turn_at_more_than_the_agreed_price(rule):
    market = procurement_v0.parallel_env(rule=rule, rounds=40, reserve=110, value=120)
    policies = seated("bid-rotation", {"members": 3}, market, 5)
    observations, _ = market.reset(seed=5)
    from agoranomos.randomness import Randomness

    for t in range(40):
        actions = {
            a: policy.act(observations[a], None, None, Randomness(5, t + 1, a)).action
            for a, policy in zip(market.agents, policies, strict=True)
        }
        observations = market.step(actions)[0]
        assert market.outcome().winner == t % 3
        assert market.outcome().price >= 0.96 * 110


def test_covers_lie_between_the_agreed_share_and_the_reserve_price():
    market = procurement_v0.parallel_env(rounds=60)
    bids = np.array(play(seated("bid-rotation", {"winning": 0.5, "covers": 0.9}, market, 2), market, 2))[..., 0]
    covers = bids[bids != 50.0]
    assert covers.min() >= 90
    assert covers.max() <= 100
    assert len(np.unique(covers)) == len(covers)


def test_what_cannot_be_arranged_is_refused():
    market = procurement_v0.parallel_env()
    with pytest.raises(UsageError, match="do not lose"):
        seated("bid-rotation", {"winning": 0.99, "covers": 0.98}, market, 0)
    with pytest.raises(UsageError, match="5 members in a tender of 4"):
        seated("bid-rotation", {"members": 5}, market, 0)
    with pytest.raises(UsageError, match=r"type procurement; cournot-duopoly is of type cournot(.|\n)*rotation"):
        seated("bid-rotation", {}, cournot_v0.parallel_env(), 0)
