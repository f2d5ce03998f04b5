"""The hierarchical bootstrap against its closed form of the variance, the plain bootstraps, and its own warnings."""

import math

import numpy as np
import pytest

from agoranomos.statistics import bootstrap_cluster_mean, bootstrap_hierarchical_mean
from agoranomos.statistics.hierarchical_bootstrap import _resampled, _tree


def generator() -> np.random.Generator:
    return np.random.default_rng(9)


def test_the_variance_of_two_levels_is_the_sum_of_both():
    """Davison and Hinkley, section 3.8: drawing clusters and then values adds the variance within to that between."""
    values = generator().normal(size=(5, 4)) + np.arange(5)[:, None]
    tree = _tree([np.repeat(np.arange(5), 4), np.arange(20)], [5, 20], 20)
    means = _resampled(values.ravel(), tree[:2], generator(), 60_000)
    between, within = values.mean(axis=1).var(), values.var(axis=1).mean()
    assert means.var() == pytest.approx(between / 5 + within / 20, rel=0.03)


def test_values_alone_in_their_cluster_are_the_cluster_bootstrap():
    values, names = [1.0, 4.0, 2.0, 8.0, 5.0, 7.0], list("abcdef")
    found = bootstrap_hierarchical_mean(values, [names], generator(), resamples=40_000)
    plain = bootstrap_cluster_mean(values, names, generator(), resamples=40_000)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=0.15)


def test_every_level_has_its_say_and_sizes_may_differ():
    rosters, batches = list("aaaaabbbbcc"), list("11223111212")
    values = np.array([1.0, 2, 3, 4, 9, 5, 6, 7, 8, 2, 4])
    three = bootstrap_hierarchical_mean(values, [rosters, batches], generator(), resamples=4_000)
    two = bootstrap_hierarchical_mean(values, [rosters], generator(), resamples=4_000)
    assert three.point == pytest.approx(values.mean())
    assert three.high - three.low > two.high - two.low
    assert three.n == 3


def test_names_of_batches_are_told_apart_within_their_roster():
    rosters, values = list("aabb"), [1.0, 2.0, 5.0, 9.0]
    short = bootstrap_hierarchical_mean(values, [rosters, [1, 2, 1, 2]], generator())
    assert short == bootstrap_hierarchical_mean(values, [rosters, ["a1", "a2", "b1", "b2"]], generator())


def test_few_clusters_are_warned_of_and_many_are_not():
    values = generator().normal(size=24)
    few = bootstrap_hierarchical_mean(values, [np.repeat(range(11), [2] * 9 + [3] * 2).tolist()], generator())
    assert few.warning == "11 clusters: a percentile bootstrap is too narrow below 12; take t over clusters"
    many = [bootstrap_hierarchical_mean, bootstrap_cluster_mean]
    names = np.repeat(range(12), 2).tolist()
    assert [many[0](values, [names], generator()).warning, many[1](values, names, generator()).warning] == ["", ""]
    assert bootstrap_cluster_mean(values, np.repeat(range(6), 4).tolist(), generator()).warning.startswith("6 clusters")


@pytest.mark.parametrize(
    ("values", "names", "reason"),
    [
        ([], [], "no value"),
        ([1.0, 1.0], ["a", "b"], "all 2 values are equal"),
        ([1.0, 2.0], ["a", "a"], "one cluster has no spread between clusters"),
    ],
)
def test_degenerate_cases_say_why(values, names, reason):
    found = bootstrap_hierarchical_mean(values, [names], generator())
    assert math.isnan(found.low)
    assert found.reason == reason


def test_levels_must_match_the_values():
    with pytest.raises(ValueError, match="2 values but 1"):
        bootstrap_hierarchical_mean([1.0, 2.0], [["a"]], generator())
    with pytest.raises(ValueError, match="at least one level"):
        bootstrap_hierarchical_mean([1.0, 2.0], [], generator())
