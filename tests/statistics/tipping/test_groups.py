"""Adoption, response curves and unstable points against closed forms."""

import math

import numpy as np
import pytest

from agoranomos.statistics.tipping import adoption_time, response_curve, unstable_point

NAN = float("nan")


def generator():
    return np.random.default_rng(3)


def cascades(point, groups=60, rounds=4, seed=1):
    """Shares of groups in which violating grows by 0.2 from above `point`, and shrinks by 0.2 from below it."""
    share = np.random.default_rng(seed).random(groups)
    found = [share]
    for _ in range(rounds - 1):
        share = np.clip(share + np.where(share > point, 0.2, -0.2), 0, 1)
        found.append(share)
    return np.array(found).T


def test_adoption_is_the_first_round_at_nine_tenths():
    found = adoption_time([[0.5, 0.9, 1.0], [0.1, 0.2, 0.3], [1.0, 0.0, 0.0]])
    assert found.rounds[0] == 2
    assert math.isnan(found.rounds[1])
    assert found.rounds[2] == 1
    assert (found.reached, found.median) == (2, 2.0)


def test_the_median_is_unknown_where_fewer_than_half_adopt():
    assert math.isnan(adoption_time([[0.0, 1.0], [0.0, 0.0], [0.0, 0.0]]).median)


def test_the_response_curve_averages_what_follows_each_share():
    found = response_curve([[0.0, 0.5, 0.5], [0.5, 1.0, NAN], [0.0, 0.0, 0.25]])
    assert found.before.tolist() == [0.0, 0.5]
    assert found.after == pytest.approx([(0.5 + 0 + 0.25) / 3, (0.5 + 1.0) / 2])
    assert found.counts.tolist() == [3, 2]


def test_the_fitted_curve_pools_what_falls():
    shares = [[0.0, 0.6], [0.5, 0.2], [1.0, 1.0]]
    assert response_curve(shares).fitted == pytest.approx([0.4, 0.4, 1.0])


@pytest.mark.parametrize("point", [0.3, 0.465, 0.7])
def test_the_unstable_point_of_a_cascade_is_where_it_turns(point):
    shares = cascades(point, groups=200)
    found = unstable_point(shares, range(200), generator(), resamples=200)
    assert found.point == pytest.approx(point, abs=0.05)
    assert found.low - 0.01 <= point <= found.high + 0.01


def test_the_crossing_lies_on_the_line_between_the_shares_on_either_side():
    """f(0.4) = 0.3 and f(0.6) = 0.9: below by 0.1, above by 0.3, so a quarter of the way."""
    found = unstable_point([[0.4, 0.3], [0.6, 0.9]], ["a", "b"], generator())
    assert found.point == pytest.approx(0.45)


def test_curves_on_one_side_of_the_diagonal_have_none():
    up = unstable_point([[0.1, 0.5], [0.5, 0.9]], ["a", "b"], generator())
    down = unstable_point([[0.5, 0.1], [0.9, 0.5]], ["a", "b"], generator())
    assert "dies out" in up.reason
    assert "spreads" in down.reason
    assert math.isnan(up.point)
    assert math.isnan(down.point)
    assert unstable_point([[0.1]], ["a"], generator()).reason == "no two rounds in a row"


def processes(kind, seed, groups=28, agents=8, rounds=8):
    """Shares of groups that imitate blindly, differ for good, or toss one coin: none has a share to part ways at."""
    draws = np.random.default_rng(seed)
    if kind == "blind imitation":
        found = [draws.integers(0, agents + 1, groups)]
        for _ in range(rounds - 1):
            found.append(draws.binomial(agents, found[-1] / agents))
        return np.array(found).T / agents
    chance = draws.random((groups, 1)) if kind == "groups that differ" else np.full((groups, 1), 0.4)
    return draws.binomial(agents, np.repeat(chance, rounds, axis=1)) / agents


@pytest.mark.parametrize("kind", ["blind imitation", "groups that differ", "one coin"])
def test_no_share_is_told_where_there_is_none(kind):
    found = [
        unstable_point(processes(kind, seed), [k % 7 for k in range(28)], generator(), resamples=20)
        for seed in range(30)
    ]
    assert sum(not math.isnan(one.point) for one in found) <= 3
    if kind == "blind imitation":
        assert "no fall below and rise above it beyond chance" in {one.reason for one in found}


def test_a_share_is_told_where_groups_part_ways_with_noise():
    draws, found = np.random.default_rng(4), []
    for _ in range(15):
        shares = [draws.integers(0, 9, 28) / 8]
        for _ in range(7):
            shares.append(draws.binomial(8, np.clip(0.465 + 1.7 * (shares[-1] - 0.465), 0, 1)) / 8)
        found.append(unstable_point(np.array(shares).T, [k % 7 for k in range(28)], generator(), resamples=20).point)
    assert sum(not math.isnan(point) for point in found) >= 12
    assert np.nanmean(found) == pytest.approx(0.465, abs=0.06)


def test_a_stable_point_is_not_taken_for_an_unstable_one():
    """From above the diagonal to below it: shares are drawn towards it."""
    found = unstable_point([[0.2, 0.5], [0.8, 0.5]], ["a", "b"], generator())
    assert math.isnan(found.point)
