import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0
from conformance.policy import PolicyConformance, Trace, seated
from policies.general import DILEMMA, GENERAL_MARKETS, PRICES

DIVISION = ((60, 0), (0, 60))
TOP = 21.818182
"""The most of the rival's good that the menu has between nothing and Nash: its part of the monopoly at Nash shares."""


class TestMenuBestResponse(PolicyConformance):
    policy = "menu-best-response"
    markets = GENERAL_MARKETS
    traces = (
        # Against 60 and nothing of the other good the best reply is (60, 20); the menu has 21.82.
        Trace(actions=(DIVISION, ((60, TOP), (TOP, 60)))),
        # The best reply to 5 is 3.75, to 4 it is 3.5; the menu has 10/3 and 4.
        Trace(actions=(((5,), (5,)), ((4,), (4,)), ((10 / 3,), (10 / 3,)), ((10 / 3,), (10 / 3,))), factory=PRICES),
        Trace(actions=(((0,), (0,)), ((1,), (1,)), ((1,), (1,))), factory=DILEMMA, states=("fined",)),
        Trace(actions=(((10 / 3,), (10 / 3,)),) * 2, factory=PRICES, parameters={"start": "nash"}),
    )


class TestMenuBestResponseFromAnywhere(PolicyConformance):
    policy = "menu-best-response"
    parameters = {"start": "random"}
    markets = {"prices": GENERAL_MARKETS["prices"]}


def test_a_start_that_is_no_benchmark_is_refused_with_the_nearest_one():
    with pytest.raises(UsageError, match="Did you mean 'monopoly'"):
        seated("menu-best-response", {"start": "monopole"}, cournot_v0.parallel_env(), 0)


def test_a_market_without_a_joint_optimum_asks_for_a_benchmark():
    market = GENERAL_MARKETS["prices"](1)
    market._known.pop("monopoly")
    with pytest.raises(UsageError, match=r"plays no joint optimum \(monopoly or efficient\)\n.*Name a benchmark"):
        seated("menu-best-response", {}, market, 0)
    assert seated("menu-best-response", {"start": "nash"}, market, 0)
