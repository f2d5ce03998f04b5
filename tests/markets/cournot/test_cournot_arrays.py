"""The integers of many rounds at once are those of each round alone."""

import numpy as np
import pytest
from hypothesis import given, settings

from agoranomos.markets.cournot.arrays import UNDEFINED, measure_arrays_e6
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.measures import MEASURE_KINDS
from agoranomos.markets.cournot.round import clear_round, measure_round, reference
from agoranomos.markets.cournot.spec import cournot_spec
from agoranomos.markets.facts import SCALE
from markets.cournot.specifications import specifications_and_quantities


def plain(values):
    """Arrays as the record has them: nested tuples of integers, None where undefined."""
    if isinstance(values, list):
        return tuple(plain(value) for value in values)
    return None if values == UNDEFINED else values


@settings(max_examples=120, deadline=None)
@given(specifications_and_quantities(rounds=3))
def test_every_integer_is_that_of_the_round_alone(drawn):
    spec, quantity = drawn
    whole = np.rint(np.asarray(quantity) * SCALE).astype(np.int64)
    rounds = np.concatenate([whole, whole // 2, np.zeros_like(whole)])
    found = measure_arrays_e6(spec, benchmarks(spec), rounds)
    assert found.keys() == MEASURE_KINDS.keys()
    held_against = reference(spec, benchmarks(spec))
    for k, row in enumerate(rounds):
        alone = measure_round(clear_round(spec, (row / SCALE).tolist()), held_against)
        assert {name: plain(values[k].tolist()) for name, values in found.items()} == alone


def test_what_was_shocked_is_held_against_benchmarks_under_the_shock():
    spec = cournot_spec()
    rng = np.random.default_rng(3)
    whole = rng.integers(0, 50 * SCALE, (50, 2, 2))
    alphas = np.rint(rng.normal(100, 5, (50, 2)) * SCALE) / SCALE
    found = measure_arrays_e6(spec, benchmarks(spec), whole, alphas)
    for k in range(50):
        alpha = tuple(alphas[k].tolist())
        alone = measure_round(
            clear_round(spec, (whole[k] / SCALE).tolist(), alpha), reference(spec, benchmarks(spec), alpha)
        )
        assert {name: plain(values[k].tolist()) for name, values in found.items()} == alone


@pytest.mark.parametrize("leading", [(), (3,), (2, 3)])
def test_leading_axes_stay(leading):
    spec = cournot_spec()
    found = measure_arrays_e6(spec, benchmarks(spec), np.full((*leading, 2, 2), 30 * SCALE))
    sizes = {"firm": 2, "good": 2}
    for name, kind in MEASURE_KINDS.items():
        assert found[name].shape == (*leading, *(sizes[axis] for axis in kind.axes))
        assert found[name].dtype == np.int64
