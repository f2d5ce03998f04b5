import pytest

from agoranomos.markets import cournot_v0
from conformance.policy import COURNOT, PolicyConformance, Setting, Trace
from policies.general import DILEMMA, GENERAL_MARKETS, PRICES, against

DIVISION = ((60, 0), (0, 60))
THREE = Setting(COURNOT, {"marginal_cost": ((40.0,), (40.0,), (40.0,)), "capacity": 200.0})


class TestTitForTat(PolicyConformance):
    policy = "tit-for-tat"
    markets = GENERAL_MARKETS
    traces = (
        Trace(actions=(((0,), (0,)),) * 3, factory=DILEMMA, states=("fined",)),
        Trace(actions=(((5,), (5,)),) * 3, factory=PRICES),
        Trace(actions=(DIVISION,) * 3),
        Trace(actions=(((10 / 3,), (10 / 3,)),) * 2, factory=PRICES, parameters={"cooperate": "nash"}),
    )


class TestTitForTatForTheDivision(PolicyConformance):
    policy = "tit-for-tat"
    parameters = {"cooperate": "division", "punish": "competitive", "tolerance": 0.1}


def test_it_does_what_the_rival_did_last():
    rivals = [[[k]] for k in (0.0, 1.0, 1.0, 0.0, 1.0, 0.0)]
    played = against("tit-for-tat", {}, GENERAL_MARKETS["dilemma"], rivals)
    assert played == [(0.0,), (0.0,), (1.0,), (1.0,), (0.0,), (1.0,)]


def test_a_price_counts_as_cut_from_half_way_to_nash_on_and_a_higher_one_never():
    rivals = [[[p]] for p in (4.2, 4.1, 6.0, 5.0)]
    played = against("tit-for-tat", {}, GENERAL_MARKETS["prices"], rivals)
    assert played == [(5.0,), (5.0,), (pytest.approx(10 / 3),), (5.0,)]
    strict = against("tit-for-tat", {"tolerance": 0.0}, GENERAL_MARKETS["prices"], rivals)
    assert strict == [(5.0,), (pytest.approx(10 / 3),), (pytest.approx(10 / 3),), (5.0,)]


def test_one_cheat_among_three_is_noticed_though_only_the_total_is_seen():
    """At the monopoly each makes 20, at Nash 30; 6 more from one of two rivals is more than half a step."""
    rivals = [[[20.0], [24.0]], [[20.0], [26.0]], [[20.0], [20.0]], [[30.0], [10.0]]]
    played = [quantity for (quantity,) in against("tit-for-tat", {}, THREE, rivals)]
    assert played == pytest.approx([20.0, 20.0, 30.0, 20.0])


def test_a_rival_that_takes_a_part_of_the_others_good_is_punished_and_forgiven():
    setting = GENERAL_MARKETS["the papers' duopoly"]
    rivals = [[[0.0, 60.0]], [[20.0, 60.0]], [[0.0, 60.0]], [[0.0, 50.0]]]
    played = against("tit-for-tat", {}, setting, rivals)
    nash = tuple(cournot_v0.parallel_env().play("nash", "firm_1", {}))
    assert played == [(60.0, 0.0), (60.0, 0.0), pytest.approx(nash), (60.0, 0.0)]
