"""Standardised effects: the definition of the bounds by quadrature, a published example, and what has no interval."""

import math

import numpy as np
import pytest
from scipy import integrate, stats

from agoranomos.statistics import cohens_d, cohens_d_interval, hedges_g_interval, paired_effect_interval
from agoranomos.statistics.effect_size import noncentral_bounds, small_sample_factor

UNGOVERNED = np.repeat([1, 2, 3, 4], [10, 16, 19, 45])
INSTITUTIONAL = np.repeat([1, 2, 3, 4], [43, 25, 17, 5])


def tail_above(t: float, df: float, centre: float) -> float:
    """P(T > t) of the noncentral t, by integrating the normal over the chi distribution it is divided by."""

    def density(s: float) -> float:
        return float(stats.chi.pdf(s * math.sqrt(df), df) * math.sqrt(df) * stats.norm.sf(t * s - centre))

    return float(integrate.quad(density, 0, 5, epsabs=1e-12, limit=200)[0])


@pytest.mark.parametrize(("t", "df"), [(8.59, 178), (-2.0, 6), (0.0, 3), (15.0, 11)])
def test_the_bounds_are_where_the_tails_meet_their_share(t, df):
    low, high = noncentral_bounds(t, df, 0.95)
    assert tail_above(t, df, low) == pytest.approx(0.025, abs=1e-7)
    assert 1 - tail_above(t, df, high) == pytest.approx(0.025, abs=1e-7)


def test_the_effect_of_the_paper_has_an_interval():
    found = cohens_d_interval(UNGOVERNED, INSTITUTIONAL)
    assert found.point == pytest.approx(1.2805, abs=5e-5)
    # 1.2805 +/- 1.96 sqrt(2/90 + d^2 / 360) is the large-sample interval.
    margin = 1.96 * math.sqrt(2 / 90 + 1.2805**2 / 360)
    assert (found.low, found.high) == pytest.approx((1.2805 - margin, 1.2805 + margin), abs=0.01)


def test_hedges_factor_is_the_tabled_one():
    # Hedges (1981), table 1: c(2) = 0.5642, c(10) = 0.9228, c(50) = 0.9849.
    assert [small_sample_factor(df) for df in (2, 10, 50)] == pytest.approx([0.5642, 0.9228, 0.9849], abs=1e-4)


def test_g_is_d_without_its_bias():
    generator = np.random.default_rng(1)
    a, b = generator.normal(0.8, 1, (20_000, 4)), generator.normal(0, 1, (20_000, 4))
    pooled = np.sqrt((a.var(axis=1, ddof=1) + b.var(axis=1, ddof=1)) / 2)
    d = (a.mean(axis=1) - b.mean(axis=1)) / pooled
    assert d.mean() > 0.88
    assert d.mean() * small_sample_factor(6) == pytest.approx(0.8, abs=0.02)
    one = hedges_g_interval(a[0], b[0])
    assert one.point == pytest.approx(d[0] * small_sample_factor(6))
    plain = cohens_d_interval(a[0], b[0])
    assert (one.low, one.high) == (plain.low, plain.high)
    assert plain.point == pytest.approx(cohens_d(a[0], b[0]).d)


def test_paired_effects_are_in_units_of_the_differences():
    differences = np.array([1.0, 2.0, 3.0, 4.0, 0.0])
    found = paired_effect_interval(differences)
    assert found.point == pytest.approx(2 / math.sqrt(2.5) * small_sample_factor(4))
    low, high = noncentral_bounds(2 / math.sqrt(2.5) * math.sqrt(5), 4, 0.95)
    assert (found.low, found.high) == pytest.approx((low / math.sqrt(5), high / math.sqrt(5)))


def test_the_interval_excludes_zero_exactly_where_the_test_does():
    for shift in np.linspace(0, 3, 31):
        a, b = np.array([1.0, 2.0, 3.0, 5.0]) + shift, np.array([2.0, 0.5, 1.0, 2.0])
        found, test = cohens_d_interval(a, b), stats.ttest_ind(a, b)
        assert (found.low > 0 or found.high < 0) == (test.pvalue < 0.05)


def test_an_enormous_effect_still_has_bounds():
    found = cohens_d_interval([1e6, 1e6 + 1, 1e6 + 2], [0.0, 1.0, 2.0])
    assert 0 < found.low < found.point < found.high


def test_the_bounds_pass_smoothly_to_those_of_the_scale_alone():
    below, above = noncentral_bounds(999.9, 8, 0.95), noncentral_bounds(1000.1, 8, 0.95)
    assert below == pytest.approx(above, rel=3e-4)
    assert noncentral_bounds(-2e3, 8, 0.95) == tuple(-bound for bound in noncentral_bounds(2e3, 8, 0.95)[::-1])


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (cohens_d_interval([], [1.0]), "no value on one side"),
        (hedges_g_interval([1.0], [2.0, 3.0]), "three values are too few"),
        (paired_effect_interval([1.0, 2.0]), "two values are too few"),
        (paired_effect_interval([1.0, 1.0, 1.0]), "all 3 values are equal"),
    ],
)
def test_degenerate_cases_say_why(found, reason):
    assert math.isnan(found.low)
    assert found.reason == reason
