import pytest

from conformance.policy import PolicyConformance, Trace
from policies.general import DILEMMA, GENERAL_MARKETS, PRICES, against

NASH = (pytest.approx(10 / 3),)


class TestGrimTrigger(PolicyConformance):
    policy = "grim-trigger"
    markets = GENERAL_MARKETS
    traces = (
        Trace(actions=(((0,), (0,)),) * 3, factory=DILEMMA, states=("fined",)),
        Trace(actions=(((5,), (5,)),) * 3, factory=PRICES),
        Trace(actions=(((60, 0), (0, 60)),) * 3),
    )


def test_one_price_cut_is_punished_for_ever():
    played = against("grim-trigger", {}, GENERAL_MARKETS["prices"], [[[p]] for p in (5.0, 4.0, 5.0, 5.0, 6.0)])
    assert played == [(5.0,), (5.0,), NASH, NASH, NASH]


def test_its_own_slip_counts_as_one():
    played = against("grim-trigger", {}, GENERAL_MARKETS["prices"], [[[5.0]]] * 4, own={1: [3.0]})
    assert played == [(5.0,), (5.0,), NASH, NASH]


def test_an_institution_may_watch_and_nothing_changes():
    played = against(
        "grim-trigger", {}, GENERAL_MARKETS["dilemma"], [[[0.0]]] * 3, fines=(0, 9, 9), states=("fined",) * 3
    )
    assert played == [(0.0,)] * 3


def test_where_cooperation_is_punishment_nothing_is_ever_betrayed():
    played = against("grim-trigger", {"cooperate": "nash"}, GENERAL_MARKETS["prices"], [[[0.0]]] * 3)
    assert played == [NASH] * 3
