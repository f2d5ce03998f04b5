"""The cheapest contract: formula, programmes and brute force agree, and each contract found keeps its worker."""

from dataclasses import replace
from math import isinf

import numpy as np
import pytest

from agoranomos.contracts import by_bound, closed_form, design, has_closed_form, is_feasible, search, why_infeasible
from agoranomos.scenarios.hidden_action.contract import best_reply, expected_pay
from contracts.brute import cheapest_on_grid, spends, works
from contracts.instances import drawn, problem_of, with_a_fixed_wage, with_bounds

TWO_LEVELS = [drawn(np.random.default_rng([9, seed]), 2) for seed in range(500)]
MORE_LEVELS = [drawn(np.random.default_rng([10, seed]), 3 + seed % 4) for seed in range(120)]
FIXED_WAGES = [with_a_fixed_wage(np.random.default_rng([14, seed])) for seed in range(300)]


def terms(contract):
    return contract.wage, contract.bonus, contract.inspection, contract.fine


def test_formula_and_linear_programmes_agree_on_500_instances():
    solved = 0
    for instance in TWO_LEVELS:
        problem = problem_of(instance)
        assert has_closed_form(problem)
        formula, found = closed_form(problem), search(problem)
        assert (formula is None) == (found is None) == (not is_feasible(problem)), instance
        if formula is not None and found is not None:
            solved += 1
            assert problem.cost(found) == pytest.approx(problem.cost(formula), abs=1e-9, rel=1e-9), instance
            assert works(instance, *terms(formula)), instance
            assert works(instance, *terms(found)), instance
    assert solved > 400


@pytest.mark.parametrize("instances", [TWO_LEVELS[::5], MORE_LEVELS], ids=["two levels", "three to six levels"])
def test_no_contract_of_a_fine_grid_is_cheaper_and_the_grid_comes_close(instances):
    gaps = []
    for instance in instances:
        problem = problem_of(instance)
        found = design(problem).contract
        on_grid = cheapest_on_grid(instance)
        if found is None:
            assert isinf(on_grid), instance
            continue
        assert works(instance, *terms(found)), instance
        cost = spends(instance, found.wage, found.bonus, found.inspection)
        assert cost == pytest.approx(problem.cost(found))
        assert cost <= on_grid + 1e-7, instance
        if not isinf(on_grid):
            gaps.append(on_grid - cost)
    assert len(gaps) > 0.7 * len(instances)
    assert np.median(gaps) < 0.25  # a cell of the grid is one unit of bonus


def test_with_a_fixed_wage_every_constraint_is_kept_and_no_contract_of_a_grid_is_cheaper():
    solved = refused = 0
    for instance in FIXED_WAGES:
        problem = problem_of(instance)
        assert problem.most_wage == problem.least_wage
        found = search(problem)
        on_grid = cheapest_on_grid(instance, inspections=11, bonuses=61, most_bonus=15.0)
        if found is None:
            assert not is_feasible(problem), instance
            assert isinf(on_grid), instance
            refused += 1
            continue
        solved += 1
        assert problem.keeps(found), instance
        assert works(instance, *terms(found)), instance
        assert best_reply(found, problem.technology, wanted=problem.wanted) == problem.wanted, instance
        assert problem.cost(found) <= on_grid + 1e-7, instance
    assert solved > 100
    assert refused > 30


def test_the_least_cost_at_each_bound_is_that_of_a_search_of_its_own():
    bounds = (0.9, 0.0, 1e-12, 0.15, 0.4, 1.0)
    for instance in MORE_LEVELS[:12]:
        problem = problem_of(instance)
        for bound, cost in by_bound(problem, bounds):
            alone = design(replace(problem, most_inspection=bound))
            assert cost == (None if alone.contract is None else pytest.approx(alone.cost, abs=1e-9)), (instance, bound)


def test_local_changes_of_a_found_contract_are_dearer_or_lose_the_worker():
    rng = np.random.default_rng(11)
    for instance in (*TWO_LEVELS[:60], *MORE_LEVELS[:60]):
        problem = problem_of(instance)
        found = design(problem).contract
        if found is None:
            continue
        cost, used, start = problem.cost(found), instance.instruments, np.array(terms(found)[:3])
        for scale in (1e-4, 1e-2, 1.0):
            for _ in range(20):
                wage, bonus, inspection = np.maximum(start + scale * rng.normal(size=3), 0.0).tolist()
                wage = max(wage, instance.least_wage) if "wage" in used else found.wage
                bonus = bonus if "bonus" in used else 0.0
                inspection = min(inspection, instance.most_inspection) if "inspection" in used else 0.0
                fine = instance.most_fine if "fine" in used else 0.0
                if works(instance, wage, bonus, inspection, fine, room=0.0):
                    assert spends(instance, wage, bonus, inspection) >= cost - 1e-9


def test_the_scenario_itself_says_that_the_wanted_level_is_the_best_reply():
    for instance in (*TWO_LEVELS[:150], *MORE_LEVELS):
        problem = problem_of(instance)
        found = design(problem).contract
        if found is not None:
            assert best_reply(found, problem.technology, wanted=problem.wanted) == problem.wanted, instance
            pay = expected_pay(found, problem.technology, problem.wanted, wanted=problem.wanted)
            inspections = problem.inspection_cost * found.inspection
            assert problem.cost(found) == pytest.approx(pay + inspections)


def test_a_margin_makes_the_wanted_level_better_by_as_much():
    for instance in (*TWO_LEVELS[:150], *MORE_LEVELS):
        found = design(problem_of(instance)).contract
        if found is not None and instance.margin > 0:
            assert works(instance, *terms(found))
            assert problem_of(instance).slacks(found)["outside option"] >= -1e-7


def test_bounds_on_wage_and_bonus_are_kept_and_only_make_it_dearer():
    bound_bites = refused = 0
    for seed, instance in enumerate((*TWO_LEVELS[:80], *MORE_LEVELS[:80])):
        free = problem_of(instance)
        problem = with_bounds(free, np.random.default_rng([12, seed]))
        found, without = design(problem).contract, design(free).contract
        assert (found is None) == (not is_feasible(problem))
        if found is None:
            refused += 1
            continue
        assert problem.keeps(found)
        assert works(instance, *terms(found))
        assert without is not None
        assert problem.cost(found) >= free.cost(without) - 1e-9
        bound_bites += problem.cost(found) > free.cost(without) + 1e-6
    assert bound_bites > 10
    assert refused > 10


def test_one_bound_that_is_moved_as_told_makes_it_feasible_and_a_little_less_does_not():
    from agoranomos.contracts.infeasible import BOUNDS

    checked = 0
    for seed, instance in enumerate((*TWO_LEVELS, *MORE_LEVELS)):
        problem = with_bounds(problem_of(instance), np.random.default_rng([13, seed]))
        if is_feasible(problem):
            with pytest.raises(ValueError, match="satisfies"):
                why_infeasible(problem)
            continue
        why = why_infeasible(problem)
        assert why.gain > 0
        assert why.binding
        for remedy in why.remedies:
            change, stands, _ = BOUNDS[remedy.bound]
            step = 1e-6 * (1 if remedy.value >= stands(problem) else -1)
            assert is_feasible(change(problem, max(0.0, remedy.value + step))), (instance, remedy)
            if remedy.how != "above":
                assert not is_feasible(change(problem, remedy.value - step)), (instance, remedy)
            checked += 1
    assert checked > 50
