"""Rates by round against counting by hand, and their intervals against what is known of bootstraps."""

import math

import numpy as np
import pytest

from agoranomos.statistics import bootstrap_cluster_mean
from agoranomos.statistics.tipping import area, experience_effect, sharpness, shift, violation_rate

NAN = float("nan")
MOVES = [[1, 0, NAN], [0, 0, 1], [1, 1, 1], [0, NAN, 0]]
SETTINGS = ["a", "a", "b", "b"]


def generator():
    return np.random.default_rng(3)


def points(intervals):
    return [found.point for found in intervals]


def test_rates_are_of_those_who_answered_or_of_all():
    assert points(violation_rate(MOVES, SETTINGS, generator())) == pytest.approx([1 / 2, 1 / 3, 2 / 3])
    assert points(violation_rate(MOVES, SETTINGS, generator(), of="all")) == pytest.approx([1 / 2, 1 / 4, 2 / 4])


@pytest.mark.parametrize("move", [0.0, 1.0])
def test_a_scripted_population_is_at_its_rate_in_every_round(move):
    """All-collude gives 1.00, not 7.00, over as many settings as there are."""
    found = violation_rate(np.full((56, 3), move), [f"setting {k % 7}" for k in range(56)], generator())
    assert points(found) == [move] * 3
    assert [interval.reason for interval in found] == ["equal in all settings"] * 3


def test_intervals_are_those_of_the_cluster_bootstrap():
    draws = np.random.default_rng(8)
    settings = [k // 10 for k in range(200)]
    moves = (draws.random((200, 2)) < draws.random(20)[settings][:, None]).astype(float)
    for k, found in enumerate(violation_rate(moves, settings, generator(), resamples=20_000)):
        known = bootstrap_cluster_mean(moves[:, k], settings, generator(), resamples=20_000)
        assert found.point == pytest.approx(known.point)
        assert (found.low, found.high) == (pytest.approx(known.low, abs=0.01), pytest.approx(known.high, abs=0.01))
        assert found.n == 20


def test_whole_settings_are_drawn_so_copies_of_a_trajectory_narrow_nothing():
    once = violation_rate(MOVES, SETTINGS, generator(), resamples=2_000)
    often = violation_rate(MOVES * 10, SETTINGS * 10, generator(), resamples=2_000)
    assert [(one.low, one.high) for one in once] == [(one.low, one.high) for one in often]


def test_the_area_is_the_mean_rate():
    assert area(MOVES, SETTINGS, generator()).point == pytest.approx((1 / 2 + 1 / 3 + 2 / 3) / 3)
    assert area([[0, 1, 1, 1]], ["a"], generator()).point == pytest.approx(0.75)


def test_a_round_without_a_value_is_left_out_of_the_area():
    assert area([[NAN, 1], [NAN, 0]], ["a", "b"], generator()).point == pytest.approx(0.5)


def test_experience_is_the_difference_of_two_arms_whose_settings_are_drawn_together():
    """Settings far apart in level, alike in the effect: the effect is known better than either level is."""
    levels, settings = np.linspace(0.1, 0.7, 20), list(range(20))
    base, shown = np.tile(levels[:, None], (1, 3)), np.tile(levels[:, None] + 0.2, (1, 3))
    shown[0, 0] += 0.05
    found = experience_effect(shown, settings, base, settings, generator())
    level = area(shown, settings, generator())
    assert found.point == pytest.approx(0.2 + 0.05 / 60)
    assert found.high - found.low < 0.05 * (level.high - level.low)


def test_experience_of_arms_without_a_common_setting_has_a_point_all_the_same():
    found = experience_effect([[1.0]] * 3, ["a", "b", "c"], [[0.0]] * 3, ["d", "e", "f"], generator())
    assert found.point == 1.0


def test_a_shift_is_between_the_means_of_rounds():
    moves = [[0, 1, 1, 1], [0, 1, NAN, 0], [1, 1, 1, 1]]
    found = shift(moves, [1, 2], [3, 4], ["a", "b", "c"], generator())
    assert found.point == pytest.approx((1.0 + 2 / 3) / 2 - (1 / 3 + 1.0) / 2)
    assert shift(moves, [1], [4], ["a", "b", "c"], generator()).point == pytest.approx(2 / 3 - 1 / 3)
    for rounds in ([], [0], [5]):
        with pytest.raises(ValueError, match="rounds from 1 to 4"):
            shift(moves, [1], rounds, ["a", "b", "c"], generator())


def test_sharpness_of_a_step_a_line_and_a_fall():
    assert sharpness([0, 0, 1, 1]) == 1.0
    assert sharpness([0, 0.25, 0.5, 0.75, 1]) == pytest.approx(1 / 4)
    assert sharpness([0.1, 0.9, 0.5]) == pytest.approx(2.0)
    assert math.isnan(sharpness([0.5, 0.9, 0.5]))
    assert sharpness([0, NAN, 1]) == 1.0


def test_a_wiggle_of_a_flat_line_is_not_sharp():
    assert math.isnan(sharpness([0.8, 0.8, 0.8 + 1e-7]))
    assert math.isnan(sharpness([0.1, 0.1, 0.29]))
    assert sharpness([0.1, 0.1, 0.3]) == 1.0
    assert sharpness([0.1, 0.1, 0.2], least=0.1) == 1.0


def test_bad_arrays_are_refused():
    with pytest.raises(ValueError, match=r"\[trajectory, round\]"):
        violation_rate([0, 1], ["a", "b"], generator())
    with pytest.raises(ValueError, match="between 0 and 1"):
        violation_rate([[7.0]], ["a"], generator())
    with pytest.raises(ValueError, match="cluster names"):
        violation_rate([[1.0]], ["a", "b"], generator())
    with pytest.raises(ValueError, match="one curve"):
        sharpness([[0, 1]])


def test_nothing_is_made_of_nothing():
    found = violation_rate([[NAN, 1.0]], ["a"], generator())
    assert (found[0].reason, found[1].reason) == ("no value", "one setting has no spread between settings")
