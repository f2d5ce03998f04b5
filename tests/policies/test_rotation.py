import pytest

from conformance.policy import COURNOT, PolicyConformance, Setting, Trace, play, seated
from policies.general import DILEMMA, GENERAL_MARKETS, PRICES

THREE = Setting(COURNOT, {"marginal_cost": ((40.0,), (40.0,), (40.0,)), "capacity": 200.0})


class TestRotation(PolicyConformance):
    policy = "rotation"
    markets = GENERAL_MARKETS
    traces = (
        Trace(actions=(((1,), (0,)), ((0,), (1,)), ((1,), (0,))), factory=DILEMMA, states=("fined",)),
        # The rival makes way at its highest price; the best reply to 6 is 4.
        Trace(actions=(((4,), (6,)), ((6,), (4,))), factory=PRICES),
        Trace(
            actions=(((1,), (0,)), ((1,), (0,)), ((0,), (1,)), ((0,), (1,)), ((1,), (0,))),
            factory=DILEMMA,
            parameters={"turn": 2},
        ),
    )


def test_one_firm_at_a_time_has_a_cournot_market_to_itself():
    """Alone it would make 60; the nearest on its menu is what it makes in the competitive benchmark, 40."""
    market = THREE(6)
    played = play(seated("rotation", {}, market, 0), market, 0)
    assert played == [
        tuple((pytest.approx(40.0),) if i == number % 3 else (0.0,) for i in range(3)) for number in range(6)
    ]
