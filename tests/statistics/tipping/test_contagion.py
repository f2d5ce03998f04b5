"""Contagion against counting by hand, and against worlds in which violating spreads, or does not."""

import numpy as np
import pytest

from agoranomos.statistics.tipping import contagion

NAN = float("nan")
EVERYBODY = ~np.eye(8, dtype=bool)


def generator():
    return np.random.default_rng(3)


def ring(agents):
    return np.array([[(i - j) % agents in (1, agents - 1) for i in range(agents)] for j in range(agents)])


def spread(sees, chance, own, seed, groups=80, rounds=12, seeded=1):
    """Moves of agents who never stop: each violator in sight wins one over with `chance`, and it begins with `own`."""
    draws, agents = np.random.default_rng(seed), len(sees)
    violates = np.zeros((groups, agents), dtype=bool)
    violates[:, :seeded] = True
    found = [violates]
    for _ in range(rounds - 1):
        pressed = 1 - (1 - own) * (1 - chance) ** (found[-1] @ sees.T.astype(float))
        found.append(found[-1] | (draws.random((groups, agents)) < pressed))
    return np.stack(found, axis=2).astype(float)


@pytest.mark.parametrize("sees", [ring(8), EVERYBODY], ids=["ring", "complete"])
@pytest.mark.parametrize("stays", [True, False], ids=["for good", "coins"])
def test_independent_agents_infect_nobody(sees, stays):
    moves = (np.random.default_rng(2).random((300, 8, 12)) < 0.15).astype(float)
    moves = np.maximum.accumulate(moves, axis=2) if stays else moves
    found = contagion(moves, sees, range(300), generator())
    assert found.difference.low < 0.0 < found.difference.high
    assert found.alone.point == pytest.approx(0.15, abs=0.02)
    assert found.reproduction.low < 0.1


def test_what_is_seen_spreads():
    found = contagion(spread(ring(20), 0.2, 0.02, 1), ring(20), range(80), generator())
    assert found.alone.point == pytest.approx(0.02, abs=0.01)
    # One neighbour or two: 1 - 0.98 * 0.8, or 1 - 0.98 * 0.64.
    assert 0.216 < found.exposed.point < 0.373
    assert found.difference.low > 0.15


def test_nobody_brings_more_than_there_are():
    """Everybody is won in the end, and yet a violator brings less than one."""
    moves = spread(ring(8), 0.5, 0.01, 4, rounds=20)
    found = contagion(moves, ring(8), range(80), generator())
    assert moves[:, :, -1].mean() == 1.0
    assert 0.7 < found.reproduction.point < 7 / 8


def test_hazards_and_followers_by_hand():
    """Each sees the one before it: the second follows the first, the third begins unseen, the fourth follows it."""
    moves = np.array([[[1, 1, 1], [0, 1, 1], [1, 0, 0], [0, 0, 0], [0, 0, 1]]], dtype=float)
    sees = np.eye(5, k=-1, dtype=bool)
    found = contagion(moves, sees, ["a"], generator())
    # At risk in rounds 2 and 3: the second (exposed), the fourth (exposed, then not), the fifth (not, and not).
    assert found.exposed.point == pytest.approx(1 / 2)
    assert found.alone.point == pytest.approx(1 / 3)
    # Four violate; one follower, of whom a share of 1 - (1/3) / (1/2) is due to what it saw.
    assert found.reproduction.point == pytest.approx((1 / 4) * (1 / 3))


def test_who_may_not_violate_is_seen_and_is_at_no_risk():
    """Leaves of a star toss coins and see the hub alone, which keeps the rule whatever they do."""
    star = np.zeros((8, 8), dtype=bool)
    star[0, 1:] = star[1:, 0] = True
    moves = (np.random.default_rng(5).random((60, 8, 10)) < 0.2).astype(float)
    moves[:, 0] = 0.0
    free = np.ones((60, 8), dtype=bool)
    assert contagion(moves, star, range(60), generator(), free=free).difference.high < 0.0
    free[:, 0] = False
    found = contagion(moves, star, range(60), generator(), free=free)
    assert found.alone.point == pytest.approx(0.2, abs=0.02)
    assert np.isnan(found.exposed.point)
    assert found.difference.reason == "nobody who could begin had a violation in sight"


def test_moves_that_are_not_known_are_of_no_hazard():
    found = contagion([[[1, NAN, 1], [0, NAN, 1]]], ~np.eye(2, dtype=bool), ["a"], generator())
    assert found.alone.point == 1.0
    assert found.exposed.reason == "nobody who could begin had a violation in sight"


def test_where_everybody_sees_a_violator_nothing_tells_what_it_does():
    found = contagion([[[1, 1, 1], [0, 0, 1]]], ~np.eye(2, dtype=bool), ["a"], generator())
    assert found.exposed.point == pytest.approx(1 / 2)
    assert found.difference.reason == found.reproduction.reason == "nobody was without a violation in sight"


def test_bad_arrays_are_refused():
    with pytest.raises(ValueError, match="0 or 1"):
        contagion([[[0.5]]], [[False]], ["a"], generator())
