"""Means, pairs and clusters with Student's t, against SciPy's tests and statsmodels' interval."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from agoranomos.statistics import cluster_difference_estimate, cluster_mean_estimate, mean_estimate, welch_estimate

A = np.array([3.0, 4.5, 2.0, 6.0, 5.5, 1.0])
B = np.array([1.0, 2.5, 2.0, 3.0])
LONE = "one cluster on one side has no spread"


def test_a_mean_of_pairs_is_scipys_paired_test():
    second = A[::-1] * 0.4
    found, expected = mean_estimate(A - second), stats.ttest_rel(A, second)
    assert found.p == pytest.approx(expected.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(expected.confidence_interval()))
    assert found.point / found.se == pytest.approx(expected.statistic)
    assert (found.df, found.n, found.clusters) == (5, 6, 6)


def test_a_difference_is_scipys_welch_test_and_statsmodels_interval():
    found, expected = welch_estimate(A, B), stats.ttest_ind(A, B, equal_var=False)
    assert (found.p, found.df) == pytest.approx((expected.pvalue, expected.df))
    theirs = CompareMeans(DescrStatsW(A), DescrStatsW(B)).tconfint_diff(usevar="unequal")
    assert (found.low, found.high) == pytest.approx(theirs)


def test_the_counts_of_the_paper_give_its_p():
    found = welch_estimate(np.repeat([1, 2, 3, 4], [10, 16, 19, 45]), np.repeat([1, 2, 3, 4], [43, 25, 17, 5]))
    assert found.p == pytest.approx(4.668e-15, rel=1e-3)


def test_each_cluster_counts_once():
    values, clusters = [1.0, 3.0, 10.0, 6.0, 6.0, 6.0], ["a", "a", "b", "c", "c", "c"]
    assert cluster_mean_estimate(values, clusters).point == 6.0
    found, alone = cluster_mean_estimate(values, clusters), mean_estimate([2.0, 10.0, 6.0])
    assert (found.low, found.high, found.p, found.df) == (alone.low, alone.high, alone.p, 2)
    assert (found.n, found.clusters) == (6, 3)


def test_clusters_of_both_sides_are_paired():
    clusters = ["a", "a", "b", "b", "c", "c"]
    found = cluster_difference_estimate(A, clusters, B, ["c", "b", "a", "a"])
    means = [3.75 - 2.5, 4.0 - 2.5, 3.25 - 1.0]
    assert (found.point, found.p) == pytest.approx((np.mean(means), stats.ttest_1samp(means, 0).pvalue))
    assert found.method == "t over differences of clusters"


def test_a_cluster_of_one_side_alone_is_left_out_with_a_warning():
    found = cluster_difference_estimate(A, list("aabbcc"), B, list("aabb"))
    assert found.clusters == 2
    assert found.warning == "clusters with values on one side only were left out: 1"


def test_clusters_of_one_side_each_are_compared_by_welch():
    found = cluster_difference_estimate(A, list("aabbcc"), B, list("ddee"))
    expected = stats.ttest_ind([3.75, 4.0, 3.25], [1.75, 2.5], equal_var=False)
    assert (found.p, found.df) == pytest.approx((expected.pvalue, expected.df))
    assert found.clusters == 5


@pytest.mark.parametrize(
    ("found", "point", "reason"),
    [
        (mean_estimate([]), math.nan, "no value"),
        (mean_estimate([2.0]), 2.0, "one value has no spread"),
        (mean_estimate([2.0, 2.0]), 2.0, "all 2 values are equal"),
        (welch_estimate([], B), math.nan, "no value on one side"),
        (welch_estimate([1.0], [3.0, 4.0]), -2.5, "one value on one side has no spread"),
        (welch_estimate([4.0, 4.0], [3.0, 3.0]), 1.0, "neither side varies"),
        (cluster_mean_estimate([1.0, 2.0], ["a", "a"]), 1.5, "one cluster mean has no spread"),
        (cluster_mean_estimate([1.0, 2.0, 2.0, 1.0], list("aabb")), 1.5, "all 2 cluster means are equal"),
        (cluster_difference_estimate([1.0, 2.0], list("aa"), [3.0], ["b"]), -1.5, LONE),
    ],
)
def test_degenerate_cases_say_why(found, point, reason):
    assert found.point == pytest.approx(point, nan_ok=True)
    assert math.isnan(found.low)
    assert math.isnan(found.p)
    assert found.reason == reason


def test_what_is_no_sample_is_refused():
    with pytest.raises(ValueError, match="NaN"):
        mean_estimate([math.nan, 1.0])
    with pytest.raises(ValueError, match="2 values but 1"):
        cluster_mean_estimate([1.0, 2.0], ["a"])
