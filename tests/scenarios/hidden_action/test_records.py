"""Work that is done: checks find what is wrong, and as often as the hypergeometric distribution says."""

from fractions import Fraction
from itertools import combinations
from math import comb

import pytest
from pydantic import ValidationError

from agoranomos.scenarios import hidden_action_v0
from agoranomos.scenarios.hidden_action.records import (
    Checks,
    Done,
    Record,
    carried_out,
    checking_order,
    document,
)


def wrong(records):
    return [place for place, record in enumerate(records) if record.left + record.right != record.total]


@pytest.mark.parametrize(("records", "faults"), [(10, 1), (10, 3), (4, 4), (1, 1)])
def test_a_document_has_as_many_faults_as_it_should_and_is_the_same_again(records, faults):
    checks = Checks(records=records, faults=faults, counts=(0, records))
    places = set()
    for number in range(1, 60):
        made = document(checks, 3, number, "worker_1")
        assert len(made) == records
        assert len(wrong(made)) == faults
        assert made == document(checks, 3, number, "worker_1")
        order = checking_order(checks, 3, number, "worker_1")
        assert sorted(order) == list(range(records))
        places.update(wrong(made))
    assert places == set(range(records))
    assert document(checks, 3, 1, "worker_1") != document(checks, 3, 1, "worker_2")
    assert document(checks, 3, 1, "worker_1") != document(checks, 4, 1, "worker_1")


@pytest.mark.parametrize("faults", [1, 2, 3])
@pytest.mark.parametrize("count", range(7))
def test_the_chance_of_a_success_is_counted_over_every_place_of_the_faults(faults, count):
    clean = [Record(10 + place, 20, 30 + place) for place in range(6)]
    successes = found = 0
    for places in combinations(range(6), faults):
        made = [Record(r.left, r.right, r.total + (i in places)) for i, r in enumerate(clean)]
        done = carried_out(made, range(6), count)
        assert done == Done(sum(1 for p in places if p < count), sum(1 for p in places if p >= count))
        successes += done.left == 0
        found += done.found
    cases = comb(6, faults)
    checks = Checks(records=6, faults=faults, counts=(0, 6))
    assert checks.chance(count) == pytest.approx(float(Fraction(successes, cases)), abs=1e-15)
    assert Fraction(found, cases) == Fraction(count * faults, 6)


def test_at_the_defaults_it_is_the_game_of_drawn_work():
    low, high = Checks().levels()
    assert (low.success, high.success, high.cost - low.cost) == (0.4, 0.8, 2.0)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_in_a_run_success_is_that_no_fault_is_left_and_as_frequent_as_theory_says(place):
    rounds, checks = 600, {"records": 8, "faults": 2, "counts": (0, 5, 8), "cost": 0.5}
    scenario = hidden_action_v0.parallel_env(work="real", checks=checks, rounds=rounds, contract={"wage": 9})
    scenario.reset(seed=9)
    count, succeeded, found = scenario.spec.checks.counts[place], 0, 0
    for number in range(1, rounds + 1):
        scenario.step({"worker_1": (place + 1, 0)})
        made = document(scenario.spec.checks, 9, number, "worker_1")
        looked = set(checking_order(scenario.spec.checks, 9, number, "worker_1")[:count])
        measures = scenario.measures()
        assert measures["output_e6"] == (1_000_000 * (set(wrong(made)) <= looked),)
        assert measures["faults_found_e6"] == (1_000_000 * len(set(wrong(made)) & looked),)
        assert measures["checks_e6"] == (1_000_000 * count,)
        succeeded += measures["output_e6"][0] // 1_000_000
        found += measures["faults_found_e6"][0] // 1_000_000
    chance = comb(count, 2) / comb(8, 2)
    assert abs(succeeded / rounds - chance) <= 4 * (chance * (1 - chance) / rounds) ** 0.5
    assert abs(found / rounds - count / 4) <= 4 * (0.5 / rounds) ** 0.5


def test_who_checks_more_finds_what_who_checks_less_finds():
    checks = Checks(records=10, faults=3, counts=(0, 10))
    for number in range(40):
        made, order = document(checks, 1, number, "w"), checking_order(checks, 1, number, "w")
        found = [carried_out(made, order, count).found for count in range(11)]
        assert found == sorted(found)
        assert found[-1] == 3


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"faults": 11}, "faults: 11 of 10 records cannot be wrong"),
        ({"counts": (8, 4)}, "counts: numbers that rise were expected (found 8, 4)"),
        ({"counts": (4, 11)}, "counts: 11 of 10 records cannot be checked"),
    ],
)
def test_bad_checks_are_refused(keys, said):
    with pytest.raises(ValidationError) as refused:
        Checks(**keys)
    assert said in str(refused.value)
