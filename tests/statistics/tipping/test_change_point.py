"""Change points against statsmodels and full enumeration, and against worlds of which it is known whether they tip."""

import math

import numpy as np
import pytest
from scipy.special import expit

from agoranomos.statistics.tipping import change_point, synthetic
from agoranomos.statistics.tipping.change_point import drift_log_likelihood


def noisy(seed=1):
    draws = np.random.default_rng(seed)
    return (draws.random((8, 12)) < np.where(np.arange(12) < 5, 0.25, 0.75)).astype(float)


@pytest.mark.parametrize("seed", range(5))
def test_the_drift_is_the_logit_that_statsmodels_fits(seed):
    import statsmodels.api as sm

    moves = noisy(seed)
    rounds = np.tile(np.arange(12.0), (8, 1))
    known = sm.Logit(moves.ravel(), sm.add_constant(rounds.ravel())).fit(disp=0)
    assert drift_log_likelihood(moves.sum(axis=0), np.full(12, 8.0)) == pytest.approx(known.llf, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_step_is_the_best_of_all_and_the_gain_is_of_both_likelihoods(seed):
    moves = noisy(seed)
    best = (-math.inf, 0)
    for first in range(1, 11):
        sides = moves[:, :first], moves[:, first:]
        likelihood = sum(np.log(np.where(side == 1, side.mean(), 1 - side.mean())).sum() for side in sides)
        best = max(best, (likelihood, first + 1))
    found = change_point(moves)
    drift = drift_log_likelihood(moves.sum(axis=0), np.full(12, 8.0))
    assert found.round == best[1]
    assert found.bic_gain == pytest.approx((2 * math.log(96) - 2 * drift) - (3 * math.log(96) - 2 * best[0]))
    assert found.before == moves[:, : found.round - 1].mean()


def test_a_drift_that_is_bounded_is_the_best_within_the_bound():
    """Against a fine grid: nobody, then everybody, has no finite slope of its own."""
    sums, counts = np.array([0.0, 0, 0, 8, 8, 8]), np.full(6, 8.0)
    slope, at = 2.0, np.arange(6) - 2.5
    levels = np.linspace(-3, 3, 2001)
    fitted = expit(levels[:, None] + slope * at)
    likelihood = (sums * np.log(fitted) + (counts - sums) * np.log1p(-fitted)).sum(axis=1)
    assert drift_log_likelihood(sums, counts) == pytest.approx(likelihood.max(), abs=1e-5)
    assert drift_log_likelihood(sums[::-1], counts) == pytest.approx(likelihood.max(), abs=1e-5)


def test_from_nobody_to_everybody_is_a_tip():
    found = change_point([[0, 0, 0, 1, 1, 1]] * 8)
    assert (found.tipped, found.round, found.shift) == (True, 4, 1.0)


@pytest.mark.parametrize("seed", range(40))
def test_a_tip_to_certainty_is_one_however_sums_are_rounded(seed):
    generator = np.random.default_rng(seed)
    chances = np.hstack([generator.uniform(0.05, 0.06, (8, 6)), np.ones((8, 6))])
    found = change_point(chances)
    assert found.tipped
    assert found.bic_gain > 6
    assert 1.0 - 1e-12 < found.after <= 1.0


def test_a_fall_is_none():
    assert not change_point([[1, 1, 1, 0, 0, 0]] * 8).tipped


def test_a_fall_is_found_in_the_rounds_that_kept_the_rule():
    found = change_point(1 - np.array([[1, 1, 1, 0, 0, 0]] * 8))
    assert (found.tipped, found.round) == (True, 4)


def test_a_tip_that_is_undone_is_one_all_the_same():
    """0.1, then 0.8 for three rounds, then 0.1: a drift and a single step both miss it."""
    for before, tipped, later in ((5, 3, 8), (2, 3, 20), (3, 4, 20)):
        found = change_point([[0.1] * before + [0.8] * tipped + [0.1] * later] * 20)
        assert found.tipped
        assert (found.round, found.until) == (before + 1, before + tipped)
        assert (found.before, found.after, found.later) == pytest.approx((0.1, 0.8, 0.1))


def test_a_curve_that_only_falls_has_one_level_and_no_step():
    found = change_point([[0.9] * 6 + [0.1] * 6] * 20)
    assert (found.tipped, found.round, found.shift) == (False, 0, 0.0)
    assert found.after == pytest.approx(0.5)
    assert found.bic_gain < 0


def test_a_rise_after_a_deeper_fall_is_the_step_that_is_told():
    """The best of all steps is the fall in round 5."""
    assert change_point([[0.9] * 4 + [0.1] * 8 + [0.6] * 8] * 20).round == 13


def test_the_undone_step_is_the_best_of_all():
    """Against full enumeration, with two parameters more than a step that lasts."""
    draws = np.random.default_rng(3)
    level = np.array([0.2] * 4 + [0.7] * 4 + [0.2] * 4)
    moves = (draws.random((20, 12)) < level).astype(float)
    best = (-math.inf, 0, 0)
    for first in range(1, 12):
        for end in range(first + 2, 12):
            sides = moves[:, :first], moves[:, first:end], moves[:, end:]
            likelihood = sum(np.log(np.where(side == 1, side.mean(), 1 - side.mean())).sum() for side in sides)
            best = max(best, (likelihood, first + 1, end))
    found = change_point(moves)
    drift = drift_log_likelihood(moves.sum(axis=0), np.full(12, 20.0))
    assert (found.round, found.until) == best[1:]
    assert found.bic_gain == pytest.approx((2 * math.log(240) - 2 * drift) - (5 * math.log(240) - 2 * best[0]))


def test_a_rise_of_one_round_is_none():
    found = change_point([[0] * 8 + [1] + [0] * 3] * 8)
    assert not found.tipped


def test_a_rise_below_a_fifth_is_none_however_clear():
    assert not change_point([[0.1] * 6 + [0.29] * 6] * 2_000).tipped
    assert change_point([[0.1] * 6 + [0.31] * 6] * 2_000).tipped


@pytest.mark.parametrize(
    ("kind", "least", "most"),
    [("tipping", 0.95, 1.0), ("drift", 0.0, 0.03), ("none", 0.0, 0.01), ("constant-hazard", 0.0, 0.03)],
)
def test_worlds_that_tip_are_told_from_those_that_do_not(kind, least, most):
    """100 groups of 40 agents over 20 rounds; a rise from 0.2 to 0.6."""
    worlds = synthetic(kind, 9, trajectories=100, agents=40, rounds=20)
    found = [change_point(world) for world in worlds]
    assert least <= np.mean([one.tipped for one in found]) <= most
    if kind == "tipping":
        assert np.median([one.round for one in found]) == 11


def test_too_little_says_why():
    assert change_point([[0, 1]]).reason == "2 rounds are fewer than 3"
    assert change_point([[0, float("nan"), 1]]).reason == "a round without a value"
    assert not change_point([[0, float("nan"), 1]]).tipped


@pytest.mark.parametrize("move", [0.0, 1.0])
def test_nothing_changes_where_nobody_ever_does_otherwise(move):
    found = change_point(np.full((8, 6), move))
    assert not found.tipped
    assert found.bic_gain == pytest.approx(-math.log(48))
