"""Welch's test against the published counts, an integral of the t density, and its degenerate cases."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, special

from agoranomos.statistics import welch_test

UNGOVERNED = np.repeat([1.0, 2.0, 3.0, 4.0], [10, 16, 19, 45])
INSTITUTIONAL = np.repeat([1.0, 2.0, 3.0, 4.0], [43, 25, 17, 5])


def two_sided_tail(t: float, df: float) -> float:
    """The tail area of Student's density, by quadrature of its formula."""
    scale = math.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2)) / math.sqrt(df * math.pi)
    area, _ = integrate.quad(lambda x: scale * (1 + x * x / df) ** (-(df + 1) / 2), abs(t), np.inf, epsabs=0)
    return 2 * area


def test_the_counts_of_the_paper_give_its_p():
    test = welch_test(UNGOVERNED, INSTITUTIONAL)
    assert test.p == pytest.approx(4.668e-15, rel=1e-3)
    assert test.t == pytest.approx(8.59, abs=5e-3)
    assert test.df == pytest.approx(175.1, abs=0.05)
    assert test.p == pytest.approx(two_sided_tail(test.t, test.df), rel=1e-5)


samples = st.lists(st.floats(-100, 100), min_size=2, max_size=12)


@settings(max_examples=40)
@given(samples, samples)
def test_formula_and_antisymmetry(first, second):
    test, mirrored = welch_test(first, second), welch_test(second, first)
    if test.reason:
        assert math.isnan(test.p)
        return
    a, b = np.array(first), np.array(second)
    error = math.sqrt(a.var(ddof=1) / a.size + b.var(ddof=1) / b.size)
    assert test.t == pytest.approx((a.mean() - b.mean()) / error, rel=1e-9, abs=1e-12)
    assert mirrored.t == pytest.approx(-test.t, abs=1e-12)
    assert mirrored.p == pytest.approx(test.p)
    assert min(a.size, b.size) - 1 - 1e-9 <= test.df <= a.size + b.size - 2 + 1e-9
    assert (test.low <= 0 <= test.high) == (test.p >= 0.05) or test.p == pytest.approx(0.05)


def test_one_constant_side_is_tested_without_a_warning():
    test = welch_test([4.0] * 30, [1.0, 2.0, 2.0])
    assert test.reason == ""
    assert test.df == pytest.approx(2)
    assert test.p == pytest.approx(two_sided_tail(test.t, 2), rel=1e-6)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ([], [1.0, 2.0], "no value on one side"),
        ([1.0], [1.0, 2.0], "one value on one side has no spread"),
        ([4.0] * 3, [1.0] * 2, "neither side varies: all 3 values are equal"),
    ],
)
def test_degenerate_cases_say_why(first, second, reason):
    test = welch_test(first, second)
    assert math.isnan(test.p)
    assert math.isnan(test.t)
    assert test.reason == reason


@pytest.mark.parametrize("bad", [[math.nan, 1.0], [math.inf, 1.0], [[1.0], [2.0]]])
def test_what_is_no_finite_sample_is_refused(bad):
    with pytest.raises(ValueError):
        welch_test(bad, [1.0, 2.0])
