"""Two one-sided tests against statsmodels, and the duality of p and the narrower interval."""

import math

import numpy as np
import pytest
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

from agoranomos.statistics import equivalence_test, mean_estimate, ordinal_estimate, welch_estimate, wild_bootstrap_t

A = np.array([3.1, 2.9, 3.3, 3.0, 2.8, 3.4])
B = np.array([3.0, 3.2, 2.7, 3.1, 3.3])


@pytest.mark.parametrize("margin", [0.1, 0.3, 0.6])
def test_equal_to_statsmodels(margin):
    assert equivalence_test(welch_estimate(A, B), margin).p == pytest.approx(
        ttost_ind(A, B, -margin, margin, usevar="unequal")[0]
    )
    paired = equivalence_test(mean_estimate(A[:5] - B), margin)
    assert paired.p == pytest.approx(ttost_paired(A[:5], B, -margin, margin)[0])


@pytest.mark.parametrize("margin", np.linspace(0.05, 1, 20))
def test_shown_exactly_where_the_interval_lies_within_the_margin(margin):
    found = equivalence_test(welch_estimate(A, B), margin)
    assert found.shown == (-margin < found.low and found.high < margin) == (found.p < 0.05)


def test_a_normal_reference_is_taken_where_df_is_infinite():
    found = equivalence_test(ordinal_estimate([1, 2, 3, 2, 1, 3], [2, 1, 3, 2, 2, 1]), 3.0)
    assert 0 < found.p < 0.05


def test_no_standard_error_says_why():
    assert equivalence_test(mean_estimate([1.0]), 1.0).reason == "one value has no spread"
    wild = wild_bootstrap_t(A, range(6), np.random.default_rng(0), resamples=99)
    found = equivalence_test(wild, 1.0)
    assert math.isnan(found.p)
    assert not found.shown
    assert found.reason == "wild cluster bootstrap-t gives no standard error"


def test_a_margin_is_above_zero():
    with pytest.raises(ValueError, match="above zero"):
        equivalence_test(mean_estimate(A), 0.0)
