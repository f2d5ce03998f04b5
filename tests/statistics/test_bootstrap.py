"""Bootstrap intervals against exact enumeration of all resamples, and against Student's interval."""

import itertools
import math

import numpy as np
import pytest

from agoranomos.statistics import bootstrap_cluster_mean, bootstrap_mean, mean_interval


def generator() -> np.random.Generator:
    return np.random.default_rng(7)


def test_equal_to_the_enumerated_bootstrap_distribution():
    values = [0.0, 1.0, 5.0, 6.0]
    means = [np.mean(drawn) for drawn in itertools.product(values, repeat=4)]
    low, high = np.quantile(means, [0.05, 0.95])
    found = bootstrap_mean(values, generator(), resamples=40_000, level=0.9)
    assert found.point == 3.0
    assert (found.low, found.high) == (pytest.approx(low, abs=0.3), pytest.approx(high, abs=0.3))


def test_close_to_students_interval_for_a_large_normal_sample():
    sample = np.random.default_rng(1).normal(3, 2, size=400)
    found, student = bootstrap_mean(sample, generator()), mean_interval(sample)
    assert (found.low, found.high) == (pytest.approx(student.low, abs=0.02), pytest.approx(student.high, abs=0.02))


def test_the_same_generator_gives_the_same_interval():
    assert bootstrap_mean([1, 2, 4], generator()) == bootstrap_mean([1, 2, 4], generator())


def test_clusters_of_copies_are_worth_one_value_each():
    """Ten copies of each cluster's value add nothing: the interval is that of the cluster values alone."""
    values = np.array([1.0, 2.0, 4.0, 7.0])
    copied = bootstrap_cluster_mean(np.repeat(values, 10), list(np.repeat(list("abcd"), 10)), generator())
    alone = bootstrap_mean(values, generator())
    assert (copied.point, copied.low, copied.high, copied.n) == (alone.point, alone.low, alone.high, 4)


def test_uneven_clusters_are_weighed_by_their_size():
    values, clusters = [0.0, 0.0, 0.0, 6.0], ["a", "a", "a", "b"]
    found = bootstrap_cluster_mean(values, clusters, generator(), resamples=2_000, level=0.99)
    assert (found.point, found.low, found.high) == (1.5, 0.0, 6.0)


def test_many_values_are_resampled_in_chunks():
    found = bootstrap_mean(np.arange(20_000.0), generator(), resamples=120)
    assert found.low < found.point < found.high


@pytest.mark.parametrize(
    ("values", "reason"),
    [([], "no value"), ([2.0], "one value has no spread"), ([4.0] * 3, "all 3 values are equal")],
)
def test_degenerate_cases_say_why(values, reason):
    for found in (bootstrap_mean(values, generator()), bootstrap_cluster_mean(values, values, generator())):
        assert math.isnan(found.low)
        assert math.isnan(found.high)
        assert found.reason == reason
        assert math.isnan(found.point) == (not values)


def test_one_cluster_has_no_spread():
    found = bootstrap_cluster_mean([1.0, 2.0], ["a", "a"], generator())
    assert found.point == 1.5
    assert math.isnan(found.low)
    assert "one cluster" in found.reason


def test_clusters_must_match_the_values():
    with pytest.raises(ValueError, match="2 values but 1"):
        bootstrap_cluster_mean([1.0, 2.0], ["a"], generator())
