"""Prices that theory knows, against published values, SciPy's solvers and brute force."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import lambertw

from agoranomos.errors import MachineError, UsageError
from agoranomos.markets.bertrand import BertrandSpec
from agoranomos.markets.bertrand.benchmarks import benchmarks, grid_nash
from agoranomos.markets.bertrand.clear import clear
from agoranomos.markets.bertrand.equilibrium import monopoly_price, nash_price, price_grid
from agoranomos.markets.bertrand.logit_equilibrium import logit_nash
from markets.bertrand.specifications import (
    logit_nash_by_fsolve,
    logit_profits,
    random_homogeneous,
    random_hotelling,
    random_logit,
)

RANDOM = range(200)


def best_deviation(spec, price, firm, prices):
    """The most that `firm` earns at any of `prices` against the others' in `price`."""
    asked = np.repeat(price[None], len(prices), axis=0)
    asked[:, firm] = prices
    return clear(spec, asked).profit[:, firm].max()


def test_calvanos_prices_to_four_digits():
    spec = BertrandSpec()
    assert np.round(nash_price(spec), 4).tolist() == [1.4729, 1.4729]
    assert np.round(monopoly_price(spec), 4).tolist() == [1.9250, 1.9250]


def test_calvanos_profits_by_hand():
    weight = {price: np.exp((2.0 - price) / 0.25) for price in (1.47293, 1.92498)}
    nash, monopoly = (w / (1 + 2 * w) * (price - 1.0) for price, w in weight.items())
    known = benchmarks(BertrandSpec())
    np.testing.assert_allclose(known.nash.profit, [nash] * 2, atol=1e-5)
    np.testing.assert_allclose(known.monopoly.profit, [monopoly] * 2, atol=1e-5)


def test_calvanos_grid():
    spec = BertrandSpec()
    grid, nash, monopoly = price_grid(spec), nash_price(spec)[0], monopoly_price(spec)[0]
    assert len(grid) == 15
    np.testing.assert_allclose(grid[0], nash - 0.1 * (monopoly - nash), atol=1e-14)
    np.testing.assert_allclose(grid[-1], monopoly + 0.1 * (monopoly - nash), atol=1e-14)
    np.testing.assert_allclose(np.diff(grid), 1.2 * (monopoly - nash) / 14, atol=1e-14)


def test_the_goods_that_linear_text_books_solve_by_hand():
    line = BertrandSpec(demand={"form": "hotelling", "transport_cost": 0.5, "reservation": 4.0}, cost=[1.0, 1.6])
    np.testing.assert_allclose(nash_price(line), [0.5 + 3.6 / 3, 0.5 + 4.2 / 3])
    equal = BertrandSpec(demand={"form": "hotelling", "transport_cost": 0.5, "reservation": 4.0}, cost=1.0)
    np.testing.assert_allclose(nash_price(equal), [1.5, 1.5])
    np.testing.assert_allclose(monopoly_price(equal), [3.75, 3.75])
    circle = BertrandSpec(demand={"form": "hotelling", "transport_cost": 2.0}, cost=1.0, firms=["a", "b", "c", "d"])
    np.testing.assert_allclose(nash_price(circle), [1.5] * 4)
    np.testing.assert_allclose(monopoly_price(circle), [3.75] * 4)


@pytest.mark.parametrize("seed", RANDOM)
def test_random_logit_markets_against_scipy(seed):
    spec = random_logit(seed)
    nash, monopoly = nash_price(spec), monopoly_price(spec)
    np.testing.assert_allclose(nash, logit_nash_by_fsolve(spec), rtol=1e-8)
    mu, cost = spec.demand.mu, np.array(spec.cost)
    weight = np.exp((np.array(spec.demand.quality) - cost - spec.demand.outside) / mu).sum()
    np.testing.assert_allclose(monopoly, cost + mu * (1 + lambertw(weight / np.e).real), rtol=1e-12)
    best = minimize(
        lambda p: -logit_profits(spec, p).sum(), monopoly + 0.05 * mu, method="BFGS", options={"gtol": 1e-10}
    )
    assert -best.fun <= logit_profits(spec, monopoly).sum() * (1 + 1e-12)
    np.testing.assert_allclose(-best.fun, logit_profits(spec, monopoly).sum(), rtol=1e-6)
    assert np.all(monopoly - nash > (1e-9 if len(cost) > 1 else -1e-9))


@pytest.mark.parametrize("seed", RANDOM)
@pytest.mark.parametrize("draw", [random_logit, random_hotelling, random_homogeneous])
def test_nobody_gains_by_another_price_at_nash(draw, seed):
    spec = draw(seed)
    nash = nash_price(spec)
    earned = clear(spec, nash).profit
    dearest = float(monopoly_price(spec).max()) * 1.5
    prices = np.append(np.linspace(0.0, dearest, 2001), nash - 1e-6)
    for firm in range(len(nash)):
        assert best_deviation(spec, nash, firm, prices) <= earned[firm] + 1e-12 * max(1.0, abs(earned[firm]))


@pytest.mark.parametrize("seed", RANDOM)
@pytest.mark.parametrize("draw", [random_hotelling, random_homogeneous])
def test_no_prices_earn_more_together_than_the_joint_monopolys(draw, seed):
    spec = draw(seed)
    monopoly = monopoly_price(spec)
    most = clear(spec, monopoly).profit.sum()
    rng = np.random.default_rng([4, seed])
    around = monopoly * rng.uniform(0.8, 1.2, (400, len(monopoly)))
    anywhere = rng.uniform(0.0, 1.5 * monopoly.max(), (400, len(monopoly)))
    near = monopoly + rng.normal(0.0, 1e-3, (400, len(monopoly)))
    for prices in (
        around,
        anywhere,
        near,
        np.repeat(np.linspace(0, 2 * monopoly.max(), 400)[:, None], len(monopoly), 1),
    ):
        assert clear(spec, prices).profit.sum(axis=1).max() <= most * (1 + 1e-12)


@pytest.mark.parametrize("seed", RANDOM)
def test_a_grids_nash_is_an_equilibrium_of_the_grid(seed):
    rng = np.random.default_rng([5, seed])
    fields = random_logit(seed).model_dump(exclude={"grid"}) | {"grid": {"points": int(rng.integers(2, 40)), "xi": 0.1}}
    try:
        spec = BertrandSpec(**fields)
    except ValueError:
        return  # the lowest price would be negative
    grid, at = price_grid(spec), grid_nash(spec)
    earned = clear(spec, grid[at]).profit
    for firm in range(len(at)):
        assert best_deviation(spec, grid[at], firm, grid) <= earned[firm]


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1e3, 1e6])
def test_units_of_money_do_not_matter(scale):
    base = random_logit(7)
    scaled = logit_nash(
        np.array(base.cost) * scale,
        np.array(base.demand.quality) * scale,
        base.demand.mu * scale,
        base.demand.outside * scale,
    )
    np.testing.assert_allclose(scaled, nash_price(base) * scale, rtol=1e-11)


def test_one_firm_that_everybody_wants_is_found_too():
    # a share of 1 - 1e-9 at cost, where a plain fixed point of the first-order conditions overflows
    spec = BertrandSpec(cost=[0.0, 5.0], demand={"quality": [30.0, 1.0], "mu": 0.25}, grid=None)
    nash = nash_price(spec)
    earned = clear(spec, nash).profit
    prices = np.linspace(0.0, 60.0, 60_001)
    assert best_deviation(spec, nash, 0, prices) <= earned[0] * (1 + 1e-12)


def test_numbers_that_rounding_defeats_are_refused():
    with pytest.raises(MachineError, match="twelve digits"):
        logit_nash(np.array([1e16, 1e16]), np.array([1e16, 1e16]), 1e-3, 0.0)


def test_a_market_without_a_grid_has_no_grid():
    with pytest.raises(UsageError, match="no grid"):
        price_grid(BertrandSpec(grid=None))
