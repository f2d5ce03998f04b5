"""Clopper-Pearson bounds against the binomial sums that define them."""

import math
from statistics import NormalDist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.statistics import rate_interval, upper_bound_of_rate, wilson_interval


def at_most(count: int, n: int, rate: float) -> float:
    return sum(math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in range(count + 1))


@settings(max_examples=40)
@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_bounds_are_where_the_tails_meet_their_share(pair):
    count, n = pair
    if count < n:
        assert at_most(count, n, upper_bound_of_rate(count, n)) == pytest.approx(0.05, rel=1e-6)
    found = rate_interval(count, n)
    assert found.low <= found.point <= found.high
    if count > 0:
        assert 1 - at_most(count - 1, n, found.low) == pytest.approx(0.025, rel=1e-6)


def test_none_in_2000_is_the_rule_of_three():
    assert upper_bound_of_rate(0, 2000) == pytest.approx(1 - 0.05 ** (1 / 2000))
    assert upper_bound_of_rate(0, 2000) == pytest.approx(3 / 2000, rel=3e-3)


def test_all_and_nothing():
    assert upper_bound_of_rate(5, 5) == 1.0
    assert rate_interval(0, 5).low == 0.0
    assert math.isnan(upper_bound_of_rate(0, 0))
    assert rate_interval(0, 0).reason == "no value"


@pytest.mark.parametrize(("count", "n"), [(-1, 3), (4, 3)])
def test_impossible_counts_are_refused(count, n):
    with pytest.raises(ValueError, match="between 0 and n = 3"):
        upper_bound_of_rate(count, n)
    with pytest.raises(ValueError):
        rate_interval(count, n)


@settings(max_examples=40)
@given(st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_bound_of_wilson_is_a_rate_under_which_the_count_lies_so_many_standard_errors_off(pair):
    count, n = pair
    found = wilson_interval(count, n)
    z = NormalDist().inv_cdf(0.975)
    for bound in (found.low, found.high):
        assert abs(count / n - bound) == pytest.approx(z * math.sqrt(bound * (1 - bound) / n), abs=1e-7)
    assert found.low <= found.point + 1e-12
    assert found.point <= found.high + 1e-12


def test_wilson_of_nothing_has_no_bounds_and_of_the_impossible_is_refused():
    assert math.isnan(wilson_interval(0, 0).low)
    assert wilson_interval(0, 0).reason == "no value"
    with pytest.raises(ValueError, match="between 0 and n"):
        wilson_interval(5, 4)
