"""What is bought and sold is what the market `credence-goods` says; and what assistants come to, by hand."""

from itertools import product

import numpy as np
import pytest

from agoranomos.markets import credence_goods_v0
from agoranomos.markets.credence_goods.env import as_action
from agoranomos.scenarios.credence_agents.conducts import CONDUCTS, is_fraud, possible
from agoranomos.scenarios.credence_agents.measures import measure
from agoranomos.scenarios.credence_agents.rounds import of_choosers
from agoranomos.scenarios.credence_agents.spec import CredenceAgentsSpec
from scenarios.credence_agents.trades import SCALE, played, trade

ALIKE = {
    "profit_e6": "profit_e6",
    "participation_e6": "trade_e6",
    "efficiency_e6": "efficiency_e6",
    "customer_surplus_e6": "consumer_surplus_e6",
    "own_undertreatment_e6": "undertreatment_e6",
    "own_overtreatment_e6": "overtreatment_e6",
    "own_overcharging_e6": "overcharging_e6",
    "customers_e6": "customers_e6",
    "nash_profit_e6": "nash_profit_e6",
}


@pytest.mark.parametrize("beliefs", ["trust", "theory"])
@pytest.mark.parametrize("institution", ["none", "verifiability", "liability", "both"])
def test_experts_trade_as_in_the_market_of_that_name(institution, beliefs):
    routes = {} if beliefs == "trust" else {"result": ()}
    scenario = trade(institution=institution, beliefs=beliefs, routes=routes, customers=6, rounds=25)
    market = credence_goods_v0.parallel_env(
        verifiability=institution in ("verifiability", "both"),
        liability=institution in ("liability", "both"),
        beliefs="experience" if beliefs == "trust" else "theory",
        learning=scenario.spec.learning,
        forgetting=scenario.spec.forgetting,
        consumers=6,
        rounds=25,
    )
    scenario.reset(seed=11)
    market.reset(seed=11)
    rng = np.random.default_rng(2)
    spec, conducts = scenario.spec, list(possible(scenario.spec.market).values())
    while scenario.agents:
        acts = [(rng.integers(len(spec.all_prices)), rng.integers(len(conducts))) for _ in scenario.agents]
        acts = [None if rng.random() < 0.1 else act for act in acts]
        observations = scenario.step(dict(zip(scenario.possible_agents, acts, strict=True)))[0]
        theirs = [None if act is None else as_action(spec.all_prices[act[0]], conducts[act[1]]) for act in acts]
        seen = market.step(dict(zip(market.possible_agents, theirs, strict=True)))[0]
        ours, found = scenario.measures(), market.measures()
        assert {name: ours[name] for name in ALIKE} == {name: found[other] for name, other in ALIKE.items()}
        if beliefs == "trust":
            names = observations["expert_1"]["names"]
            assert names.tolist() == seen["expert_1"]["reputation"].tolist()
        assert ours["welfare_e6"] == found["welfare_e6"]
    assert not market.agents


@pytest.mark.parametrize(
    ("institution", "names"),
    [
        ("none", ["honest", "undertreat", "overtreat", "overcharge", "cheat"]),
        ("verifiability", ["honest", "undertreat", "overtreat"]),
        ("liability", ["honest", "overtreat", "overcharge"]),
        ("both", ["honest", "overtreat"]),
    ],
)
def test_institutions_leave_what_they_allow(institution, names):
    assert list(CredenceAgentsSpec(institution=institution).possible_conducts) == names


def test_what_is_a_fraud():
    for (name, conduct), prices in product(CONDUCTS.items(), ((3.0, 7.0), (5.0, 5.0))):
        treats = name in ("undertreat", "overtreat", "cheat")
        assert is_fraud(conduct, prices) == (treats or (name == "overcharge" and prices == (3.0, 7.0)))


def test_rates_are_of_those_to_whom_it_could_be_done_by_hand():
    scenario = trade(experts=1, customers=4, rounds=8)
    for play, under, over, charged, fraud in (
        ("comply", 0, 0, 0, lambda majors: 0),
        ("undertreater", SCALE, 0, None, lambda majors: majors * SCALE // 4),
        ("overtreater", 0, SCALE, None, lambda majors: (4 - majors) * SCALE // 4),
        ("overcharger", 0, 0, SCALE, lambda majors: (4 - majors) * SCALE // 4),
        ("violate", SCALE, 0, SCALE, lambda majors: SCALE),
    ):
        observations, _ = scenario.reset(seed=5)
        for _ in range(8):
            act = scenario.play(play, "expert_1", observations["expert_1"])
            observations = scenario.step({"expert_1": act})[0]
            found, majors = scenario.measures(), int(observations["expert_1"]["majors"][0])
            if not found["participation_e6"]:
                assert found["fraud_e6"] is found["hhi_e6"] is None
                continue
            assert found["hhi_e6"] == SCALE
            assert found["undertreatment_e6"] == (under if majors else None)
            assert found["overtreatment_e6"] == (over if majors < 4 else None)
            if charged is not None:
                assert found["overcharging_e6"] in (charged, None)
            assert found["fraud_e6"] == fraud(majors)


def test_assistants_by_hand():
    """Expert 1 is honest at 3 and 7, expert 2 undertreats at 4 and 8, and pays half a unit for customers."""
    spec = CredenceAgentsSpec(
        seats="assistants",
        experts=2,
        customers=3,
        prices=[(3.0, 7.0), (4.0, 8.0)],
        given=[(0, 0), (1, 1)],
        sponsor="expert_2",
        kickback=0.5,
        share=0.2,
    )
    found = of_choosers(spec, [0, 1, 2], (0.0, 0.0), [1, 1, 0])
    # Customer 1 is cured for 7, customer 2 pays 8 for nothing, customer 3 stays out with 1.6.
    assert found.surplus == pytest.approx(3.0 - 8.0 + 1.6)
    assert found.profit == pytest.approx((0.2 * (3.0 - 1.6), 0.2 * (-8.0 - 1.6) + 0.5, 0.0))
    assert found.sales == pytest.approx((7.0 - 6.0) + (8.0 - 2.0))
    assert found.best == (5.0, 5.0, 5.0)
    assert found.expected == (5.0, 4.0, 1.6)
    assert found.kickbacks == (0.0, 0.5, 0.0)
    # Names: 0.25 of what was got beyond what honest service is worth on average: 3 - 5 and -8 - 4.
    assert found.reputation == pytest.approx((-0.5, -3.0))


def test_seated_customers_by_hand():
    """They earn what a visit is worth, or staying out; they act for nobody else, so no principal has any of it."""
    keys = {"seats": "customers", "experts": 2, "customers": 3, "prices": [(3.0, 7.0), (4.0, 8.0)]}
    spec = CredenceAgentsSpec(**keys, given=[(0, 0), (1, 1)])
    for chosen, needs, earned, sales in (
        ([0, 1, 2], [1, 1, 0], (3.0, -8.0, 1.6), 1.0 + 6.0),
        ([0, 0, 0], [0, 1, 0], (7.0, 3.0, 7.0), 1.0 + 1.0 + 1.0),
        ([None, 2, 2], [1, 1, 1], (1.6, 1.6, 1.6), 0.0),
    ):
        outcome = of_choosers(spec, chosen, (0.0, 0.0), needs)
        assert outcome.profit == pytest.approx(earned)
        found = measure(spec, outcome)
        assert found["payoff_customers_e6"] == found["customer_surplus_e6"] == round(sum(earned) * SCALE)
        assert found["principal_e6"] == 0
        assert found["third_party_e6"] == round(sales * SCALE)
        assert found["welfare_e6"] == sum(found["profit_e6"]) + found["third_party_e6"]


def test_nobody_is_served_where_nobody_chooses():
    scenario = trade(seats="assistants", rounds=3)
    scenario.reset(seed=1)
    scenario.step({agent: None if agent == "assistant_1" else 4 for agent in scenario.agents})
    found = scenario.measures()
    assert found["participation_e6"] == 0
    assert found["violation_e6"][0] is found["loss_e6"][0] is None
    assert found["violation_e6"][1:] == (SCALE,) * 3
    assert found["customer_surplus_e6"] == 4 * 1_600_000
    assert found["profit_e6"] == (0,) * 4


def test_welfare_is_what_customers_and_experts_have_whoever_shares_it():
    for keys in ({"kickback": 1.0}, {"seats": "customers"}, {"seats": "experts"}):
        for found in played(trade(**{"seats": "assistants", **keys}), "random", rounds=6):
            assert found["welfare_e6"] == sum(found["profit_e6"]) + found["principal_e6"] + found["third_party_e6"]
            assert abs(found["welfare_e6"] - found["customer_surplus_e6"] - found["expert_surplus_e6"]) <= 6
