"""Worst-case bounds by hand, against every way to fill in the missing, and what is refused."""

import itertools
import math

import numpy as np
import pytest

from agoranomos.statistics import mean_estimate, welch_estimate, worst_case_difference, worst_case_mean


def test_by_hand():
    found = worst_case_mean([0.5, 0.7], 2, (0.0, 1.0))
    assert (found.least, found.most) == pytest.approx((0.3, 0.8))
    assert (found.n, found.missing) == (2, 2)


def test_every_way_to_fill_in_the_missing_lies_within():
    first, second = [1.0, 2.0, 4.0], [3.0, 4.0]
    found = worst_case_difference(first, 2, second, 1, (0.0, 4.0))
    filled = [
        np.mean([*first, *fill[:2]]) - np.mean([*second, fill[2]])
        for fill in itertools.product([0, 1, 2, 3, 4], repeat=3)
    ]
    assert (found.least, found.most) == pytest.approx((min(filled), max(filled)))
    assert found.low <= found.least <= found.most <= found.high
    extreme = welch_estimate([*first, 0, 0], [*second, 4])
    assert found.low == pytest.approx(extreme.low)


def test_nothing_missing_leaves_the_plain_interval():
    found, plain = worst_case_mean([0.2, 0.4, 0.9], 0, (0, 1)), mean_estimate([0.2, 0.4, 0.9])
    assert (found.least, found.most, found.low, found.high) == (plain.point, plain.point, plain.low, plain.high)


def test_clusters_count_once_however_many_of_their_values_are_missing():
    found = worst_case_mean([0.2, 0.4, 0.9], 2, (0.0, 1.0), clusters=("aab", "bc"))
    low, high = mean_estimate([0.3, 0.45, 0.0]), mean_estimate([0.3, 0.95, 1.0])
    assert (found.least, found.most) == pytest.approx((low.point, high.point))
    assert (found.low, found.high) == pytest.approx((low.low, high.high))


def test_no_spread_says_so_and_keeps_the_bounds():
    found = worst_case_mean([], 3, (0.0, 1.0))
    assert (found.least, found.most) == (0.0, 1.0)
    assert math.isnan(found.low)
    assert found.reason == "all 3 values are equal"


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="the value 5 lies outside 0 to 4"):
        worst_case_mean([5.0], 0, (0, 4))
    with pytest.raises(ValueError, match="missing"):
        worst_case_mean([1.0], -1, (0, 4))
    with pytest.raises(ValueError, match="in order"):
        worst_case_mean([1.0], 1, (4, 0))
