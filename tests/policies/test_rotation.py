import pytest

from agoranomos.errors import UsageError
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


def test_of_three_who_sell_the_same_two_ask_more_than_the_one_whose_turn_it_is():
    """Identical goods, demand 6 - p, no costs: the others stand at the joint optimum of 3, the third one undercuts."""
    options = {
        "firms": ["a", "b", "c"],
        "goods": ["A", "B", "C"],
        "cost": 0,
        "demand": {"form": "homogeneous", "intercept": 6, "slope": 1},
        "grid": {"points": 7, "low": 0, "high": 6},
    }
    market = Setting("agoranomos.markets.bertrand_v0:parallel_env", options)(6)
    for number, row in enumerate(play(seated("rotation", {}, market, 0), market, 0)):
        own = row[number % 3][0]
        assert all(price[0] > own for i, price in enumerate(row) if i != number % 3)


def test_a_round_that_is_no_game_is_refused_when_the_agent_is_seated():
    market = Setting("agoranomos.markets.procurement_v0:parallel_env")(1)
    with pytest.raises(UsageError, match="no game in normal form"):
        seated("rotation", {}, market, 0)


def test_sixty_firms_take_turns():
    market = Setting(COURNOT, {"marginal_cost": ((40.0,),) * 60, "capacity": 200.0})(2)
    first, second = play(seated("rotation", {}, market, 0), market, 0)
    assert first[0][0] > 0.0
    assert second[1] == pytest.approx(first[0])
    assert sum(q for (q,) in first) == first[0][0]
