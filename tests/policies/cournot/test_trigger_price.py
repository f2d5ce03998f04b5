import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.markets import cournot_v0
from agoranomos.policies.cournot.trigger_price import Watch
from agoranomos.randomness import Randomness
from conformance.policy import PolicyConformance, Setting, Trace, play, seated

COURNOT = "agoranomos.markets.cournot_v0:parallel_env"
GREEN_PORTER = {
    "marginal_cost": ((40.0,), (40.0,), (40.0,)),
    "demand_shock": {"sigma": 0.05},
    "monitoring": {"public": "price"},
}
CARTEL, WAR = ((20.0,),) * 3, ((30.0,),) * 3


class TestTriggerPrice(PolicyConformance):
    policy = "trigger-price"
    traces = (
        # Nothing disturbs a cartel whose demand never changes.
        Trace(actions=(((60, 0), (0, 60)),) * 8),
        # The cartel's prices of seed 3 are 68.4, 75.1, 79.6, 71.9 and 58.8: below 63 begins a war of five rounds.
        Trace(actions=(CARTEL,) * 5 + (WAR,) * 5 + (CARTEL,) * 8 + (WAR,) * 2, market=GREEN_PORTER, seed=3),
        Trace(
            actions=(CARTEL,) * 5 + (WAR,) * 2 + (CARTEL,) + (WAR,) * 2,
            market=GREEN_PORTER,
            seed=3,
            parameters={"punishment": 2},
        ),
        Trace(actions=(CARTEL,) * 20, market=GREEN_PORTER, seed=3, parameters={"trigger": 0.5}),
        Trace(
            actions=((((47.619048,) * 1,) * 3),) * 2,
            market={"marginal_cost": ((40.0,),) * 3, "differentiation": 0.74},
            parameters={"cartel": "nash"},
        ),
    )


class TestTriggerPriceUnderGreenAndPorter(PolicyConformance):
    policy = "trigger-price"
    markets = {
        "only the price is public": Setting(COURNOT, GREEN_PORTER),
        "versions differ": Setting(COURNOT, {**GREEN_PORTER, "differentiation": 0.5}),
        "a firm enters": Setting(COURNOT, {**GREEN_PORTER, "entry": {"firm_3": 3}}),
    }


def test_cheating_starts_a_war_though_nobody_sees_who_cheated():
    market = cournot_v0.parallel_env(**{**GREEN_PORTER, "demand_shock": None})
    policies = seated("trigger-price", {"punishment": 3}, market, 1)
    observations, _ = market.reset(seed=1)
    memories = [policy.start() for policy in policies]
    brought = []
    for number in range(1, 8):
        decided = [
            policy.act(observations[agent], None, memory, Randomness(1, number, agent))
            for policy, agent, memory in zip(policies, market.agents, memories, strict=True)
        ]
        memories = [decision.memory for decision in decided]
        actions = {agent: decision.action for agent, decision in zip(market.agents, decided, strict=True)}
        if number == 2:
            actions["firm_1"] = np.array([40.0])
        brought.append(round(float(actions["firm_2"][0])))
        observations = market.step(actions)[0]
    assert brought == [20, 20, 30, 30, 30, 20, 20]


def test_who_sits_out_sees_the_price_and_joins_the_war():
    market = cournot_v0.parallel_env(**{**GREEN_PORTER, "demand_shock": None})
    (policy, *_) = seated("trigger-price", {}, market, 1)
    market.reset(seed=1)
    observed = market.step({"firm_1": None, "firm_2": np.array([50.0]), "firm_3": np.array([50.0])})[0]["firm_1"]
    notice = Notice("firm_1", 2, "suspended", 4, "SUSPENDED", "", 0)
    assert policy.missed(observed, notice, policy.start()) == Watch(war_until=6)


def test_an_honest_cartel_fights_wars_in_proportion_to_its_trigger():
    """Over 600 rounds a stricter trigger is pulled by more of demand's bad draws."""
    fought = {}
    for trigger in (0.8, 0.9, 0.97):
        market = cournot_v0.parallel_env(**{**GREEN_PORTER, "rounds": 600})
        played = play(seated("trigger-price", {"trigger": trigger}, market, 1), market, 1)
        fought[trigger] = sum(row[0][0] > 25 for row in played)
    assert fought[0.8] < fought[0.9] < fought[0.97]
    # A price below 0.9 * 70 is a draw below -1.4: probability 0.081; wars of five, 1 / (1 / 0.081 + 5) of the rounds.
    assert fought[0.9] / 600 == pytest.approx(5 / (1 / 0.0808 + 5), abs=0.1)


def test_a_market_without_prices_is_refused():
    from agoranomos.markets import build_market
    from agoranomos.markets.registry import find_market_type

    commons = build_market(find_market_type("commons").spec())
    with pytest.raises(UsageError):
        seated("trigger-price", {}, commons, 1)
