"""Power by drawn campaigns against the tests themselves, one campaign at a time, and against what is known."""

import numpy as np
import pytest
from scipy import stats

from agoranomos.statistics import ordinal_estimate, sign_flip_test
from agoranomos.statistics.power import (
    Clustered,
    SignFlips,
    Tiers,
    chance_of_shift,
    chance_of_sign_flip,
    fewest_runs,
    shifted,
    smallest_effect,
)

UNGOVERNED = (10, 16, 19, 45)


def generator() -> np.random.Generator:
    return np.random.default_rng(6)


@pytest.mark.parametrize("clusters", [6, 9, 20])
def test_sign_flips_equal_the_test_itself(clusters):
    drawn = generator()
    found = [
        sign_flip_test(0.8 + drawn.normal(size=clusters) * 0.3 * clusters**0.5).p <= 0.05
        for _ in range(2_000 if clusters < 15 else 60)
    ]
    error = 3.5 * (0.25 / len(found)) ** 0.5
    assert chance_of_sign_flip(0.8, 0.3, clusters, drawn) == pytest.approx(np.mean(found), abs=error)


def test_five_clusters_can_never_show_anything():
    assert SignFlips(Clustered(5)).chance(100.0, 50) == 0.0
    assert SignFlips(Clustered(6)).chance(100.0, 60) == 1.0


def test_a_shift_multiplies_the_odds_above_every_cut():
    before, after = shifted(UNGOVERNED, 0.0), shifted(UNGOVERNED, -1.5)
    assert before == pytest.approx(np.array(UNGOVERNED) / 90)
    for cut in (1, 2, 3):
        odds = after[cut:].sum() / after[:cut].sum() / (before[cut:].sum() / before[:cut].sum())
        assert odds == pytest.approx(np.exp(-1.5))


def test_shifts_equal_wilcoxons_test_and_the_models_own():
    drawn = generator()
    after = shifted(UNGOVERNED, -1.0)
    wilcoxon, model = [], []
    for _ in range(500):
        first, second = drawn.choice(4, 30, p=after), drawn.choice(4, 30, p=np.array(UNGOVERNED) / 90)
        test = stats.mannwhitneyu(first, second, use_continuity=False, method="asymptotic")
        wilcoxon.append(test.pvalue <= 0.05)
        model.append(ordinal_estimate(first, second).p <= 0.05)
    found = chance_of_shift(UNGOVERNED, -1.0, 30, drawn)
    assert found == pytest.approx(np.mean(wilcoxon), abs=0.05)
    assert found == pytest.approx(np.mean(model), abs=0.07)


def test_without_a_shift_it_errs_at_its_level():
    assert chance_of_shift(UNGOVERNED, 0.0, 40, generator()) == pytest.approx(0.05, abs=0.01)


def test_the_runs_for_the_published_shift():
    design = Tiers(UNGOVERNED)
    n = fewest_runs(lambda n: design.chance(-2.2, n), 0.8, least=2)
    assert n is not None
    assert design.chance(-2.2, n) >= 0.8 > design.chance(-2.2, n - 2)
    assert smallest_effect(lambda effect: design.chance(-effect, n), 0.8) == pytest.approx(2.2, abs=0.15)


def test_an_effect_that_no_size_makes_visible_is_none():
    assert np.isnan(smallest_effect(lambda effect: 0.5, 0.8))


@pytest.mark.parametrize("shares", [[1.0], [-1.0, 2.0], [0.0, 0.0]])
def test_what_is_no_distribution_is_refused(shares):
    with pytest.raises(ValueError, match="shares of two or more"):
        shifted(shares, 0.0)
