"""When the truth pays, and what chance reports come to: against arithmetic of its own."""

from fractions import Fraction
from itertools import product

import pytest

from agoranomos.scenarios.die_roll import DieRollSpec, Terms
from agoranomos.scenarios.die_roll.payoffs import outcome
from agoranomos.scenarios.die_roll.theory import mean_over_rolls, random_reports

FACES = range(1, 7)


def spec(**fields):
    return DieRollSpec(**fields)


def test_the_truth_is_reported_3_5_on_average_and_always_six_6():
    assert mean_over_rolls(lambda roll: Fraction(roll)) == Fraction(7, 2)
    assert mean_over_rolls(lambda roll: Fraction(6 - roll)) == Fraction(5, 2)
    assert mean_over_rolls(lambda roll: Fraction(min(roll + 1, 6) - roll)) == Fraction(5, 6)


def test_chance_reports_by_enumeration_of_all_36_pairs():
    pairs = list(product(FACES, FACES))
    expected = {
        "over": (lambda roll, report: Fraction(report - roll), Fraction(0)),
        "honest": (lambda roll, report: Fraction(report == roll), Fraction(1, 6)),
        "six that was none": (lambda roll, report: Fraction(report == 6 != roll), Fraction(5, 36)),
        "upwards": (lambda roll, report: Fraction(max(report - roll, 0)), Fraction(35, 36)),
        "squared": (lambda roll, report: Fraction((report - roll) ** 2), Fraction(35, 6)),
    }
    for of, value in expected.values():
        assert random_reports(of) == value == Fraction(sum(of(*pair) for pair in pairs)) / 36
    assert random_reports(lambda roll, report: (Fraction(report) - Fraction(7, 2)) ** 2) == Fraction(35, 12)


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("cents", [1.0, 2.5])
@pytest.mark.parametrize("fine", [0.0, 0.3, 2.0, 10.0])
def test_the_threshold_is_where_the_best_misreport_is_worth_what_the_truth_is(share, cents, fine):
    for roll in FACES:
        terms = Terms.of(spec(share=share, cents=cents, check={"probability": 0.0, "fine": fine}))
        at = terms.threshold(roll)
        gain = Fraction(str(share)) * Fraction(str(cents)) * (6 - roll)
        assert at * (gain + Fraction(str(fine))) == gain
        for chance, truthful in ((at, True), (at * Fraction(999, 1000), roll == 6), (at + (1 - at) / 1000, True)):
            there = Terms(terms.worth, terms.fine, chance, reads=True)
            assert (there.best(roll) == roll) is truthful
            if not truthful:
                assert there.best(roll) == 6
            if chance == at:
                assert there.expected(roll, 6) == there.expected(roll, roll)


@pytest.mark.parametrize("chance", [Fraction(0), Fraction(1, 7), Fraction(1, 2), Fraction(5, 9), Fraction(1)])
@pytest.mark.parametrize("fine", [0.0, 2.0])
def test_what_is_expected_is_the_mean_of_what_is_paid(chance, fine):
    """The formula, against payoffs of whole rounds, looked at and not."""
    file = spec(check={"probability": 0.0, "fine": fine})
    terms = Terms(Fraction(1, 2), Fraction(str(fine)), chance, reads=True)
    for roll, report in product(FACES, FACES):
        looked, unseen = (outcome(file, roll, report, 0, looked=look).agent for look in (True, False))
        assert terms.expected(roll, report) == chance * looked + (1 - chance) * unseen


def test_levels_of_a_check_are_held_against_the_threshold_of_a_one():
    at = Fraction(5, 2) / (Fraction(5, 2) + 2)
    for level, chance in {"none": Fraction(0), "half": at / 2, "threshold": at, "above": (1 + at) / 2}.items():
        terms = Terms.of(spec(check={"probability": level, "fine": 2.0}))
        assert terms.chance == chance
        assert [terms.best(roll) == roll for roll in FACES] == [
            roll == 6 or chance >= Fraction(6 - roll, 2) / (Fraction(6 - roll, 2) + 2) for roll in FACES
        ]


def test_nothing_to_gain_leaves_the_truth():
    for fields in ({"share": 0.0}, {"cents": 0.0}, {"routes": {"report": ("principal",)}}):
        terms = Terms.of(spec(**fields))
        assert [terms.best(roll) for roll in FACES] == list(FACES)


def test_a_payer_who_is_given_the_roll_finds_every_misreport():
    terms = Terms.of(spec(routes={"roll": ("agent", "payer")}, check={"probability": 0.0, "fine": 1.0}))
    assert terms.chance == 1
    assert [terms.best(roll) for roll in FACES] == list(FACES)
