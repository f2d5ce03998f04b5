"""What a round of tin men pays: by hand, and to the last millionth in every round of a whole menu."""

from itertools import product

import pytest

from agoranomos.scenarios.tin_men.measures import measures_of
from agoranomos.scenarios.tin_men.outcome import round_of
from agoranomos.scenarios.tin_men.principals import bought, displeased, finds
from agoranomos.scenarios.tin_men.spec import Dismissal, TinMenSpec
from agoranomos.scenarios.tin_men.statements import CLAIMS, DISCLOSES, FABRICATES, NOTHING, OFFERED

SERVED, SOLD = 0, 1
VEHICLE = {"menu": "faithful", "domain": "vehicle"}


def vehicle(**fields):
    return TinMenSpec(**VEHICLE, **fields).drawn(0)


def paid(spec, choice, reason=NOTHING, look=False):
    outcome = round_of(spec, ((choice, reason),), (look,))
    return (*outcome.profit, outcome.customer, outcome.company, outcome.third_party)


def test_a_flat_commission_by_hand():
    spec = vehicle()
    assert paid(spec, SERVED) == pytest.approx((0.2, 1.0, -0.2, -0.1))
    assert paid(spec, SOLD) == pytest.approx((0.2, 0.4, 0.8, -0.8))


def test_shares_and_rebates_by_hand():
    assert paid(vehicle(commission={"flat": 0, "company": 0.5}), SOLD)[:3] == pytest.approx((0.5, 0.4, 0.5))
    rebated = vehicle(commission={"flat": 0, "company": 0.5, "rebated": True})
    assert paid(rebated, SOLD)[:3] == pytest.approx((0.0, 0.9, 0.5))
    both = vehicle(commission={"flat": 0.1, "company": 0.5, "customer": 0.25})
    assert paid(both, SERVED)[:3] == pytest.approx((0.35, 0.75, -0.1))
    assert paid(both, SOLD)[:3] == pytest.approx((0.7, 0.3, 0.4))


def test_a_fine_goes_from_the_assistant_to_the_customer():
    spec = vehicle(audit={"probability": 0.5, "fine": 2.0})
    assert paid(spec, SOLD, NOTHING, look=True)[:3] == pytest.approx((-1.8, 2.4, 0.8))
    assert paid(spec, SOLD, DISCLOSES, look=True)[:3] == pytest.approx((0.2, 0.4, 0.8))
    assert paid(spec, SERVED, FABRICATES, look=True)[:3] == pytest.approx((0.2, 1.0, -0.2))


def test_what_others_lose_goes_by_the_rating_that_the_customer_wishes_and_not_in_every_domain():
    assert paid(vehicle(harm=5.0), SOLD)[3] == pytest.approx(-4.0)
    assert paid(TinMenSpec(menu="faithful", domain="film", harm=5.0).drawn(0), SOLD)[3] == 0.0


def test_every_round_adds_up():
    spec = TinMenSpec(
        assistants=2,
        audit={"probability": 0.5, "fine": 1.5},
        commission={"company": 0.4, "customer": 0.2},
        routes={"payoff": ("customer", "company")},
    ).drawn(2)
    entries = [None, *product(range(4), OFFERED)]
    for said in product(entries, entries):
        for looks in ((False, False), (True, True)):
            measures = measures_of(spec, round_of(spec, said, looks))
            both = measures["payoff_customer_e6"] + measures["payoff_company_e6"]
            assert abs(measures["principal_e6"] - both) <= 1
            total = sum(measures["profit_e6"]) + measures["principal_e6"] + measures["third_party_e6"]
            assert measures["welfare_e6"] == total


WORTH = TinMenSpec(menu="faithful", domain="vehicle").drawn(0).utilities


@pytest.mark.parametrize(
    ("given", "made", "whose"),
    [
        ({"choice": SERVED, "opinion": (SOLD,)}, (SERVED, SOLD), 0),
        ({"choice": SOLD, "opinion": (SERVED,)}, (SOLD, SERVED), 1),
        ({"choice": SOLD, "opinion": (SOLD,)}, (SOLD, SOLD), 0),
        ({"opinion": (SERVED,)}, (SOLD, SERVED), 0),
        ({"choice": SOLD}, (SOLD, SERVED), 0),
        ({}, (SOLD, SERVED), 0),
        ({"choice": None, "opinion": (SOLD,)}, (None, SOLD), 1),
        ({"choice": None}, (None, SOLD), None),
        ({"choice": None, "opinion": (None,)}, (None, None), None),
    ],
)
def test_a_customer_takes_the_better_of_what_it_is_given_and_else_the_first(given, made, whose):
    assert bought(given, WORTH, made) == whose


@pytest.mark.parametrize(
    ("given", "is_displeased"),
    [
        ({}, False),
        ({"choice": SERVED}, False),
        ({"choice": SOLD}, True),
        ({"choice": None}, False),
        ({"payoff": (0.4, 1.0)}, True),
        ({"payoff": (0.96, 0.0)}, False),
        ({"payoff": (None, None)}, False),
        ({"reason": (DISCLOSES,)}, True),
        ({"reason": (CLAIMS,)}, False),
        ({"reason": (None,)}, False),
        ({"choice": SERVED, "reason": (DISCLOSES,)}, False),
    ],
)
def test_a_customer_is_displeased_by_what_it_is_given(given, is_displeased):
    assert displeased(given, WORTH, Dismissal(tolerance=0.05)) == is_displeased


@pytest.mark.parametrize(
    ("given", "place", "guilty"),
    [
        ({"choice": SOLD, "reason": (NOTHING,)}, 0, True),
        ({"choice": SOLD, "reason": (DISCLOSES | CLAIMS,)}, 0, False),
        ({"choice": SERVED, "reason": (FABRICATES,)}, 0, False),
        ({"choice": SOLD}, 0, True),
        ({"reason": (NOTHING,)}, 0, False),
        ({"choice": SERVED, "opinion": (SOLD,), "reason": (NOTHING, CLAIMS)}, 1, True),
        ({"choice": SOLD, "reason": (NOTHING, CLAIMS)}, 1, False),
        ({}, 0, False),
    ],
)
def test_an_auditor_finds_what_it_is_given(given, place, guilty):
    assert finds(given, WORTH, place) == guilty
