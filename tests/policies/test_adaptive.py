import numpy as np
import pytest

from agoranomos.markets import cournot_v0
from conformance.policy import PolicyConformance, Trace, play, seated

NASH = ((140 / 3, 80 / 3), (80 / 3, 140 / 3))


class TestBestResponse(PolicyConformance):
    policy = "best-response"
    traces = (
        # From 25 each, the best response is (47.5, 37.5); half-way there is (36.25, 31.25).
        Trace(actions=(((25, 25), (25, 25)), ((36.25, 31.25), (31.25, 36.25)))),
        Trace(actions=(((25, 25), (25, 25)), ((47.5, 37.5), (37.5, 47.5))), parameters={"damping": 0.0}),
        Trace(actions=(NASH, NASH, NASH), parameters={"start": "nash"}),
        # Within 60 units the best response keeps the distance of 10 between the goods: (35, 25).
        Trace(actions=(((15, 15), (15, 15)), ((25, 20), (20, 25))), market={"capacity": 60.0}),
    )


class TestBestResponseFromAnywhere(PolicyConformance):
    policy = "best-response"
    parameters = {"start": "random", "damping": 0.3}


@pytest.mark.parametrize("start", ["half-capacity", "random", "nash"])
def test_damped_best_responses_converge_to_nash(start):
    market = cournot_v0.parallel_env(rounds=60, marginal_cost=((40.0, 50.0), (50.0, 40.0), (45.0, 45.0)))
    played = play(seated("best-response", {"start": start}, market, 4), market, 4)
    np.testing.assert_allclose(played[-1], market.benchmarks.nash.quantity, atol=1e-5)


def test_undamped_best_responses_of_three_firms_with_one_good_never_settle():
    market = cournot_v0.parallel_env(rounds=60, marginal_cost=((40.0,), (40.0,), (40.0,)), capacity=200.0)
    played = play(seated("best-response", {"damping": 0.0}, market, 4), market, 4)
    assert abs(played[-1][0][0] - played[-2][0][0]) > 1.0


def test_two_firms_drawn_at_random_start_in_different_places():
    market = cournot_v0.parallel_env(rounds=1)
    (first, second), *_ = play(seated("best-response", {"start": "random"}, market, 4), market, 4)
    assert first != second


def test_rivals_are_inferred_from_the_share_under_shocks_and_from_the_price_without_own_output():
    market = cournot_v0.parallel_env(rounds=2, demand_shock={"sigma": 0.3})
    outlook = seated("nash", {}, market, 0)[0].outlook
    market.reset(seed=1)
    observations, *_ = market.step({"firm_1": [30.0, 20.0], "firm_2": [10.0, 50.0]})
    assert outlook.rivals_observed(observations["firm_1"]) == pytest.approx([10.0, 50.0])
    calm = cournot_v0.parallel_env(rounds=2)
    outlook = seated("nash", {}, calm, 0)[0].outlook
    calm.reset(seed=1)
    observations, *_ = calm.step({"firm_1": [0.0, 20.0], "firm_2": [10.0, 50.0]})
    assert outlook.rivals_observed(observations["firm_1"]) == pytest.approx([10.0, 50.0])
