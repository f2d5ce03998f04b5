"""The exact sign-flip test against an enumeration of all patterns and against its floor."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.statistics import sign_flip_test


def by_enumeration(differences: list[float]) -> float:
    observed = abs(sum(differences))
    patterns = list(itertools.product((1, -1), repeat=len(differences)))
    extreme = sum(
        abs(sum(s * d for s, d in zip(pattern, differences, strict=True))) >= observed - 1e-9 for pattern in patterns
    )
    return extreme / len(patterns)


def test_six_labels_that_all_improve_reach_the_floor():
    test = sign_flip_test([1.2, 0.7, 1.9, 1.3, 0.9, 1.6])
    assert test.p == test.floor == 0.03125
    assert test.mean == pytest.approx(1.2666667)


@settings(max_examples=40)
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=8))
def test_equal_to_enumeration(differences):
    test = sign_flip_test(differences)
    assert test.p == by_enumeration([float(d) for d in differences])
    assert test.floor <= test.p <= 1
    assert sign_flip_test([-d for d in differences]).p == test.p


def test_rounding_does_not_break_ties():
    assert sign_flip_test([0.1, 0.2, 0.3]).p == 0.25
    assert sign_flip_test([0.3, -0.1, -0.2]).p == 1.0


def test_one_cluster_cannot_be_told_from_chance():
    test = sign_flip_test([3.0])
    assert (test.p, test.floor) == (1.0, 1.0)
    assert "one cluster" in test.reason


def test_no_and_too_many_clusters_say_why():
    assert math.isnan(sign_flip_test([]).p)
    many = sign_flip_test([1.0] * 25)
    assert math.isnan(many.p)
    assert many.mean == 1.0
    assert "more than 24" in many.reason


def test_beyond_24_clusters_patterns_are_drawn():
    drawn = np.random.default_rng(2)
    differences = drawn.normal(0.4, 1, 30)
    test = sign_flip_test(differences, drawn, draws=20_000)
    # Under random signs the sum is close to normal with this variance.
    z = abs(differences.sum()) / math.sqrt((differences**2).sum())
    assert test.p == pytest.approx(math.erfc(z / math.sqrt(2)), abs=0.01)
    assert (test.draws, test.floor, test.reason) == (20_000, 1 / 20_001, "")
    assert sign_flip_test([1.0] * 40, drawn, draws=999).p == 1 / 1000


def test_a_generator_changes_nothing_where_all_patterns_are_counted():
    assert sign_flip_test([1.0, 2.0, -0.5], np.random.default_rng(0)) == sign_flip_test([1.0, 2.0, -0.5])
