"""The intraclass correlation: a published example, a known truth, and what has none."""

import math

import numpy as np
import pytest

from agoranomos.statistics import intraclass_correlation


def test_the_example_of_shrout_and_fleiss():
    # Shrout and Fleiss (1979), table 2: six targets, four judges, ICC(1,1) = 0.17 with 95% interval -0.13 to 0.72.
    ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]])
    found = intraclass_correlation(ratings.ravel(), np.repeat(np.arange(6), 4))
    assert (found.point, found.low, found.high) == pytest.approx((0.17, -0.13, 0.72), abs=0.005)
    assert found.n == 6


def test_the_truth_is_found_with_clusters_of_many_sizes():
    generator = np.random.default_rng(4)
    sizes = generator.integers(2, 12, 2_000)
    values = np.repeat(generator.normal(size=2_000), sizes) * 0.3**0.5 + generator.normal(size=sizes.sum()) * 0.7**0.5
    found = intraclass_correlation(values, np.repeat(np.arange(2_000), sizes))
    assert found.point == pytest.approx(0.3, abs=0.02)
    assert found.low < 0.3 < found.high


@pytest.mark.parametrize(
    ("values", "clusters", "reason"),
    [
        ([1.0, 2.0], ["a", "a"], "fewer than two clusters"),
        ([1.0, 2.0], ["a", "b"], "one value a cluster"),
        ([1.0, 1.0, 1.0], ["a", "b", "b"], "all 3 values are equal"),
        ([1.0, 1.0, 2.0, 2.0], list("aabb"), "values within a cluster are equal"),
    ],
)
def test_degenerate_cases_say_why(values, clusters, reason):
    found = intraclass_correlation(values, clusters)
    assert math.isnan(found.low)
    assert found.reason == reason
