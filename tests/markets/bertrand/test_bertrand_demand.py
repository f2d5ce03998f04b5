"""Who buys from whom, against consumers who are asked one by one, and integrals done by quadrature."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from agoranomos.markets.bertrand import BertrandSpec
from agoranomos.markets.bertrand.clear import clear
from agoranomos.markets.bertrand.demand import hotelling_shares, logit_shares
from agoranomos.markets.bertrand.equilibrium import monopoly_price
from markets.bertrand.specifications import (
    hotelling_sales,
    logit_profits,
    random_homogeneous,
    random_hotelling,
    random_logit,
)

RANDOM = range(200)
ABSENT = np.inf


def random_prices(spec, seed):
    rng = np.random.default_rng([6, seed])
    price = rng.uniform(0.0, 1.5 * float(monopoly_price(spec).max()), len(spec.firms))
    price[rng.random(len(price)) < 0.15] = ABSENT
    return price


def test_two_firms_at_nash_share_as_in_calvano():
    share = logit_shares([1.4729, 1.4729], [2.0, 2.0], 0.25, 0.0)
    np.testing.assert_allclose(share, [0.47138] * 2, atol=1e-5)


def test_logit_shares_broadcast_and_never_overflow():
    price = np.array([[[0.0, 1e6]], [[1e6, 1e6]]])
    np.testing.assert_allclose(logit_shares(price, [500.0, 500.0], 1e-3, 0.0), [[[1.0, 0.0]], [[0.0, 0.0]]])
    assert logit_shares(np.ones((4, 3, 2)), [2.0, 2.0], 0.25, 0.0).shape == (4, 3, 2)


@pytest.mark.parametrize("seed", RANDOM)
def test_logit_surplus_is_what_consumers_lose_when_prices_rise_for_ever(seed):
    spec = random_logit(seed)
    price = random_prices(spec, seed)
    outcome = clear(spec, price)
    here = np.isfinite(price)
    np.testing.assert_allclose(outcome.profit[here], logit_profits(spec, price)[here], rtol=1e-12)
    if here.any():
        taken = quad(lambda rise: clear(spec, price + rise).quantity.sum(), 0.0, 80.0 * spec.demand.mu, limit=400)[0]
        np.testing.assert_allclose(outcome.consumer_surplus, taken, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("seed", RANDOM)
def test_consumers_on_a_line_or_circle_go_where_it_is_cheapest(seed):
    spec = random_hotelling(seed)
    price = random_prices(spec, seed)
    outcome = clear(spec, price)
    sales, surplus = hotelling_sales(spec, price)
    np.testing.assert_allclose(outcome.quantity, sales, atol=2e-4 * spec.demand.size)
    np.testing.assert_allclose(outcome.consumer_surplus, surplus, rtol=2e-3, atol=2e-4 * spec.demand.size)


def test_ties_on_a_circle_are_given_to_one_firm_only():
    # firm 1 is exactly as dear at its own door as what firm 2 delivers there
    share = hotelling_shares(np.array([1.25, 1.0, 1.0, 1.0]), 1.0, 9.0)
    np.testing.assert_allclose(share.sum(), 1.0)
    assert (share >= 0.0).all()


@pytest.mark.parametrize("seed", RANDOM)
def test_everybody_buys_identical_goods_from_the_cheapest(seed):
    spec = random_homogeneous(seed)
    price = random_prices(spec, seed)
    price[np.random.default_rng(seed).random(len(price)) < 0.5] = price[0]
    outcome = clear(spec, price)
    lowest = price.min()
    wanted = max(spec.demand.intercept - spec.demand.slope * lowest, 0.0) if np.isfinite(lowest) else 0.0
    np.testing.assert_allclose(outcome.quantity.sum(), wanted)
    assert (outcome.quantity[price > lowest] == 0.0).all()
    if np.isfinite(lowest):
        np.testing.assert_allclose(outcome.quantity[price == lowest], wanted / (price == lowest).sum())
        area = max(spec.demand.intercept / spec.demand.slope - lowest, 0.0) * wanted / 2.0
        np.testing.assert_allclose(outcome.consumer_surplus, area)


@given(seed=st.integers(0, 10**6), form=st.sampled_from([random_logit, random_hotelling, random_homogeneous]))
def test_what_is_cleared_adds_up(seed, form):
    spec = form(seed)
    price = np.stack([random_prices(spec, seed + k) for k in range(3)])
    outcome = clear(spec, price, np.array([1.0, 0.5, 0.0]))
    here = np.isfinite(price)
    cost = np.where(here, price, 0.0) - np.array(spec.cost)
    np.testing.assert_allclose(outcome.profit, np.where(here, cost * outcome.quantity, 0.0))
    np.testing.assert_allclose(outcome.welfare, outcome.profit.sum(axis=1) + outcome.consumer_surplus)
    assert (outcome.quantity[~here] == 0.0).all()
    assert (outcome.quantity[2] == 0.0).all()
    assert (outcome.quantity >= 0.0).all()
    assert (outcome.consumer_surplus >= -1e-12).all()
    np.testing.assert_allclose(outcome.quantity[1], clear(spec, price[1]).quantity / 2.0)


def test_prices_of_another_shape_are_refused():
    with pytest.raises(ValueError, match=r"\[\.\.\., 2\] was expected"):
        clear(BertrandSpec(), [1.0, 2.0, 3.0])
