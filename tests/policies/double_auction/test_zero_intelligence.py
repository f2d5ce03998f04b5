"""Gode and Sunder (1993): what a market's rules do without any minds."""

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0, double_auction_v0
from agoranomos.randomness import Randomness
from conformance.policy import PolicyConformance, Setting, Trace, seated

AUCTION = "agoranomos.markets.double_auction_v0:parallel_env"
SMALL = {"values": ((10.0, 8.0),), "costs": ((1.0, 2.0),), "highest_price": 12.0, "steps": 2}
CALL = {**SMALL, "rule": "clearing-house", "steps": 1}
MARKETS = {"a book": Setting(AUCTION), "a clearing house": Setting(AUCTION, CALL)}


class TestConstrained(PolicyConformance):
    policy = "zero-intelligence-constrained"
    markets = MARKETS
    traces = (
        Trace(
            actions=(
                ((3.69656,), (4.486704,)),
                ((0.152422,), (5.847554,)),
                ((5.808555,), (4.771817,)),
                ((0.406121,), (9.495162,)),
            ),
            seed=3,
            factory=AUCTION,
            market=SMALL,
        ),
        Trace(
            actions=(((3.69656, 7.157633), (4.486704, 9.802445)), ((0.152422, 2.250233), (5.847554, 10.373403))),
            seed=3,
            factory=AUCTION,
            market=CALL,
        ),
    )


def days(policy, count, seed=0, **market):
    """Allocative efficiency of `count` days, and the least profit that anybody ever made."""
    market = double_auction_v0.parallel_env(rounds=count * market.get("steps", 60), **market)
    policies = seated(policy, {}, market, seed)
    observations, _ = market.reset(seed=seed)
    memories = [policy.start() for policy in policies]
    found, least = [], 0.0
    while market.agents:
        number, actions = market.round_number + 1, {}
        for i, (agent, own) in enumerate(zip(market.agents, policies, strict=True)):
            decision = own.act(observations[agent], None, memories[i], Randomness(seed, number, agent))
            actions[agent], memories[i] = decision.action, decision.memory
        observations, rewards, *_ = market.step(actions)
        least = min(least, *rewards.values())
        if (efficiency := market.measures()["efficiency_e6"]) is not None:
            found.append(efficiency / 1e6)
    return np.array(found), least


def test_orders_cannot_lose():
    market = double_auction_v0.parallel_env()
    buyer, seller = (seated("zero-intelligence-constrained", {}, market, 0)[i] for i in (0, -1))
    for number in range(400):
        for limit in (0.0, 1e-6, 77.7, 200.0):
            seen = {"limit": np.array([limit])}
            assert 0 <= buyer.act(seen, None, None, Randomness(0, number, "b")).action[0] <= limit
            assert limit <= seller.act(seen, None, None, Randomness(0, number, "s")).action[0] <= 200


def test_the_constraint_alone_brings_efficiency_near_to_one():
    """Within 4 standard errors of 60 days: constrained traders above 95%, the others as much as all units lose."""
    constrained, least = days("zero-intelligence-constrained", 60)
    assert least == 0.0
    error = constrained.std(ddof=1) / np.sqrt(len(constrained))
    assert constrained.mean() - 4 * error > 0.95
    assert constrained.max() <= 1
    free, loss = days("zero-intelligence", 20)
    assert loss < 0
    # Sooner or later every unit is traded: all values less all costs, of the 390 that could be gained.
    assert free.mean() == pytest.approx((1624 - 1316) / 390, abs=4 * free.std(ddof=1) / np.sqrt(20) + 1e-6)
    assert constrained.mean() - free.mean() > 0.15


@pytest.mark.long
def test_over_a_thousand_days_constrained_efficiency_is_97_per_cent():
    found = np.concatenate([days("zero-intelligence-constrained", 100, seed)[0] for seed in range(10)])
    assert found.mean() == pytest.approx(0.970, abs=0.006)


def test_elsewhere_it_has_no_seat():
    with pytest.raises(UsageError, match=r"type double-auction; cournot-duopoly is of type(.|\n)*zero-intelligence"):
        seated("zero-intelligence-constrained", {}, cournot_v0.parallel_env(), 0)
