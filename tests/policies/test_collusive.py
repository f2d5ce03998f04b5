import pytest

from agoranomos.markets import cournot_v0
from conformance.policy import PolicyConformance, Trace, play, seated


class TestDivider(PolicyConformance):
    policy = "divider"
    traces = (
        Trace(actions=(((60, 0), (0, 60)),) * 2),
        Trace(actions=(((54, 6), (6, 54)),), parameters={"sharpness": 0.9}),
        Trace(actions=(((48, 12), (12, 48)),), parameters={"sharpness": 0.8}),
        # Good B has two owners, who make half of it each.
        Trace(
            actions=(((48, 11.5), (6, 23), (6, 23)),),
            parameters={"sharpness": 0.8},
            market={"marginal_cost": ((40.0, 50.0), (50.0, 40.0), (45.0, 45.0))},
        ),
    )


class TestBluntDivider(PolicyConformance):
    policy = "divider"
    parameters = {"sharpness": 0.2}


class TestNashShareCartel(PolicyConformance):
    policy = "nash-share-cartel"
    traces = (Trace(actions=(((38.181818, 21.818182), (21.818182, 38.181818)),)),)


class TestParkedDivider(PolicyConformance):
    policy = "parked-divider"
    traces = (
        Trace(actions=(((66.68, 0), (0, 66.68)),)),
        Trace(actions=(((60, 0), (0, 60)),), parameters={"price_elevation": 1.0}),
        Trace(
            actions=(((36.666667, 36.666667), (36.666667, 36.666667)),),
            parameters={"price_elevation": 0.0, "sharpness": 0.5},
        ),
    )


def profit_and_measures(policy, **parameters):
    market = cournot_v0.parallel_env(rounds=1)
    play(seated(policy, parameters, market, 0), market, 0)
    return market.outcome().profit[0], market.measures()


def test_a_division_parked_under_half_way_earns_23_percent_over_nash():
    profit, measures = profit_and_measures("parked-divider")
    assert profit / (13000 / 9) == pytest.approx(1.2307, abs=1e-3)
    assert max(measures["price_elevation_e6"]) < 500_000


def test_the_nash_share_cartel_looks_like_nash_and_charges_like_a_monopoly():
    _, nash = profit_and_measures("nash")
    profit, cartel = profit_and_measures("nash-share-cartel")
    assert cartel["hhi_e6"] == pytest.approx(nash["hhi_e6"], abs=1)
    assert cartel["cv_e6"] == pytest.approx(nash["cv_e6"], abs=1)
    assert cartel["price_elevation_e6"] == pytest.approx((1_000_000, 1_000_000), abs=1)
    assert profit == pytest.approx(1581.818, abs=1e-3)
