"""Reproduction numbers against trees counted by hand and a branching process whose R0 is known."""

import numpy as np
import pytest

from agoranomos.statistics.tipping import reproduction_number


def generator():
    return np.random.default_rng(3)


def begun(rounds, *first):
    """Moves of agents who violate from these rounds (from 1) on; 0 is never."""
    return [[float(bool(start) and k + 1 >= start) for k in range(rounds)] for start in first]


def branching(draws, children=3, chance=0.5, depth=6):
    """A tree in which each child of a violator follows it in the next round with `chance`; who sees whom."""
    parents, level = [-1], [0]
    for d in range(1, depth):
        for parent in [k for k, at in enumerate(level) if at == d - 1]:
            for _ in range(children):
                parents.append(parent)
                level.append(d)
    first = np.zeros(len(parents), dtype=int)
    first[0] = 1
    for child in range(1, len(parents)):
        if first[parents[child]] and draws.random() < chance:
            first[child] = first[parents[child]] + 1
    sees = np.zeros((len(parents), len(parents)), dtype=bool)
    for child in range(1, len(parents)):
        sees[child, parents[child]] = sees[parents[child], child] = True
    return begun(depth, *first), sees


@pytest.mark.parametrize("chance", [0.2, 0.5])
def test_a_branching_process_has_the_number_it_was_made_with(chance):
    draws, moves = np.random.default_rng(5), []
    for _ in range(150):
        one, sees = branching(draws, chance=chance)
        moves.append(one)
    found = reproduction_number(moves, sees, range(150), generator())
    assert found.low < 3 * chance < found.high
    assert found.high - found.low < 0.4


def test_a_line_of_followers_has_one_each():
    moves = [begun(4, 1, 2, 3, 0)]
    sees = np.eye(4, k=-1, dtype=bool)  # each sees the one before
    assert reproduction_number(moves, sees, ["a"], generator()).point == pytest.approx(2 / 3)
    assert reproduction_number([begun(4, 1, 2, 3, 4)], sees, ["a"], generator()).point == 1.0


def test_credit_is_shared_among_those_who_were_seen_to_violate():
    sees = np.zeros((3, 3), dtype=bool)
    sees[2, :2] = True
    found = reproduction_number([begun(3, 1, 1, 2)], sees, ["a"], generator())
    assert found.point == pytest.approx((0.5 + 0.5 + 0) / 3)


def test_older_violators_take_their_share():
    """The third sees one who began just before it and one who began earlier: half of it is the younger's."""
    sees = np.zeros((3, 3), dtype=bool)
    sees[2, :2] = True
    moves = [begun(4, 1, 2, 3)]
    assert reproduction_number(moves, sees, ["a"], generator()).point == pytest.approx((0 + 0.5 + 0) / 3)
    ever = reproduction_number(moves, sees, ["a"], generator(), generation="any")
    assert ever.point == pytest.approx((0.5 + 0.5 + 0) / 3)


def test_who_begins_unseen_began_of_itself():
    found = reproduction_number([begun(3, 1, 2)], np.zeros((2, 2)), ["a"], generator())
    assert found.point == 0.0


def test_nobody_can_follow_the_last_round():
    sees = ~np.eye(2, dtype=bool)
    assert reproduction_number([begun(2, 2, 2)], sees, ["a"], generator()).reason == "no value"


def test_a_shorter_trajectory_ends_in_its_own_last_round():
    """Beside a longer one it has rounds that were never played: nobody could follow those who began in its last."""
    short = [[*row, float("nan"), float("nan")] for row in begun(3, 1, 2, 3)]
    sees = np.eye(3, k=-1, dtype=bool)
    both = [short, begun(5, 1, 2, 3)]
    assert reproduction_number(both, sees, ["a", "b"], generator()).point == pytest.approx((2 + 2) / (2 + 3))


def test_all_credit_ever_given_is_one_a_follower():
    draws = np.random.default_rng(2)
    moves = (draws.random((30, 6, 7)) < 0.15).astype(float)
    sees = ~np.eye(6, dtype=bool)
    violators = int(moves.any(axis=2).sum())
    followers = 0
    for group in moves:
        for agent in range(6):
            first = int(group[agent].argmax())
            others = np.delete(group, agent, axis=0)
            followers += bool(group[agent].any() and first and others[:, first - 1].any())
    found = reproduction_number(moves, sees, range(30), generator(), generation="any")
    assert found.point == pytest.approx(followers / violators)


def test_bad_arrays_are_refused():
    with pytest.raises(ValueError, match=r"\[trajectory, agent, round\]"):
        reproduction_number([[1.0]], [[False]], ["a"], generator())
    with pytest.raises(ValueError, match="0 or 1"):
        reproduction_number([[[0.5]]], [[False]], ["a"], generator())
    with pytest.raises(ValueError, match="who sees whom"):
        reproduction_number([[[1.0]]], [False], ["a"], generator())
    with pytest.raises(ValueError, match="groups"):
        reproduction_number([[[1.0]]], [[False]], ["a", "b"], generator())
