"""Versions that differ: against closed forms, against play by best responses, and against buyers' own optimum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize

from agoranomos.markets.cournot.arrays import measure_arrays_e6
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.env import Cournot
from agoranomos.markets.cournot.equilibrium import best_response, competitive, joint_monopoly, nash
from agoranomos.markets.cournot.measures import measure_kinds
from agoranomos.markets.cournot.round import clear_round, measure_round, reference
from agoranomos.markets.cournot.spec import cournot_spec
from agoranomos.markets.facts import SCALE
from conformance.market import MarketConformance
from markets.cournot.test_cournot_arrays import plain

TRIO = cournot_spec(marginal_cost=[[40.0]] * 3, differentiation=0.4)


def drawn(seed, least=0.05, fixed=False):
    """A random market of versions that differ: any shape, from tight to slack capacity."""
    rng = np.random.default_rng(seed)
    firms, goods = rng.integers(1, 5), rng.integers(1, 4)
    return cournot_spec(
        alpha=rng.uniform(20, 200, goods).round(2).tolist(),
        beta=rng.uniform(0.2, 8, goods).round(2).tolist(),
        marginal_cost=rng.uniform(0, 120, (firms, goods)).round(2).tolist(),
        capacity=rng.choice([5.0, 40.0, 137.31, 10_000.0], firms).tolist(),
        differentiation=rng.choice([least, 0.2, 0.5, 0.9, 1.0], goods).tolist(),
        fixed_cost=rng.uniform(0, 50, firms).round(2).tolist() if fixed else None,
    )


@pytest.mark.parametrize("seed", range(40))
def test_equal_firms_have_the_closed_forms(seed):
    """(alpha - c) beta over 2 + g at Nash, 1 + g in competition and 2 (1 + g) at monopoly, with g = gamma (N - 1)."""
    rng = np.random.default_rng(seed)
    firms, alpha, beta, gamma = rng.integers(1, 7), rng.uniform(50, 200), rng.uniform(0.1, 9), rng.uniform(0, 0.99)
    cost = rng.uniform(0, 50)
    spec = cournot_spec(marginal_cost=[[cost]] * firms, alpha=alpha, beta=beta, differentiation=1 - gamma, capacity=1e4)
    gamma = spec.substitutability[0]
    room = (alpha - cost) * beta
    at = benchmarks(spec)
    assert at.nash.quantity.ravel() == pytest.approx([room / (2 + gamma * (firms - 1))] * firms)
    assert at.competitive.quantity.ravel() == pytest.approx([room / (1 + gamma * (firms - 1))] * firms)
    assert at.monopoly.quantity.ravel() == pytest.approx([room / (2 * (1 + gamma * (firms - 1)))] * firms)
    assert at.competitive.price == pytest.approx([cost])
    assert at.monopoly.price == pytest.approx([(alpha + cost) / 2])


def test_the_duopoly_of_singh_and_vives():
    """With inverse demand p_i = a_i - b_i q_i - d q_j: q_1 = (2 a_1 b_2 - a_2 d) / (4 b_1 b_2 - d^2), net of costs."""
    spec = cournot_spec(marginal_cost=[[40.0], [50.0]], beta=2, differentiation=0.5)
    a, b, d = (60.0, 50.0), 0.5, 0.25
    expected = [(2 * a[i] * b - a[1 - i] * d) / (4 * b * b - d * d) for i in (0, 1)]
    assert nash(spec).quantity.ravel() == pytest.approx(expected)


def _best_by_bisection(spec, i, quantity):
    """The own best quantities: what a unit of capacity must cost so that what is wanted fits, by root finding."""
    gamma, beta = np.asarray(spec.substitutability), np.asarray(spec.beta)
    margin = np.asarray(spec.alpha) - gamma * (quantity.sum(axis=0) - quantity[i]) / beta - spec.marginal_cost[i]

    def wanted(price):
        return np.maximum(0.0, beta * (margin - price) / 2)

    if wanted(0.0).sum() <= spec.capacity[i]:
        return wanted(0.0)
    price = brentq(lambda p: wanted(p).sum() - spec.capacity[i], 0.0, margin.max(), xtol=1e-13)
    return wanted(price)


@pytest.mark.parametrize("block", range(10))
def test_nash_is_where_best_responses_come_to_rest(block):
    """200 random markets: damped best responses, each found by bisection, meet the equilibrium of the program."""
    for seed in range(20 * block, 20 * block + 20):
        spec = drawn(seed)
        quantity = np.zeros((len(spec.firms), len(spec.goods)))
        for _ in range(400):
            before = quantity.copy()
            for i in range(len(quantity)):
                quantity[i] = 0.3 * quantity[i] + 0.7 * _best_by_bisection(spec, i, quantity)
            if np.max(np.abs(quantity - before)) < 1e-11:
                break
        found = nash(spec).quantity
        assert found == pytest.approx(quantity, abs=1e-7 * max(1.0, quantity.max())), seed
        for i in range(len(quantity)):
            rivals = (found.sum(axis=0) - found[i]).tolist()
            assert best_response(spec, i, rivals) == pytest.approx(found[i], abs=1e-7), seed


@pytest.mark.parametrize("seed", range(60))
def test_nobody_gains_by_leaving_nash(seed):
    """By the market itself, floor of prices and all: no quantity from nothing to all capacity earns more."""
    spec = drawn(seed)
    at = benchmarks(spec).nash
    rng = np.random.default_rng(seed)
    for i, capacity in enumerate(spec.capacity):
        plans = np.repeat(at.quantity[None], 60, axis=0)
        shares = rng.dirichlet(np.ones(len(spec.goods) + 1), 60)[:, :-1]
        plans[:30, i] = shares[:30] * min(capacity, 400.0)
        plans[30:, i] = at.quantity[i] * rng.uniform(0, 1, (30, len(spec.goods)))
        assert clear(spec, plans).profit[:, i].max() <= at.profit[i] + 1e-7 * max(1.0, abs(at.profit[i]))


@pytest.mark.parametrize(("solve", "measure"), [(joint_monopoly, "profit"), (competitive, "welfare")])
@pytest.mark.parametrize("block", [0, *(pytest.param(b, marks=pytest.mark.long) for b in range(1, 5))])
def test_planners_do_best_by_the_market_itself(solve, measure, block):
    """100 random markets each: SLSQP, which knows only how the market clears, comes to the same plan."""
    for seed in range(20 * block, 20 * block + 20):
        spec = drawn(seed, least=0.1)
        shape = (len(spec.firms), len(spec.goods))

        def objective(q, spec=spec, shape=shape):
            outcome = clear(spec, q.reshape(shape))
            return -float(outcome.profit.sum() if measure == "profit" else outcome.welfare)

        least = np.minimum(np.asarray(spec.capacity)[:, None], np.asarray(spec.alpha) * np.asarray(spec.beta))
        limits = [
            {"type": "ineq", "fun": lambda q, i=i, spec=spec, shape=shape: spec.capacity[i] - q.reshape(shape)[i].sum()}
            for i in range(shape[0])
        ]
        start = (0.2 / shape[0] / shape[1] * least).ravel()
        bounds = [(0.0, None)] * start.size
        ours = solve(spec).quantity
        worth = -objective(ours.ravel())
        found = minimize(objective, start, bounds=bounds, constraints=limits, options={"ftol": 1e-13, "maxiter": 300})
        feasible = np.maximum(found.x.reshape(shape), 0.0)
        feasible *= np.minimum(1.0, np.asarray(spec.capacity) / np.maximum(feasible.sum(axis=1), 1e-9))[:, None]
        assert -objective(feasible.ravel()) <= worth + 1e-6 * max(1.0, abs(worth)), seed
        if found.success:
            assert -objective(feasible.ravel()) >= worth - 1e-3 * max(1.0, abs(worth)), seed
            assert ours == pytest.approx(feasible, abs=0.05 * max(1.0, feasible.max())), seed


@pytest.mark.parametrize("seed", range(60))
def test_prices_are_what_the_last_unit_is_worth_to_buyers(seed):
    """Buyers' own optimum of the quadratic utility under 0 <= x <= q, by L-BFGS-B: prices, what is taken, surplus."""
    rng = np.random.default_rng(seed)
    firms, gamma, beta = rng.integers(1, 6), rng.uniform(0, 0.95), 2.0
    brought = rng.uniform(0, 200, firms)
    spec = cournot_spec(marginal_cost=[[40.0]] * firms, differentiation=1 - gamma, capacity=200)
    gamma = spec.substitutability[0]

    def utility(x):
        return float(np.sum(100 * x) - ((1 - gamma) * np.sum(x * x) + gamma * np.sum(x) ** 2) / (2 * beta))

    def slope(x):
        return 100 - ((1 - gamma) * x + gamma * np.sum(x)) / beta

    taken = minimize(
        lambda x: -utility(x),
        brought / 2,
        jac=lambda x: -slope(x),
        bounds=[(0, q) for q in brought],
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 5000},
    ).x
    outcome = clear(spec, brought[:, None])
    price = np.maximum(slope(taken), 0.0)
    assert outcome.firm_price[:, 0] == pytest.approx(price, abs=2e-4)
    assert float(outcome.consumer_surplus) == pytest.approx(utility(taken) - float(price @ taken), rel=1e-5, abs=1e-3)
    assert float(outcome.price[0]) == pytest.approx(float(price @ brought / brought.sum()), abs=2e-4)


@pytest.mark.parametrize("seed", range(120))
def test_many_rounds_are_measured_as_each_alone(seed):
    """Bit for bit, with shocked demand, flooded goods, fixed costs and rounds in which nobody brings a thing."""
    spec = drawn(seed, fixed=seed % 2 == 0)
    rng = np.random.default_rng(seed)
    shape = (len(spec.firms), len(spec.goods))
    whole = rng.integers(0, 400 * SCALE, (6, *shape)) * rng.integers(0, 2, (6, *shape))
    whole[0] = 0
    alphas = np.rint(rng.normal(1, 0.2, (6, shape[1])) * spec.alpha * SCALE) / SCALE
    found = measure_arrays_e6(spec, benchmarks(spec), whole, alphas)
    assert list(found) == list(measure_kinds(spec))
    for k, row in enumerate(whole):
        alpha = tuple(alphas[k].tolist())
        alone = measure_round(
            clear_round(spec, (row / SCALE).tolist(), alpha), reference(spec, benchmarks(spec), alpha)
        )
        assert {name: plain(values[k].tolist()) for name, values in found.items()} == alone


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_a_good_with_no_difference_clears_as_ever(seed):
    rng = np.random.default_rng(seed)
    quantity = rng.uniform(0, 150, (3, 2)).round(6)
    costs = rng.uniform(0, 50, (3, 2)).round(2).tolist()
    same = clear(cournot_spec(marginal_cost=costs), quantity)
    beside = clear(cournot_spec(marginal_cost=costs, differentiation=[0, 0.5]), quantity)
    assert float(beside.price[0]) == pytest.approx(float(same.price[0]), abs=1e-9)
    assert beside.profit_by_good[:, 0] == pytest.approx(same.profit_by_good[:, 0], abs=1e-7)


def test_no_difference_is_the_market_as_it_was():
    spec = cournot_spec(differentiation=0)
    assert not spec.differentiated
    plain_market, same = Cournot(cournot_spec()), Cournot(spec)
    assert same.facts == plain_market.facts
    plain_market.reset(seed=1)
    same.reset(seed=1)
    actions = {firm: np.array([60.0, 20.0]) for firm in spec.firms}
    seen, there = plain_market.step(actions)[0], same.step(actions)[0]
    assert seen.keys() == there.keys()
    assert all(np.array_equal(seen[a][k], there[a][k]) for a in seen for k in seen[a])
    assert same.measures() == plain_market.measures()


def test_versions_that_have_nothing_to_do_with_each_other_are_monopolies():
    at = benchmarks(cournot_spec(marginal_cost=[[40.0]] * 3, differentiation=1))
    assert at.nash.quantity == pytest.approx(at.monopoly.quantity)
    assert at.nash.price == pytest.approx([70])


def test_a_round_of_three_versions():
    market = Cournot(TRIO)
    market.reset(seed=1)
    quantity = {"firm_1": np.array([50.0]), "firm_2": np.array([20.0]), "firm_3": np.array([0.0])}
    seen = market.step(quantity)[0]
    # 100 - (0.4 q + 0.6 * 70) / 2
    assert market.measures()["firm_price_e6"] == ((69_000_000,), (75_000_000,), (79_000_000,))
    assert market.measures()["price_e6"] == (round((69 * 50 + 75 * 20) / 70 * SCALE),)
    assert seen["firm_2"]["own_price"].tolist() == [75]
    assert seen["firm_2"]["price"] == pytest.approx([(69 * 50 + 75 * 20) / 70])
    assert market.seen("firm_1", seen["firm_1"]) == pytest.approx(np.array([[50], [10], [10]]))
    assert market.seen("firm_3", seen["firm_3"]) == pytest.approx(np.array([[35], [35], [0]]))
    assert market.measures()["profit_e6"] == (29 * 50 * SCALE, 35 * 20 * SCALE, 0)


def test_of_an_unrelated_version_without_sales_nothing_is_known():
    market = Cournot(cournot_spec(marginal_cost=[[40.0]] * 2, differentiation=1))
    market.reset(seed=1)
    seen = market.step({"firm_1": np.array([0.0]), "firm_2": np.array([20.0])})[0]
    assert market.seen("firm_1", seen["firm_1"]).tolist() == [[0], [0]]


class TestDifferentiated(MarketConformance):
    factory = "agoranomos.markets.cournot_v0:parallel_env"
    options = {
        "marginal_cost": ((40.0, 50.0), (50.0, 40.0)),
        "differentiation": (0.0, 0.8),
        "monitoring": {"public": "price"},
        "fixed_cost": 10.0,
        "rounds": 20,
    }
