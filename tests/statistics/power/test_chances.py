"""Power in closed form against statsmodels, and against campaigns that are drawn and tested."""

import numpy as np
import pytest
from statsmodels.stats.power import TTestIndPower, TTestPower

from agoranomos.statistics import cluster_mean_estimate, equivalence_test, mean_estimate, welch_estimate
from agoranomos.statistics.power import (
    Clustered,
    Difference,
    Equivalent,
    Independent,
    Paired,
    chance_of_difference,
    chance_of_equivalence,
    fewest_runs,
    smallest_effect,
)

CAMPAIGNS = 4_000
"""Their share has an error of 0.8 points at most."""


@pytest.mark.parametrize("effect", [0.0, 0.3, -0.8, 1.28])
@pytest.mark.parametrize("n", [2, 5, 64])
def test_two_arms_equal_statsmodels(effect, n):
    theirs = TTestIndPower().power(effect, n, 0.05)
    assert Difference(Independent()).chance(effect, n) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("n", [3, 10, 40])
def test_pairs_equal_statsmodels_at_the_effect_of_differences(n):
    of_differences = 0.5 / np.sqrt(2 * (1 - 0.4))
    assert Difference(Paired(0.4)).chance(0.5, n) == pytest.approx(
        TTestPower().power(of_differences, n, 0.05), abs=1e-9
    )


def test_the_runs_for_d_of_a_half_are_the_64_of_every_textbook():
    assert fewest_runs(lambda n: Difference(Independent()).chance(0.5, n), 0.8, least=2) == 64
    found = smallest_effect(lambda effect: Difference(Independent()).chance(effect, 64), 0.8)
    assert found == pytest.approx(TTestIndPower().solve_power(nobs1=64, alpha=0.05, power=0.8), abs=1e-6)


def test_clusters_of_a_pilot_equal_drawn_campaigns():
    layout, drawn = Clustered(6, 0.3, 0.2), np.random.default_rng(1)
    names = np.repeat(np.arange(6), 10)
    found = 0
    for _ in range(CAMPAIGNS):
        between, within = drawn.normal(size=6)[names] * 0.3**0.5, drawn.normal(size=60) * 0.7**0.5
        found += cluster_mean_estimate(0.9 + (between + within) * (2 * 0.8) ** 0.5, names.tolist()).p <= 0.05
    assert Difference(layout).chance(0.9, 60) == pytest.approx(found / CAMPAIGNS, abs=0.025)


def test_more_runs_a_cluster_come_to_nothing_beyond_what_clusters_allow():
    design = Difference(Clustered(6, 0.3))
    assert fewest_runs(lambda n: design.chance(0.5, n), 0.8, least=6, step=6) is None
    assert design.chance(0.5, 10**9) == pytest.approx(design.chance(0.5, 10**7), abs=1e-3)


@pytest.mark.parametrize(("effect", "n"), [(0.0, 40), (0.3, 60), (0.0, 8)])
def test_equivalence_of_arms_equals_drawn_campaigns(effect, n):
    drawn = np.random.default_rng(2)
    found = sum(
        equivalence_test(welch_estimate(drawn.normal(size=n) + effect, drawn.normal(size=n)), 0.7).shown
        for _ in range(CAMPAIGNS)
    )
    assert Equivalent(Independent(), 0.7).chance(effect, n) == pytest.approx(found / CAMPAIGNS, abs=0.025)


def test_equivalence_of_pairs_equals_drawn_campaigns():
    drawn = np.random.default_rng(3)
    found = sum(equivalence_test(mean_estimate(drawn.normal(size=20) * 2**0.5), 0.9).shown for _ in range(CAMPAIGNS))
    assert Equivalent(Paired(), 0.9).chance(0.0, 20) == pytest.approx(found / CAMPAIGNS, abs=0.025)


def test_at_the_margin_equivalence_is_shown_at_the_level_of_error():
    assert chance_of_equivalence(1.0, 1.0, 0.05, 40) == pytest.approx(0.05, abs=1e-3)


def test_without_an_effect_a_test_errs_at_its_level_and_with_a_huge_one_never():
    assert chance_of_difference(0.0, 0.3, 11, level=0.9) == pytest.approx(0.1)
    assert chance_of_difference(1e4, 0.01, 11) == 1.0


def test_fewer_than_two_clusters_are_refused():
    with pytest.raises(ValueError, match="2 clusters or more"):
        Clustered(1)
