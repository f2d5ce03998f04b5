"""Incentives, participation, first best and prizes, against arithmetic in fractions and all that can happen."""

from fractions import Fraction
from itertools import product

import pytest
from pydantic import ValidationError

from agoranomos.randomness import named_generator
from agoranomos.scenarios.hidden_action.contract import (
    Contract,
    best_reply,
    chance_of_prize,
    expected_pay,
    expected_profit,
    expected_utility,
    incentive_compatible,
    incentive_slack,
    participates,
    pay,
)
from agoranomos.scenarios.hidden_action.technology import FirstBest, Level, Technology, first_best, surplus

DEFAULT = Technology()
LOW, HIGH = 0, 1


def by_hand(contract, technology, level, wanted, others=()):
    """Expected pay as a sum over all that can happen, each draw on its own, in fractions."""
    exact = {name: Fraction(str(value)) for name, value in contract.model_dump().items()}
    chances = [Fraction(str(technology.levels[one].success)) for one in (level, *others)]
    inspected = exact["inspection"] if level < wanted else Fraction(0)
    total = Fraction(0)
    for caught, *outputs in product((False, True), *[(False, True)] * len(chances)):
        weight = inspected if caught else 1 - inspected
        for chance, succeeds in zip(chances, outputs, strict=True):
            weight *= chance if succeeds else 1 - chance
        share = Fraction(1, sum(outputs)) if outputs[0] else Fraction(0)
        for won, part in ((True, share), (False, 1 - share)):
            due = exact["bonus"] * outputs[0] + exact["prize"] * won
            due += -exact["fine"] if caught else exact["wage"]
            total += weight * part * max(due, -Fraction(str(technology.liability)))
    return total


def test_first_best_is_high_effort_with_a_surplus_of_14_against_8():
    assert first_best(DEFAULT) == FirstBest(HIGH, 14.0)
    assert surplus(DEFAULT, LOW) == 8.0


@pytest.mark.parametrize(
    ("terms", "slack"),
    [
        ({"bonus": 5}, 0.0),
        ({"bonus": 4.99}, -0.004),
        ({"wage": 5, "inspection": 0.4}, 0.0),
        ({"wage": 5, "inspection": 0.39}, -0.05),
        ({"wage": 5}, -2.0),
        ({"wage": 5, "bonus": 2.5, "inspection": 0.2}, 0.0),
        ({}, -2.0),
    ],
)
def test_the_incentive_constraint_at_the_defaults(terms, slack):
    contract = Contract(**terms)
    assert incentive_slack(contract, DEFAULT) == pytest.approx(slack, abs=1e-12)
    assert incentive_compatible(contract, DEFAULT) == (slack >= 0)


def instances(count):
    """Two levels and a contract, drawn, in decimals that fractions hold exactly."""
    draws = named_generator(11, "hidden-action-instances")
    for _ in range(count):
        low, high = sorted(draws.choice(101, size=2, replace=False).tolist())
        cost, wage, bonus, inspection, fine = draws.integers(1, 100, size=5).tolist()
        technology = Technology(
            levels=(
                Level(name="low", cost=0, success=low / 100),
                Level(name="high", cost=cost / 10, success=high / 100),
            ),
            liability=1000,
        )
        yield technology, Contract(wage=wage / 10, bonus=bonus / 10, inspection=inspection / 100, fine=fine / 10)


def test_the_general_formula_of_two_levels():
    # (p - q) b + m (w + f) - c, where fines can be paid.
    signs = set()
    for technology, contract in instances(300):
        exact = {name: Fraction(str(value)) for name, value in contract.model_dump().items()}
        low, high = technology.levels
        gain = (Fraction(str(high.success)) - Fraction(str(low.success))) * exact["bonus"]
        gain += exact["inspection"] * (exact["wage"] + exact["fine"]) - Fraction(str(high.cost))
        assert incentive_slack(contract, technology) == pytest.approx(float(gain), abs=1e-9)
        assert incentive_compatible(contract, technology) == (gain >= 0)
        better = HIGH if gain >= 0 else LOW
        worth = by_hand(contract, technology, better, HIGH) - Fraction(str(technology.levels[better].cost))
        assert best_reply(contract, technology) == (better if worth >= 0 else None)
        signs.add(gain >= 0)
    assert signs == {True, False}


THREE = Technology(
    levels=(
        Level(name="idle", cost=0, success=0.0),
        Level(name="some", cost=1, success=0.5),
        Level(name="all", cost=3, success=1.0),
    ),
    liability=2,
    outside_option=1,
)
CONTRACTS = [
    Contract(wage=wage, bonus=bonus, inspection=inspection, fine=fine, prize=prize)
    for wage, bonus, inspection, fine, prize in product((0, 3), (0, 4), (0, 0.25, 1), (0, 5), (0, 6))
]


@pytest.mark.parametrize("wanted", [1, 2])
@pytest.mark.parametrize("others", [(), (1,), (0, 2), (1, 1, 2)])
def test_expected_pay_is_that_of_all_that_can_happen(wanted, others):
    for contract, level in product(CONTRACTS, range(3)):
        exact = by_hand(contract, THREE, level, wanted, others)
        found = expected_pay(contract, THREE, level, wanted=wanted, others=others)
        assert found == pytest.approx(float(exact), abs=1e-12)
        chosen = THREE.levels[level]
        utility = expected_utility(contract, THREE, level, wanted=wanted, others=others)
        assert utility == pytest.approx(float(exact) - chosen.cost, abs=1e-12)
        profit = 20 * chosen.success - contract.inspection - float(exact)
        assert expected_profit(contract, THREE, level, wanted=wanted, others=others) == pytest.approx(profit, abs=1e-12)


@pytest.mark.parametrize("wanted", [1, 2])
def test_best_replies_and_participation_are_those_of_a_table(wanted):
    found = set()
    for contract in CONTRACTS:
        worth = [by_hand(contract, THREE, level, wanted) - Fraction(THREE.levels[level].cost) for level in range(3)]
        assert incentive_compatible(contract, THREE, wanted=wanted) == (worth[wanted] == max(worth))
        assert participates(contract, THREE, wanted=wanted) == (worth[wanted] >= 1)
        best = best_reply(contract, THREE, wanted=wanted)
        if max(worth) < 1:
            assert best is None
        else:
            assert worth[best] == max(worth)
            assert best == wanted or worth[wanted] < max(worth)
        found.add(best)
    assert {None, wanted} < found


@pytest.mark.parametrize("workers", [1, 2, 3, 8])
@pytest.mark.parametrize("level", [LOW, HIGH])
def test_the_prize_among_equals_has_a_closed_form(workers, level):
    succeeds = DEFAULT.levels[level].success
    closed = (1 - (1 - succeeds) ** workers) / (workers * succeeds)
    assert chance_of_prize(DEFAULT, (level,) * (workers - 1)) == pytest.approx(closed, abs=1e-12)


@pytest.mark.parametrize("liability", [0.0, 1.5])
def test_no_payment_falls_below_what_can_be_lost(liability):
    technology = Technology(liability=liability)
    contract = Contract(wage=3, bonus=2, fine=4, prize=1)
    assert pay(contract, technology, success=False, caught=False) == 3
    assert pay(contract, technology, success=True, caught=False, won=True) == 6
    assert pay(contract, technology, success=False, caught=True) == -liability
    assert pay(contract, technology, success=True, caught=True) == max(-2.0, -liability)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"levels": [{"name": "one", "cost": 0, "success": 0.5}]}, "at least 2"),
        (
            {"levels": [{"name": "a", "cost": 1, "success": 0.5}, {"name": "b", "cost": 1, "success": 0.6}]},
            "b comes after a; a higher cost and no lower chance of success",
        ),
        (
            {"levels": [{"name": "a", "cost": 1, "success": 0.5}, {"name": "a", "cost": 2, "success": 0.6}]},
            "two have the same name",
        ),
        ({"value": -1}, "greater than or equal to 0"),
    ],
)
def test_a_bad_technology_is_refused(keys, said):
    with pytest.raises(ValidationError) as refused:
        Technology(**keys)
    assert said in str(refused.value)


def test_a_level_that_there_is_not_is_refused():
    with pytest.raises(ValueError, match="no level 2 of effort; there are 2, counted from 0"):
        expected_pay(Contract(), DEFAULT, LOW, wanted=2)
