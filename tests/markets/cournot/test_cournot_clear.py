import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.spec import cournot_spec
from markets.cournot.specifications import specifications_and_quantities

MIRROR = cournot_spec()


@pytest.mark.parametrize(
    ("quantity", "price", "profit", "surplus", "welfare"),
    [
        ([[140 / 3, 80 / 3], [80 / 3, 140 / 3]], (190 / 3, 190 / 3), (13000 / 9,) * 2, 24200 / 9, 50200 / 9),
        ([[60, 0], [0, 60]], (70, 70), (1800, 1800), 1800, 5400),
        ([[60, 20], [0, 60]], (70, 60), (2000, 1200), 2500, 5700),
        ([[100, 0], [0, 100]], (50, 50), (1000, 1000), 5000, 7000),
        ([[0, 0], [45, 55]], (77.5, 72.5), (0, 3025), 1262.5, 4287.5),
    ],
    ids=["Nash", "division", "deviation from division", "first best", "one firm suspended"],
)
def test_the_outcomes_of_the_papers_market(quantity, price, profit, surplus, welfare):
    """Institutional AI specification, section 1.1, as exact fractions."""
    outcome = clear(MIRROR, quantity)
    assert outcome.price == pytest.approx(price, abs=1e-9)
    assert outcome.profit == pytest.approx(profit, abs=1e-9)
    assert outcome.consumer_surplus == pytest.approx(surplus, abs=1e-9)
    assert outcome.welfare == pytest.approx(welfare, abs=1e-9)


def test_a_cartel_at_nash_shares():
    """60 of each good, split 7 to 4 as at Nash: the monopoly price, at a cost of misallocation."""
    share = 60 * 7 / 11
    outcome = clear(MIRROR, [[share, 60 - share], [60 - share, share]])
    assert outcome.price == pytest.approx([70, 70], abs=1e-9)
    assert outcome.profit == pytest.approx([17400 / 11] * 2, abs=1e-9)
    assert outcome.welfare == pytest.approx(1800 + 2 * 17400 / 11, abs=1e-9)


def test_the_price_never_falls_below_zero_and_losses_are_shown():
    outcome = clear(cournot_spec(capacity=1000), [[200, 300], [10, 0]])
    assert outcome.price == pytest.approx([0, 0])
    assert outcome.profit == pytest.approx([-40 * 200 - 50 * 300, -50 * 10])


@given(st.floats(0, 500))
@settings(max_examples=25, deadline=None)
def test_consumer_surplus_is_the_area_between_demand_and_price(total):
    """Held against numerical integration, beyond the quantity at which the price reaches zero too."""
    spec = cournot_spec(marginal_cost=((40,),), capacity=1000)
    outcome = clear(spec, [[total]])
    served = min(total, 200.0)
    area, _ = quad(lambda q: max(0.0, 100 - q / 2) - float(outcome.price[0]), 0, served)
    assert float(outcome.consumer_surplus) == pytest.approx(area, rel=1e-9, abs=1e-9)


@given(specifications_and_quantities(rounds=4))
@settings(max_examples=40, deadline=None)
def test_leading_axes_are_rounds_that_do_not_touch(drawn):
    spec, quantity = drawn
    together = clear(spec, quantity.reshape(2, 2, *quantity.shape[1:]))
    for k in range(4):
        alone = clear(spec, quantity[k])
        for whole, part in zip(together[:-1], alone[:-1], strict=True):
            assert np.array_equal(whole[k // 2, k % 2], part)


@given(specifications_and_quantities(rounds=1))
@settings(max_examples=40, deadline=None)
def test_welfare_is_what_consumption_is_worth_less_what_production_costs(drawn):
    spec, (quantity,) = drawn
    outcome = clear(spec, quantity)
    alpha, beta = np.asarray(spec.alpha), np.asarray(spec.beta)
    served = np.minimum(quantity.sum(axis=0), alpha * beta)
    worth = np.sum(alpha * served - served**2 / (2 * beta))
    cost = np.sum(np.asarray(spec.marginal_cost) * quantity)
    assert float(outcome.welfare) == pytest.approx(worth - cost, rel=1e-9, abs=1e-6)


def test_shocked_demand_may_differ_from_round_to_round():
    outcome = clear(MIRROR, np.full((2, 2, 2), 10.0), [[100, 90], [110, 5]])
    assert outcome.price == pytest.approx(np.array([[90, 80], [100, 0]]))
    assert outcome.intercept.shape == (2, 2)


def test_a_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"\[\.\.\., 2, 2\]"):
        clear(MIRROR, np.zeros((2, 3)))
