"""The example in numbers: two levels, costs 0 and 2, chances of success 0.4 and 0.8, a success worth 20."""

import sys
from dataclasses import replace
from math import inf, sqrt

import pytest

from agoranomos.contracts import (
    Problem,
    alternatives,
    by_bound,
    by_level,
    candidates,
    cheapest_pay,
    closed_form,
    design,
    has_closed_form,
    is_feasible,
    least_cost_at,
    search,
    why_infeasible,
)
from agoranomos.errors import MachineError, UsageError
from agoranomos.scenarios.hidden_action.contract import Contract
from agoranomos.scenarios.hidden_action.technology import Level, Technology, surplus

TECHNOLOGY = Technology()
PROBLEM = Problem(TECHNOLOGY, wanted=1)


def test_the_technology_is_that_of_the_example():
    assert [(level.cost, level.success) for level in TECHNOLOGY.levels] == [(0, 0.4), (2, 0.8)]
    assert [surplus(TECHNOLOGY, level) for level in (0, 1)] == [8, 14]
    assert design(PROBLEM).first_best_surplus == 14


def test_a_bonus_alone_is_five():
    found = design(PROBLEM.with_only(["bonus"]))
    assert found.contract == Contract(bonus=5)
    assert (found.cost, found.bonuses, found.wages, found.inspections) == (4, 4, 0, 0)
    assert (found.agency_cost, found.rent, found.profit) == (2, 2, 12)
    assert found.binding == ("not low",)


def test_at_a_wage_of_five_the_inspections_are_two_fifths():
    fixed = replace(PROBLEM, least_wage=5.0, most_wage=5.0).with_only(["wage", "inspection"])
    found = closed_form(fixed)
    assert found is not None
    assert (found.wage, found.bonus, found.inspection) == (5, 0, 0.4)
    assert search(fixed) == found


def test_the_incentive_constraint_is_that_of_the_example():
    for bonus, inspection, wage in [(5, 0, 0), (0, 0.4, 5), (2.5, 0.2, 5), (0, 1, 2)]:
        tight = Contract(wage=wage, bonus=bonus, inspection=inspection)
        assert PROBLEM.slacks(tight)["not low"] == pytest.approx(0.4 * bonus + inspection * wage - 2, abs=1e-12)
        assert PROBLEM.keeps(tight)
        less = Contract(wage=wage * 0.99, bonus=bonus * 0.99, inspection=inspection)
        assert not PROBLEM.keeps(less)


def test_a_certain_inspection_is_cheapest_where_nothing_bounds_it():
    found = design(PROBLEM)
    assert found.contract == Contract(wage=2, inspection=1)
    assert (found.cost, found.wages, found.inspections, found.agency_cost) == (3, 2, 1, 1)
    assert set(found.binding) == {"not low", "outside option", "bound on inspection"}


def test_the_bonus_gives_way_to_inspections_where_the_bound_passes_two_less_the_root_of_two():
    switch = 2 - sqrt(2)
    below = design(replace(PROBLEM, most_inspection=switch - 1e-6)).contract
    above = design(replace(PROBLEM, most_inspection=switch + 1e-6)).contract
    assert below == Contract(bonus=5)
    assert above is not None
    assert (above.bonus, above.inspection) == (0, switch + 1e-6)
    assert 2 / switch + switch == pytest.approx(4)


def test_a_fine_of_three_leaves_a_bonus_and_few_inspections():
    found = design(replace(PROBLEM, technology=Technology(liability=3), most_fine=3.0))
    assert found.contract is not None
    assert found.contract.bonus == pytest.approx(2.5)
    assert found.contract.inspection == pytest.approx(1 / 3)
    assert found.contract.fine == pytest.approx(3)
    assert found.cost == pytest.approx(2 + 1 / 3)
    assert found.rent == pytest.approx(0, abs=1e-12)


def test_a_fine_without_bound_takes_the_bonus_of_who_is_caught():
    # A caught worker that succeeds loses its bonus, so that shirking loses 0.4 b + 0.4 m b = 0.56 b at m = 0.4.
    found = design(replace(PROBLEM, most_inspection=0.4, most_fine=inf))
    assert found.contract is not None
    assert found.contract.bonus == pytest.approx(2 / 0.56)
    assert found.contract.fine == pytest.approx(found.contract.bonus)
    assert found.cost == pytest.approx(0.8 * 2 / 0.56 + 0.4)
    assert search(found.problem).bonus == pytest.approx(2 / 0.56)
    capped = design(replace(found.problem, most_fine=2.0))  # no formula; 0.4 b + 0.4 * 0.4 * 2 = 2
    assert capped.method == "linear programmes"
    assert capped.cost == pytest.approx(0.8 * (2 - 0.32) / 0.4 + 0.4)
    assert design(replace(found.problem, most_fine=1.0)).contract == Contract(bonus=5)  # not worth an inspection


def test_a_liability_of_three_and_such_a_fine_leave_no_rent():
    found = design(replace(PROBLEM, technology=Technology(liability=3), most_fine=inf))
    assert found.contract is not None
    assert (found.contract.bonus, found.contract.inspection) == pytest.approx((2.5, 0.25))
    assert found.cost == pytest.approx(2.25)
    assert set(found.binding) == {"not low", "outside option", "liability"}


def test_a_fine_is_no_larger_than_it_need_be():
    large = design(replace(PROBLEM, technology=Technology(liability=100, outside_option=1), most_fine=100.0))
    assert large.contract is not None
    again = large.contract.model_copy(update={"fine": large.contract.fine * 0.99})
    assert not large.problem.keeps(again)


def test_the_dearer_an_inspection_the_fewer():
    dear = Technology(inspection_cost=8)
    only = Problem(dear, wanted=1).with_only(["wage", "inspection"])
    assert closed_form(only) == Contract(wage=4, inspection=0.5)  # sqrt(2 / 8), and 2 / 0.5
    assert design(Problem(dear, wanted=1)).contract == Contract(bonus=5)


def test_the_lower_level_costs_its_outside_option_and_no_more():
    found = design(Problem(Technology(outside_option=3), wanted=0))
    assert found.contract == Contract(wage=3)
    assert search(found.problem) == found.contract
    assert found.agency_cost == 0


def test_each_level_has_its_contract_and_the_principal_prefers_the_higher_one():
    low, high = by_level(replace(PROBLEM, most_inspection=0.4))
    assert (low.cost, low.profit) == (0, 8)
    assert (high.cost, high.profit) == (4, 12)


def test_single_instruments_stand_beside_the_contract():
    found = alternatives(replace(PROBLEM, most_inspection=0.5))
    costs = {names: each.cost for names, each in found.items()}
    assert costs == {("bonus",): 4, ("wage", "bonus"): 4, ("wage", "inspection"): 4.5}


def test_the_least_cost_falls_with_the_bound():
    table = by_bound(PROBLEM, (0.0, 0.25, 0.5, 0.75, 1.0))
    assert [cost for _, cost in table] == pytest.approx([4, 4, 4, 2 / 0.75 + 0.75, 3])
    only = by_bound(PROBLEM.with_only(["wage", "inspection"]), (0.0, 0.5, 1.0))
    assert [cost for _, cost in only] == [None, 4.5, 3]


def test_the_formula_for_one_probability_is_the_linear_programmes():
    for m in (0.0, 0.1, 0.5, 0.6, 0.99):
        pay = cheapest_pay(PROBLEM, m)
        assert pay is not None
        assert pay.expected + m == pytest.approx(least_cost_at(PROBLEM, m), abs=1e-12)


def test_the_least_of_a_dense_sweep_is_at_a_candidate():
    levels = tuple(Level(name=n, cost=c, success=p) for n, c, p in [("a", 0, 0.1), ("b", 1, 0.5), ("c", 3, 0.7)])
    problem = Problem(Technology(levels=levels, inspection_cost=3, outside_option=1, liability=0.5), 2, most_fine=0.5)
    costs = [pay.expected + 3 * m for n in range(1001) if (pay := cheapest_pay(problem, m := n / 1000))]
    found = design(problem)
    assert found.contract is not None
    assert found.contract.inspection in candidates(problem)
    assert found.cost <= min(costs) <= found.cost + 0.01


def test_the_middle_level_needs_a_bonus_that_does_not_bring_about_more():
    levels = tuple(Level(name=n, cost=c, success=p) for n, c, p in [("a", 0, 0.1), ("b", 2, 0.3), ("c", 3, 0.8)])
    middle = Problem(Technology(levels=levels), wanted=1)
    # 0.2 b >= 2 asks for a bonus of 10, and 0.5 b <= 1 allows 2: a bonus alone does not do it, inspections do.
    alone = middle.with_only(["wage", "bonus"])
    assert middle.bonus_ceiling == 2
    assert not is_feasible(alone)
    assert search(alone) is None
    why = why_infeasible(alone)
    assert set(why.binding) == {"not a", "not c"}
    assert [(remedy.bound, remedy.how) for remedy in why.remedies] == [("bound on inspection", "above")]
    assert design(middle).contract is not None


def test_what_is_out_of_reach_is_said_with_what_would_do():
    capped = replace(PROBLEM, most_wage=5.0, most_inspection=0.25).with_only(["wage", "inspection"])
    found = design(capped)
    assert found.contract is None
    assert found.why is not None
    assert found.why.binding == ("not low",)
    assert found.why.gain == pytest.approx(0.75)
    remedies = {remedy.bound: remedy.value for remedy in found.why.remedies}
    assert remedies == pytest.approx(
        {
            "bound on inspection": 0.4,
            "bound on wage": 8,
            "bound on bonus": 0.75 / 0.4,
        }
    )
    assert "bound on inspection at least 0.4" in str(found.why)
    with pytest.raises(ValueError, match="no contract"):
        _ = found.cost


def test_nothing_in_hand_keeps_nobody():
    empty = PROBLEM.with_only([])
    why = why_infeasible(empty)
    assert design(empty).contract is None
    assert "outside option" in why.binding
    assert "no single bound helps" not in str(why)


def test_a_level_that_is_paid_too_little_whatever_is_done_is_refused():
    poor = replace(PROBLEM, technology=Technology(outside_option=50), most_wage=10.0).with_only(["wage", "inspection"])
    why = why_infeasible(poor)
    assert why.binding == ("outside option",)
    assert {remedy.bound for remedy in why.remedies} == {"bound on wage", "bound on bonus", "outside option"}
    assert next(r for r in why.remedies if r.bound == "outside option").value == pytest.approx(8)


def levels_of(*pairs):
    return tuple(
        Level(name=name, cost=cost, success=success) for name, (cost, success) in zip("abcd", pairs, strict=False)
    )


def test_an_inspection_that_is_none_but_for_rounding_does_not_hide_the_outside_option():
    # Three lines meet at m = 4.6e-16; 3.33 of bonus keeps the effort and not the worker, who needs 3.5.
    technology = Technology(levels=levels_of((0, 0.25), (1, 0.3), (2.5, 1)), outside_option=1, liability=0.5)
    problem = Problem(technology, 2, most_inspection=0.2, most_fine=1.0).with_only(["bonus", "inspection", "fine"])
    assert [point for point in candidates(problem) if 0 < point < 1e-9] == []
    found = design(problem)
    assert found.contract == Contract(bonus=3.5)
    assert (found.cost, found.agency_cost) == (3.5, 0)
    for inspection in (1e-6, 1e-9, 1e-12):
        pay = cheapest_pay(problem, inspection)
        assert pay is not None
        assert pay.expected == pytest.approx(3.5, abs=1e-9)


def test_a_wage_that_is_bounded_below_what_the_pay_needs_is_no_pay():
    technology = Technology(levels=levels_of((0, 0.25), (1, 0.3), (2.5, 0.5)), outside_option=1)
    problem = Problem(technology, 2, most_wage=1.0, most_bonus=4.0)
    assert cheapest_pay(problem, 0.0) is None
    assert cheapest_pay(replace(problem, most_wage=1.5), 1.0) is not None


def test_a_contract_that_breaks_a_constraint_is_never_given_out(monkeypatch):
    from agoranomos.contracts import Pay
    from agoranomos.contracts import search as searched

    problem = replace(PROBLEM, most_wage=5.0)
    assert not has_closed_form(problem)
    monkeypatch.setattr(sys.modules[searched.__module__], "cheapest_pay", lambda *_: Pay(0.0, 4.0, 3.2))
    with pytest.raises(MachineError, match=r"breaks a constraint: not low by 0\.4"):
        design(problem)
    with pytest.raises(MachineError, match=r"not low by 0\.4"):
        by_bound(problem, (0.0, 0.5))


def test_amounts_that_differ_by_rounding_are_equal_to_the_formulas_as_they_are_to_feasibility():
    # 2.3 - 2 is a little less than 0.3, the margin; 0.1 + 0.2 a little more than 0.3, the fixed wage.
    edge = Problem(Technology(levels=levels_of((2.0, 0.2), (2.3, 1.0))), 0, margin=0.3)
    assert edge.bonus_ceiling == 0
    assert design(edge).contract == Contract(wage=2.3)
    technology = Technology(levels=levels_of((0.1, 0.4), (2, 0.8)), outside_option=0.2)
    low = Problem(technology, 0, least_wage=0.3, most_wage=0.3, most_bonus=0.0)
    assert is_feasible(low)
    assert design(low).contract == Contract(wage=0.3)
    high = Problem(Technology(levels=levels_of((0, 0.8), (0.2, 0.8))), 1, 0.1, least_wage=0.3, most_wage=0.3)
    assert design(high.with_only(["inspection"])).contract == Contract(wage=0.3, inspection=1)


def test_a_bound_that_is_nothing_but_rounding_is_told_as_nothing():
    # 0.8 b pays for the effort to the last digit, and to no more.
    technology = Technology(levels=levels_of((0, 0.1), (0.7, 0.8)), outside_option=0.1)
    problem = Problem(technology, 1, margin=0.1, most_bonus=1.0, most_inspection=1.0).with_only(["bonus"])
    told = {remedy.bound: remedy for remedy in why_infeasible(problem).remedies}
    assert (told["margin"].how, told["margin"].value) == ("at most", 0)
    assert str(told["margin"]) == "margin at most 0"


def test_the_formulas_say_what_they_are_not_about():
    with pytest.raises(ValueError, match="two levels"):
        closed_form(replace(PROBLEM, most_bonus=3.0))


def test_what_stands_beside_may_name_sums_that_no_contract_can():
    levels = (Level(name="low", cost=0, success=0.4), Level(name="high", cost=900_000, success=0.8))
    problem = Problem(Technology(levels=levels, inspection_cost=1), wanted=1)
    assert design(problem).cost == 900_001
    beside = alternatives(problem)
    assert beside["bonus",].contract is None  # 900,000 / 0.4
    with pytest.raises(UsageError, match=r"a bonus of 2\.25e\+06; a contract names at most 1,000,000"):
        design(problem.with_only(["bonus"]))
    assert by_bound(problem.with_only(["wage", "inspection"]), (0.5, 1.0)) == [(0.5, None), (1.0, 900_001)]


def test_a_fine_is_a_sum_like_others():
    technology = Technology(levels=levels_of((0, 0.8), (890_000, 0.9)), liability=900_000)
    problem = Problem(technology, 1, most_fine=inf).with_only(["bonus", "inspection", "fine"])
    with pytest.raises(UsageError, match=r"a fine of .*at most 1,000,000[\s\S]*bounds: \{fine: 1000000\}"):
        design(problem)
    within = design(replace(problem, most_fine=1e6))
    assert within.contract is not None
    assert within.contract.fine <= 1e6
