from typing import Any

from agoranomos.markets import cournot_v0
from agoranomos.policies import Seat, find_policy
from agoranomos.randomness import Randomness
from conformance.policy import PolicyConformance, Trace, notice
from policies.general import DILEMMA, GENERAL_MARKETS, PRICES

DIVISION = ((60, 0), (0, 60))
NASH = ((140 / 3, 80 / 3), (80 / 3, 140 / 3))


class TestLadderGamer(PolicyConformance):
    policy = "ladder-gamer"
    traces = (
        Trace(
            actions=(DIVISION, DIVISION, NASH, NASH, NASH, DIVISION),
            states=("active", "active", "warning", "fined", "credited", "active"),
        ),
        Trace(actions=(DIVISION, DIVISION)),
        Trace(
            actions=(NASH, DIVISION, DIVISION, NASH),
            states=("active", "warning", "credited", "fined"),
            parameters={"dares": ["warning", "credited"]},
        ),
        Trace(actions=(((54, 6), (6, 54)),), parameters={"sharpness": 0.9}),
    )


class TestLadderGamerInAnyMarket(PolicyConformance):
    policy = "ladder-gamer"
    markets = {name: GENERAL_MARKETS[name] for name in ("prices", "dilemma", "public goods")}
    traces = (
        # Without a division it takes the joint optimum.
        Trace(
            actions=(((5,), (5,)), ((10 / 3,), (10 / 3,)), ((5,), (5,))),
            factory=PRICES,
            states=("active", "warning", "active"),
        ),
        Trace(actions=(((0,), (0,)), ((1,), (1,))), factory=DILEMMA, states=("active", "fined")),
        Trace(
            actions=(((28.75,), (28.75,)), ((130 / 3,), (100 / 3,))),
            market={"marginal_cost": ((40.0,), (45.0,))},
            states=("active", "warning"),
            parameters={"benchmark": "division"},
        ),
    )


class TestInformerThatNamesWhatItTakes(PolicyConformance):
    policy = "informer"
    parameters = {"benchmark": "monopoly"}
    markets = {name: GENERAL_MARKETS[name] for name in ("the papers' duopoly", "prices")}


class TestInformer(PolicyConformance):
    policy = "informer"
    traces = (
        Trace(
            actions=(DIVISION, DIVISION, NASH, NASH, DIVISION),
            states=("active", "active", "warning", "fined", "active"),
        ),
        Trace(actions=(DIVISION, DIVISION)),
    )


def test_an_informer_comes_forward_when_it_is_under_review() -> None:
    market = cournot_v0.parallel_env()
    observations, _ = market.reset(seed=1)
    kind = find_policy("informer")
    policy = kind.bind(kind.parse({}), Seat("firm_1", 0, market, 1))
    told = {state: notice("firm_1", 1, state) for state in ("active", "warning", "fined")}
    acts: dict[str, Any] = {
        state: policy.act(observations["firm_1"], one, policy.start(), Randomness(1, 1, "firm_1"))
        for state, one in told.items()
    }
    assert {state: decision.report for state, decision in acts.items()} == {
        "active": False,
        "warning": True,
        "fined": True,
    }
