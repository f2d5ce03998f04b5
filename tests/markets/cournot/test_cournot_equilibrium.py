"""Benchmarks against closed forms, scipy's solvers and the conditions that define them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.equilibrium import best_response, competitive, joint_monopoly, nash
from agoranomos.markets.cournot.spec import cournot_spec
from markets.cournot.specifications import specifications

MIRROR = cournot_spec()
THREE_COSTS = ((40, 50), (50, 40), (45, 45))


def profit_of(spec, firm, own, others):
    quantity = np.array(others)
    quantity[firm] = own
    return float(clear(spec, quantity).profit[firm])


def rivals_total(quantity, firm):
    return quantity.sum(axis=0) - quantity[firm]


# Closed forms and the numbers of the papers


def test_mirror_costs_give_the_papers_equilibrium():
    assert nash(MIRROR).quantity == pytest.approx(np.array([[140, 80], [80, 140]]) / 3, abs=1e-9)
    assert nash(MIRROR).shadow_price == pytest.approx([0, 0], abs=1e-9)


def test_capacity_of_60_binds_and_a_unit_is_worth_10():
    solved = nash(cournot_spec(capacity=60))
    assert solved.quantity == pytest.approx(np.array([[40, 20], [20, 40]]), abs=1e-9)
    assert solved.shadow_price == pytest.approx([10, 10], abs=1e-9)


def test_three_firms():
    solved = nash(cournot_spec(marginal_cost=THREE_COSTS))
    assert solved.quantity == pytest.approx(np.array([[37.5, 17.5], [17.5, 37.5], [27.5, 27.5]]), abs=1e-9)


@pytest.mark.parametrize(("cost", "each"), [(40, 40.0), (50, 100 / 3)])
def test_equal_costs(cost, each):
    solved = nash(cournot_spec(marginal_cost=((cost, cost), (cost, cost))))
    assert solved.quantity == pytest.approx(np.full((2, 2), each), abs=1e-9)


@given(
    firms=st.integers(1, 6),
    goods=st.integers(1, 4),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=25, deadline=None)
def test_slack_capacity_and_similar_costs_give_the_closed_form(firms, goods, seed):
    rng = np.random.default_rng(seed)
    cost = rng.uniform(40, 50, (firms, goods))
    alpha, beta = rng.uniform(120, 200, goods), rng.uniform(0.5, 4, goods)
    spec = cournot_spec(marginal_cost=cost.tolist(), alpha=alpha.tolist(), beta=beta.tolist(), capacity=1e5, rounds=1)
    expected = beta * (alpha - (firms + 1) * cost + cost.sum(axis=0)) / (firms + 1)
    assert nash(spec).quantity == pytest.approx(expected, abs=1e-9)


def test_mirror_costs_make_monopoly_a_division():
    assert joint_monopoly(MIRROR).quantity == pytest.approx(np.array([[60, 0], [0, 60]]), abs=1e-9)


def test_mirror_costs_and_capacity_make_the_first_best_full_specialisation():
    solved = competitive(MIRROR)
    assert solved.quantity == pytest.approx(np.array([[100, 0], [0, 100]]), abs=1e-9)
    assert clear(MIRROR, solved.quantity).price == pytest.approx(np.asarray([40, 40]) + solved.shadow_price, abs=1e-9)


def test_a_monopoly_split_that_costs_leave_open_is_equal():
    spec = cournot_spec(marginal_cost=((40, 40), (40, 40)))
    assert joint_monopoly(spec).quantity == pytest.approx(np.full((2, 2), 30.0), abs=1e-9)
    assert competitive(spec).quantity == pytest.approx(np.full((2, 2), 50.0), abs=1e-9)


def test_equal_costs_split_as_equally_as_capacities_allow():
    spec = cournot_spec(marginal_cost=((40,), (40,), (40,)), capacity=(5, 100, 100))
    assert joint_monopoly(spec).quantity == pytest.approx(np.array([[5.0], [27.5], [27.5]]), abs=1e-9)


def test_a_firm_that_cannot_compete_sells_nothing():
    spec = cournot_spec(marginal_cost=((40,), (95,)))
    assert nash(spec).quantity == pytest.approx(np.array([[60.0], [0.0]]), abs=1e-9)
    assert joint_monopoly(spec).quantity == pytest.approx(np.array([[60.0], [0.0]]), abs=1e-9)


def test_a_market_that_nobody_can_serve_stays_empty():
    spec = cournot_spec(marginal_cost=((100, 120), (130, 140)))
    for solve in (nash, joint_monopoly, competitive):
        assert np.all(solve(spec).quantity == 0)


# The conditions that define each benchmark, on any specification


@given(specifications())
@settings(max_examples=60, deadline=None)
def test_at_nash_every_firm_plays_its_best_response(spec):
    quantity = nash(spec).quantity
    for firm in range(len(spec.firms)):
        answer = best_response(spec, firm, rivals_total(quantity, firm))
        assert quantity[firm] == pytest.approx(answer, abs=1e-9)


@given(specifications(max_firms=3, max_goods=3), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_no_plan_earns_more_than_the_best_response(spec, seed):
    rng = np.random.default_rng(seed)
    firms, goods = len(spec.firms), len(spec.goods)
    others = rng.uniform(0, 80, (firms, goods))
    firm = int(rng.integers(firms))
    limit = spec.capacity[firm]
    answer = best_response(spec, firm, rivals_total(others, firm))
    assert min(answer) >= 0
    assert sum(answer) <= limit * (1 + 1e-12)
    best = profit_of(spec, firm, answer, others)
    # Brute force: random plans on and under the capacity, and plans near the answer.
    directions = rng.dirichlet(np.ones(goods), 300) * rng.uniform(0, limit, (300, 1))
    near = np.clip(answer + rng.normal(0, 0.5, (300, goods)), 0, None)
    near = near * np.minimum(1.0, limit / np.maximum(near.sum(axis=1, keepdims=True), 1e-12))
    for own in np.concatenate([directions, near]):
        assert profit_of(spec, firm, own, others) <= best + 1e-8 * max(1.0, abs(best))


@given(specifications(max_firms=3, max_goods=2))
@settings(max_examples=15, deadline=None)
def test_iterated_slsqp_best_responses_arrive_at_nash(spec):
    """The papers' own algorithm (Gauss-Seidel over SLSQP best responses) lands on the exact equilibrium."""
    firms, goods = len(spec.firms), len(spec.goods)
    quantity = np.tile(np.asarray(spec.capacity)[:, None] / goods / 2, (1, goods))
    quantity = np.minimum(quantity, np.asarray(spec.alpha) * np.asarray(spec.beta))
    alpha, beta, cost = np.asarray(spec.alpha), np.asarray(spec.beta), np.asarray(spec.marginal_cost)
    for _ in range(100):
        before = quantity.copy()
        for i in range(firms):
            rest = rivals_total(quantity, i)
            quantity[i] = minimize(
                lambda q, rest=rest, i=i: -float(np.sum(q * (alpha - (rest + q) / beta - cost[i]))),
                quantity[i],
                jac=lambda q, rest=rest, i=i: -(alpha - (rest + 2 * q) / beta - cost[i]),
                method="SLSQP",
                bounds=[(0, None)] * goods,
                constraints=[{"type": "ineq", "fun": lambda q, i=i: spec.capacity[i] - q.sum()}],
                options={"ftol": 1e-14, "maxiter": 200},
            ).x
        if np.max(np.abs(quantity - before)) < 1e-9:
            break
    assert nash(spec).quantity == pytest.approx(quantity, abs=2e-4 * max(1.0, float(np.max(quantity))))


def _feasible_plans(spec):
    """Inequalities A x <= b of the plans, firm by firm."""
    firms, goods = len(spec.firms), len(spec.goods)
    A = np.vstack([-np.eye(firms * goods), np.kron(np.eye(firms), np.ones(goods))])
    return A, np.concatenate([np.zeros(firms * goods), spec.capacity])


@pytest.mark.parametrize(("solve", "weight"), [(joint_monopoly, 2.0), (competitive, 1.0)])
@given(spec=specifications())
@settings(max_examples=40, deadline=None)
def test_planners_plans_are_optimal_and_the_smallest_of_the_optimal(solve, weight, spec):
    """Two linear programs (scipy's HiGHS) certify the plan.

    A concave objective is maximal exactly where no feasible plan rises along the gradient; of the optimal plans (equal
    totals of each good, equal cost) q has the least sum of squares exactly where no other has a smaller product with q.
    """
    q = solve(spec).quantity.ravel()
    goods = len(spec.goods)
    A, b = _feasible_plans(spec)
    total = q.reshape(-1, goods).sum(axis=0)
    gradient = (
        np.asarray(spec.alpha) - weight * total / np.asarray(spec.beta) - np.asarray(spec.marginal_cost)
    ).ravel()
    scale = max(1.0, float(np.max(np.abs(gradient)))) * max(1.0, float(np.sum(np.abs(q))))
    assert np.all(A @ q <= b + 1e-9 * (1 + b))

    steepest = linprog(-gradient, A_ub=A, b_ub=b, bounds=(None, None))
    assert steepest.status == 0
    assert -steepest.fun - gradient @ q <= 1e-7 * scale

    same = np.vstack([np.tile(np.eye(goods), len(spec.firms)), np.ravel(spec.marginal_cost)])
    smallest = linprog(q, A_ub=A, b_ub=b, A_eq=same, b_eq=same @ q, bounds=(None, None))
    if smallest.status == 0:  # HiGHS may call the plan itself infeasible by rounding
        assert q @ q - smallest.fun <= 1e-6 * max(1.0, q @ q)


@given(specifications())
@settings(max_examples=30, deadline=None)
def test_competition_serves_more_and_monopoly_earns_more(spec):
    at = {solve.__name__: clear(spec, solve(spec).quantity) for solve in (nash, joint_monopoly, competitive)}
    slack = 1e-6 * max(1.0, float(at["competitive"].welfare))
    assert at["joint_monopoly"].profit.sum() >= at["nash"].profit.sum() - slack
    assert at["competitive"].welfare >= at["nash"].welfare - slack
    assert at["competitive"].welfare >= at["joint_monopoly"].welfare - slack


def test_best_deviation_from_division():
    assert best_response(MIRROR, 0, [0, 60]) == pytest.approx((60, 20), abs=1e-9)


def test_best_response_to_a_suspended_rival_uses_all_capacity():
    assert best_response(MIRROR, 0, [0, 0]) == pytest.approx((55, 45), abs=1e-9)


def test_nothing_is_sold_to_a_market_that_rivals_have_flooded():
    assert best_response(MIRROR, 0, [500, 500]) == (0.0, 0.0)
