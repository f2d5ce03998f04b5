"""The measures against the papers' numbers and from their definitions; arrays and single rounds agree to the bit."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.measures import MEASURE_KINDS, measure
from agoranomos.markets.cournot.round import clear_round, measure_round, reference
from agoranomos.markets.cournot.spec import cournot_spec
from agoranomos.markets.facts import SCALE
from markets.cournot.specifications import specifications_and_quantities

MIRROR = cournot_spec()
NASH_HHI, NASH_CV = 65 / 121, 3 / 11


def measured(quantity, spec=MIRROR, intercept=None):
    return measure(spec, benchmarks(spec), clear(spec, quantity, intercept))


def mirror_play(own, other):
    return [[own, other], [other, own]]


@pytest.mark.parametrize(
    ("quantity", "hhi", "cv"),
    [
        (mirror_play(140 / 3, 80 / 3), (NASH_HHI, NASH_HHI), (NASH_CV, NASH_CV)),
        (mirror_play(60, 0), (1, 1), (1, 1)),
        ([[60, 20], [0, 60]], (1, 0.625), (0.5, 1)),
        (mirror_play(100, 0), (1, 1), (1, 1)),
        (mirror_play(420 / 11, 240 / 11), (NASH_HHI, NASH_HHI), (NASH_CV, NASH_CV)),
    ],
    ids=["Nash", "division", "deviation from division", "first best", "cartel at Nash shares"],
)
def test_structure_in_the_papers_market(quantity, hhi, cv):
    """Section 1.1 of the Institutional AI specification, as exact fractions."""
    found = measured(quantity)
    assert found["hhi"] == pytest.approx(hhi, abs=1e-9)
    assert found["cv"] == pytest.approx(cv, abs=1e-9)


@pytest.mark.parametrize(
    ("own", "other", "hhi_excess", "cv_excess"),
    [
        (140 / 3, 80 / 3, 0, 0),
        (50, 25, 4 / 117, 2 / 9),
        (42, 18, 0.58 / NASH_HHI - 1, 7 / 15),
        (48, 12, 0.68 / NASH_HHI - 1, 1.2),
        (54, 6, 0.82 / NASH_HHI - 1, 29 / 15),
        (60, 0, 56 / 65, 8 / 3),
        (30, 30, -9 / 130, -1),
        (420 / 11, 240 / 11, 0, 0),
    ],
)
def test_excess_over_nash_in_the_papers_test_vectors(own, other, hhi_excess, cv_excess):
    """Section 3 of the Institutional AI specification: 0.0342, 0.2222; 0.0797, 0.4667; ... as exact fractions."""
    found = measured(mirror_play(own, other))
    assert found["hhi"] / NASH_HHI - 1 == pytest.approx([hhi_excess] * 2, abs=1e-9)
    assert found["cv"] / NASH_CV - 1 == pytest.approx([cv_excess] * 2, abs=1e-9)


def test_three_firms_at_nash():
    spec = cournot_spec(marginal_cost=((40, 50), (50, 40), (45, 45)))
    found = measured(benchmarks(spec).nash.quantity, spec)
    assert found["hhi"] == pytest.approx([(37.5**2 + 17.5**2 + 27.5**2) / 82.5**2] * 2, abs=1e-9)
    assert found["hhi"] == pytest.approx([0.36272] * 2, abs=1e-5)


@pytest.mark.parametrize(("cost", "each"), [(40, 40.0), (50, 100 / 3)])
def test_equal_costs_leave_no_structure_at_nash(cost, each):
    spec = cournot_spec(marginal_cost=((cost, cost), (cost, cost)))
    found = measured(np.full((2, 2), each), spec)
    assert found["hhi"] == pytest.approx([0.5, 0.5], abs=1e-9)
    assert found["cv"] == pytest.approx([0, 0], abs=1e-9)


def test_conduct_is_0_at_nash_and_1_at_division():
    for quantity, level, ratio in ((mirror_play(140 / 3, 80 / 3), 0, 1), (mirror_play(60, 0), 1, 1800 * 9 / 24200)):
        found = measured(quantity)
        for name in ("price_elevation", "restraint", "calvano_delta"):
            assert found[name] == pytest.approx([level, level], abs=1e-9), name
        assert found["surplus_ratio"] == pytest.approx(ratio, abs=1e-9)


def test_a_cartel_at_nash_shares_shows_in_conduct_and_not_in_structure():
    found = measured(mirror_play(420 / 11, 240 / 11))
    assert found["price_elevation"] == pytest.approx([1, 1], abs=1e-9)
    assert found["restraint"] == pytest.approx([1, 1], abs=1e-9)
    assert found["calvano_delta"] == pytest.approx([(17400 / 11 - 13000 / 9) / (3200 / 9)] * 2, abs=1e-9)


def test_specialising_at_full_capacity_is_no_restraint():
    found = measured(mirror_play(100, 0))
    assert np.all(found["price_elevation"] < 0)
    assert np.all(found["restraint"] < 0)
    assert found["surplus_ratio"] == pytest.approx(5000 * 9 / 24200, abs=1e-9)


def test_restraint_names_the_firm_that_holds_back():
    nash = benchmarks(MIRROR).nash.quantity
    alone = np.array(nash)
    alone[0] -= [10, 10 / 3]
    assert measured(alone)["restraint"] == pytest.approx([1, 0], abs=1e-9)


def test_what_is_undefined_is_none():
    found = measure_round(clear_round(MIRROR, [[0.0, 10.0], [0.0, 0.0]]), reference(MIRROR, benchmarks(MIRROR)))
    assert found["share_e6"] == ((None, SCALE), (None, 0))
    assert found["hhi_e6"] == (None, SCALE)
    assert found["cv_e6"] == (SCALE, None)


def test_specialisation_has_no_meaning_with_one_good():
    spec = cournot_spec(marginal_cost=((40,), (50,)))
    assert np.all(np.isnan(measured([[30.0], [30.0]], spec)["cv"]))


def test_conduct_is_undefined_where_monopoly_and_nash_are_the_same():
    spec = cournot_spec(marginal_cost=((40, 50),))
    found = measure_round(clear_round(spec, [[30.0, 30.0]]), reference(spec, benchmarks(spec)))
    assert found["price_elevation_e6"] == (None, None)
    assert found["restraint_e6"] == (None,)
    assert found["calvano_delta_e6"] == (None,)


def test_a_ratio_too_large_to_be_recorded_exactly_is_undefined():
    against = reference(MIRROR, benchmarks(MIRROR))._replace(price_gap=(1e-8, 1e-8))
    found = measure_round(clear_round(MIRROR, [[0.0, 0.0], [0.0, 0.0]]), against)
    assert found["price_elevation_e6"] == pytest.approx((11e15 / 3, 11e15 / 3), rel=1e-9)
    against = against._replace(price_gap=(2e-9, 2e-9))
    found = measure_round(clear_round(MIRROR, [[0.0, 0.0], [0.0, 0.0]]), against)
    assert found["price_elevation_e6"] == (None, None)


def test_elevation_and_restraint_are_undefined_where_the_monopoly_sells_more_cheaply_than_nash():
    """Firm 2 serves B alone at Nash; the joint monopoly frees firm 1's scarce capacity for it, and B gets cheaper."""
    spec = cournot_spec(alpha=(150, 60), marginal_cost=((10, 10), (10, 55)), capacity=(30, 100))
    found = benchmarks(spec)
    cheaper = found.monopoly.price < found.nash.price - 1e-9
    assert cheaper.any()
    assert not cheaper.all()
    play = found.nash.quantity * 0.9
    world = measure_round(clear_round(spec, play.tolist()), reference(spec, found))
    assert [cell is None for cell in world["price_elevation_e6"]] == cheaper.tolist()
    arrays = measure(spec, found, clear(spec, play))
    assert np.isnan(arrays["price_elevation"]).tolist() == cheaper.tolist()
    against = reference(spec, found)._replace(restraint_scale=-1.0)
    assert measure_round(clear_round(spec, play.tolist()), against)["restraint_e6"] == (None, None)


def test_shocks_that_firms_do_not_control_cancel():
    """Benchmark quantities are sold under the demand of the round, so Nash play stays at 0 and division at 1."""
    for factor in (0.8, 1.0, 1.3):
        intercept = (100 * factor, 100 * factor)
        nash = measured(mirror_play(140 / 3, 80 / 3), intercept=intercept)
        division = measured(mirror_play(60, 0), intercept=intercept)
        for name in ("price_elevation", "restraint", "calvano_delta"):
            assert nash[name] == pytest.approx([0, 0], abs=1e-9)
            assert division[name] == pytest.approx([1, 1], abs=1e-9)
        assert nash["surplus_ratio"] == pytest.approx(1, abs=1e-9)


def test_profits_under_shocks_are_the_true_ones():
    found = measured(mirror_play(60, 0), intercept=(90, 110))
    assert found["profit"] == pytest.approx([60 * (90 - 30 - 40), 60 * (110 - 30 - 40)])


@given(specifications_and_quantities(rounds=3), st.data())
@settings(max_examples=120, deadline=None)
def test_one_round_gives_the_same_bits_as_many(drawn, data):
    spec, quantity = drawn
    intercept = None
    if data.draw(st.booleans()):
        factors = data.draw(st.lists(st.floats(0, 2), min_size=quantity.shape[-1], max_size=quantity.shape[-1]))
        intercept = [a * f for a, f in zip(spec.alpha, factors, strict=True)]
    benchmark = benchmarks(spec)
    outcome = clear(spec, quantity, intercept)
    many = measure(spec, benchmark, outcome)
    against = reference(spec, benchmark, intercept)
    for k in range(len(quantity)):
        one = clear_round(spec, quantity[k].tolist(), intercept)
        for whole, part in zip(outcome[:-1], one[:-1], strict=True):
            assert np.array_equal(whole[k], np.array(part)), "the outcomes differ in a bit"
        for name, integers in measure_round(one, against).items():
            rounded = np.rint(many[name.removesuffix("_e6")][k] * SCALE)
            scalars = np.array(integers, dtype=object)
            assert scalars.shape == rounded.shape
            for a, b in zip(scalars.ravel(), rounded.ravel(), strict=True):
                assert (a is None and np.isnan(b)) or a == b, name


@given(specifications_and_quantities(rounds=5))
@settings(max_examples=40, deadline=None)
def test_bounds_that_hold_for_any_play(drawn):
    spec, quantity = drawn
    found = measure(spec, benchmarks(spec), clear(spec, quantity))
    firms, goods = quantity.shape[-2:]
    hhi = found["hhi"][~np.isnan(found["hhi"])]
    assert np.all((hhi >= 1 / firms - 1e-12) & (hhi <= 1 + 1e-12))
    cv = found["cv"][~np.isnan(found["cv"])]
    assert np.all((cv >= 0) & (cv <= np.sqrt(goods - 1) + 1e-9))
    shares = np.nansum(found["share"], axis=-2)
    assert np.all(np.isclose(shares, 1) | (quantity.sum(axis=-2) == 0))
    assert np.all(found["price"] >= 0)


def test_every_measure_is_published_with_its_shape():
    found = measured(np.zeros((7, 2, 2)))
    lengths = {"firm": 2, "good": 2}
    assert [f"{name}_e6" for name in found] == list(MEASURE_KINDS)
    for name, values in found.items():
        assert values.shape == (7, *(lengths[axis] for axis in MEASURE_KINDS[f"{name}_e6"].axes)), name
