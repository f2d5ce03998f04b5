"""Hazard, persistence and the effect of success, against loops over all rounds and against simulated chains."""

import itertools

import numpy as np
import pytest

from agoranomos.statistics.tipping import hazard, later_hazard, persistence, success_effect, synthetic

NAN = float("nan")


def generator():
    return np.random.default_rng(3)


def some_moves(seed=4, shape=(40, 7)):
    draws = np.random.default_rng(seed)
    moves = (draws.random(shape) < 0.3).astype(float)
    moves[draws.random(shape) < 0.1] = NAN
    return moves


def test_hazard_counts_first_violations_among_those_without_one():
    moves = some_moves()
    found = hazard(moves, range(40), generator())
    for k, interval in enumerate(found):
        at_risk = [row[k] for row in moves if 1 not in row[:k] and not np.isnan(row[k])]
        assert interval.point == pytest.approx(np.mean(at_risk))


def test_the_later_hazard_is_of_all_rounds_at_risk_and_no_mean_of_rounds():
    moves = some_moves()
    at_risk = [row[k] for row in moves for k in range(1, 7) if 1 not in row[:k] and not np.isnan(row[k])]
    found = later_hazard(moves, range(40), generator())
    assert found.point == pytest.approx(np.mean(at_risk))
    by_round = [interval.point for interval in hazard(moves, range(40), generator())[1:]]
    assert found.point != pytest.approx(np.mean(by_round), abs=0.005)
    assert np.isnan(later_hazard(moves[:, :1], range(40), generator()).point)


def test_persistence_counts_violations_after_violations():
    moves = some_moves()
    after = [b for row in moves for a, b in itertools.pairwise(row) if a == 1 and not np.isnan(b)]
    assert persistence(moves, range(40), generator()).point == pytest.approx(np.mean(after))


def test_a_chain_with_a_known_hazard_and_persistence_is_recovered():
    moves = synthetic("constant-hazard", 6, trajectories=20, agents=50, rounds=10, hazard=0.15, persistence=0.8)
    moves, settings = moves.reshape(-1, 10), [k // 50 for k in range(1000)]
    lasting = persistence(moves, settings, generator())
    assert lasting.low < 0.8 < lasting.high
    held = [found.low < 0.15 < found.high for found in hazard(moves, settings, generator())[:5]]
    assert sum(held) >= 4


def test_recorded_chances_take_the_coin_flips_out():
    """The numerators are probabilities, what is conditioned on is what was done."""
    moves, chances = [[0, 1, 1], [1, 1, 0]], [[0.1, 0.4, 0.7], [0.2, 0.5, 0.6]]
    found = hazard(moves, ["a", "b"], generator(), chances=chances)
    assert [one.point for one in found[:2]] == pytest.approx([0.15, 0.4])
    assert found[2].reason == "no value"
    assert persistence(moves, ["a", "b"], generator(), chances=chances).point == pytest.approx((0.7 + 0.5 + 0.6) / 3)


def test_chances_stand_in_only_where_they_were_recorded():
    found = persistence([[1, 1]], ["a"], generator(), chances=[[NAN, NAN]])
    assert found.point == 1.0


def groups_of(level, effect, seed, groups=28, agents=8, rounds=8):
    """Moves [T, R], successes and runs of groups with a level of their own, who break it more often after success."""
    draws = np.random.default_rng(seed)
    levels = draws.choice(level, groups)
    moves, won = np.zeros((groups, agents, rounds)), np.zeros((groups, rounds))
    for k in range(rounds):
        chance = levels + (effect * won[:, k - 1] if k else 0.0)
        moves[:, :, k] = draws.random((groups, agents)) < chance[:, None]
        won[:, k] = moves[:, :, k].sum(axis=1) >= 4
    return moves.reshape(-1, rounds), np.repeat(won, agents, axis=0), [k // agents for k in range(groups * agents)]


@pytest.mark.parametrize(("level", "effect"), [((0.25, 0.5, 0.75), 0.0), ((0.2, 0.35, 0.5), 0.3)])
def test_the_effect_of_success_is_that_within_groups_however_they_differ(level, effect):
    """Coins of groups that differ for good have none, though likely groups succeed and stay likely."""
    found = []
    for seed in range(30):
        moves, won, runs = groups_of(level, effect, seed)
        found.append(success_effect(moves, won, runs, [run % 7 for run in runs], generator(), resamples=400))
    assert np.mean([one.point for one in found]) == pytest.approx(effect, abs=0.04)
    assert np.mean([one.low < effect < one.high for one in found]) >= 0.8


def test_success_of_one_group_by_hand():
    """Shares 1/2, 1, 0, 1/2 and successes 1, 1, 0: round 1 against 2 and 3, round 2 against 3."""
    moves = [[1, 1, 0, 0], [0, 1, 0, 1]]
    won = [[1, 1, 0, 1]] * 2
    found = success_effect(moves, won, ["run"] * 2, ["a"] * 2, generator())
    third = 1 / 3
    above = third * 2 * (2 / 3) * (1.0 - 0.25) + third * 2 * (1 / 2) * (0.0 - 0.5)
    below = third * 2 * (2 / 3) * (1.0 - 0.5) + third * 2 * (1 / 2) * (1.0 - 0.0)
    assert found.point == pytest.approx(above / below)


def test_the_effect_of_success_takes_three_rounds():
    assert success_effect([[1, 1]] * 2, [[1, 1]] * 2, ["a", "b"], ["a", "b"], generator()).reason == "no value"


def test_bad_arrays_are_refused():
    with pytest.raises(ValueError, match="chances"):
        hazard([[0.5]], ["a"], generator())
    with pytest.raises(ValueError, match="shape"):
        persistence([[1, 1]], ["a"], generator(), chances=[[1]])
    with pytest.raises(ValueError, match="successes of shape"):
        success_effect([[1, 1]], [[1]], ["a"], ["a"], generator())
    with pytest.raises(ValueError, match="settings"):
        persistence([[1, 1]], ["a", "b"], generator())
