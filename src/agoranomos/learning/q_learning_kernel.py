"""One session of Q-learning, compiled: the plain form's steps in the plain form's order, on arrays near each other.

The best action of every state and its value are kept beside the table; a row is searched again only when its best
value falls. Numba is loaded with this module.
"""

from __future__ import annotations

import numpy as np
from numba import njit

_INCREMENT = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_UNIT = 2.0**-53


@njit(inline="always")
def _drawn(key, counter):  # type: ignore[no-untyped-def]
    bits = key + (np.uint64(counter) + np.uint64(1)) * _INCREMENT
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    bits ^= bits >> np.uint64(31)
    return np.float64(bits >> np.uint64(11)) * _UNIT


@njit(inline="always")
def _noted(values, best, greedy, row, i, action, learned, size):  # type: ignore[no-untyped-def]
    """Write a value, keep the best one beside it right, and say whether the best action changed."""
    values[row, i, action] = learned
    first = greedy[row, i]
    if action != first:
        if learned < best[row, i] or (learned == best[row, i] and action > first):
            return False
        best[row, i] = learned
        greedy[row, i] = action
        return True
    if learned >= best[row, i]:
        best[row, i] = learned
        return False
    highest = values[row, i, 0]
    place = 0
    for other in range(1, size):
        if values[row, i, other] > highest:
            highest = values[row, i, other]
            place = other
    best[row, i] = highest
    greedy[row, i] = place
    return place != first


@njit(nogil=True, cache=True)
def play(  # type: ignore[no-untyped-def]
    key,
    sizes,
    strides,
    rewards,
    following,
    bounds,
    perceived,
    standings,
    learning_rate,
    discount,
    fading,
    stable,
    most,
    values,
    best,
    greedy,
    joint,
):
    """Play a session to its end; `values` [rows, N, K], `best` and `greedy` [rows, N] are changed in place.

    Gives periods, whether it converged, the last joint action and the last standing.
    """
    agents = len(sizes)
    cases = len(bounds)
    rows = np.empty(agents, np.int64)
    actions = np.empty(agents, np.int64)
    kept = 1.0 - learning_rate
    standing = 0
    epsilon = 1.0
    period = 0
    changed = 0
    while period < most and period - changed < stable:
        counter = period * (2 * agents + 1)
        reached = 0
        for i in range(agents):
            row = joint * standings + perceived[standing, i]
            action = greedy[row, i]
            if _drawn(key, counter + i) < epsilon:
                action = np.int64(_drawn(key, counter + agents + i) * sizes[i])
            rows[i] = row
            actions[i] = action
            reached += action * strides[i]
        case = 0
        if cases > 1:
            fell = _drawn(key, counter + 2 * agents)
            while case < cases - 1 and fell >= bounds[case]:
                case += 1
        after = following[standing, reached, case]
        period += 1
        for i in range(agents):
            row = rows[i]
            action = actions[i]
            target = rewards[standing, reached, case, i] + discount * best[reached * standings + perceived[after, i], i]
            learned = kept * values[row, i, action] + learning_rate * target
            if _noted(values, best, greedy, row, i, action, learned, sizes[i]):
                changed = period
        joint = reached
        standing = after
        epsilon *= fading
    return period, period - changed >= stable, joint, standing
