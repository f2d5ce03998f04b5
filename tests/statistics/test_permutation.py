"""The two-sample permutation test against SciPy's, and its draws against its enumeration."""

import math

import numpy as np
import pytest
from scipy import stats

from agoranomos.statistics import permutation as module
from agoranomos.statistics import permutation_test


def generator() -> np.random.Generator:
    return np.random.default_rng(3)


@pytest.mark.parametrize("seed", range(5))
def test_equal_to_scipys_exact_test(seed):
    drawn = np.random.default_rng(seed)
    a, b = drawn.integers(0, 5, 5).astype(float), drawn.integers(1, 6, 6).astype(float)
    expected = stats.permutation_test((a, b), lambda x, y: np.mean(x) - np.mean(y), n_resamples=math.inf)
    # SciPy doubles the smaller tail; here both tails are counted.
    ways = expected.null_distribution
    assert permutation_test(a, b, generator()).p == pytest.approx(
        np.mean(np.abs(ways) >= abs(a.mean() - b.mean()) - 1e-12)
    )


def test_draws_come_close_to_the_enumeration(monkeypatch):
    a, b = [1.0, 2.5, 3.0, 5.5, 2.2, 4.1], [0.5, 1.0, 2.0, 1.5, 2.9]
    exact = permutation_test(a, b, generator())
    monkeypatch.setattr(module, "MOST_COUNTED", 10)
    drawn = permutation_test(a, b, generator(), draws=20_000)
    assert (exact.draws, drawn.draws) == (0, 20_000)
    assert drawn.p == pytest.approx(exact.p, abs=0.01)


def test_far_apart_samples_reach_the_floor_of_the_draws():
    found = permutation_test(np.arange(50.0), np.arange(50.0) + 1e4, generator(), draws=999)
    assert found.p == 1 / 1000


def test_an_empty_side_says_so():
    assert permutation_test([], [1.0], generator()).reason == "no value on one side"


def test_equal_values_cannot_be_told_apart():
    assert permutation_test([2.0, 2.0], [2.0, 2.0, 2.0], generator()).p == 1.0
