"""The best long-run average of a decision problem, and how it is reached.

Deterministic problems: the greatest mean of a cycle that the start leads to, by Howard's policy iteration (Howard 1960;
Cochet-Terrasson et al. 1998 for its form on cycle means), exact in finitely many steps. With chance (audits): relative
value iteration on the problem made aperiodic (Puterman 1994, sections 8.5.4 and 8.5.5), between two bounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import AgoraError, UsageError

Money: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]

_EQUAL = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The best long-run average from state 0, an action for each state that reaches it, and bounds on the average."""

    average: float
    policy: Indices
    lower: float
    upper: float


def best_average(successor: Indices, reward: Money, chance: Money, precision: float = 1e-6) -> Best:
    """The best average of `reward` [S, K, A] when `successor` [S, K, A] follows with probability `chance` [A].

    -inf marks what cannot be chosen. `precision` is the width between the bounds where there is chance. Raises
    `UsageError` where value iteration does not settle, as where chance decides between averages for ever.
    """
    successor, reward = _without_dead_ends(successor, reward)
    if len(chance) == 1:
        return _howard(successor[:, :, 0], reward[:, :, 0])
    return _value_iteration(successor, np.asarray(reward @ chance), chance, precision)


def _without_dead_ends(successor: Indices, reward: Money) -> tuple[Indices, Money]:
    """The same problem where nothing leads to a state from which some choice can no longer be made; those stand still.

    Raises `AgoraError` where the start itself is one.
    """
    open_: NDArray[np.bool_] = np.asarray(np.isfinite(reward).all(axis=2))
    if open_.all():
        return successor, reward
    alive = np.asarray(open_.any(axis=1))
    while True:
        open_ &= alive[successor].all(axis=2)
        left = np.asarray(open_.any(axis=1))
        if np.array_equal(left, alive):
            break
        alive = left
    if not alive[0]:
        raise AgoraError("no plan can be kept up for ever", advice="Name more outcomes with --plans.")
    worst = float(reward[np.isfinite(reward)].min())
    reward = np.where(open_[:, :, None], reward, -np.inf)
    reward[~alive, 0] = worst
    successor = np.where(alive[:, None, None], successor, np.arange(len(successor))[:, None, None])
    return successor, reward


def best_total(successor: Indices, reward: Money, chance: Money, rounds: int) -> float:
    """The best expected sum over so many rounds from state 0, end effects included."""
    expected = np.asarray(reward @ chance)
    value = np.zeros(len(successor))
    for _ in range(rounds):
        value = (expected + value[successor] @ chance).max(axis=1)
    return float(value[0])


def _howard(successor: Indices, reward: Money) -> Best:
    rows = np.arange(len(successor))
    policy = np.argmax(reward, axis=1)
    while True:
        gain, value = _evaluate(successor[rows, policy], reward[rows, policy])
        reachable = np.where(reward > -np.inf, gain[successor], -np.inf)
        best = reachable.max(axis=1)
        better = best > gain + _EQUAL
        if better.any():
            policy = np.where(better, reachable.argmax(axis=1), policy)
            continue
        worth = np.where(reachable >= gain[:, None] - _EQUAL, reward - gain[:, None] + value[successor], -np.inf)
        better = worth.max(axis=1) > value + _EQUAL * max(1.0, float(np.abs(value).max()))
        if not better.any():
            average = float(gain[0])
            return Best(average, policy, average, average)
        policy = np.where(better, worth.argmax(axis=1), policy)


def _evaluate(successor: Indices, reward: Money) -> tuple[Money, Money]:
    """Mean reward and relative value of each state where every state has one successor."""
    count = len(successor)
    doublings = max(1, int(count).bit_length())
    far = successor
    for _ in range(doublings):
        far = far[far]
    # After at least S steps everybody is on a cycle, and on it every state is somebody's.
    cyclic = np.zeros(count, dtype=bool)
    cyclic[far] = True
    least, step = np.arange(count), successor
    for _ in range(doublings):
        least = np.minimum(least, least[step])
        step = step[step]
    root = least[far]
    members = np.flatnonzero(cyclic)
    total = np.bincount(least[members], weights=reward[members], minlength=count)
    length = np.bincount(least[members], minlength=count)
    mean = np.divide(total, length, out=np.zeros(count), where=length > 0)
    gain = mean[root]
    is_root = cyclic & (least == np.arange(count))
    value = np.where(is_root, 0.0, reward - gain)
    step = np.where(is_root, np.arange(count), successor)
    for _ in range(doublings):
        value = np.where(step == np.arange(count), value, value + value[step])
        step = step[step]
    return gain, value


_STAY = 0.1
_MOST_ROUNDS = 200_000


def _value_iteration(successor: Indices, expected: Money, chance: Money, precision: float) -> Best:
    value = np.zeros(len(successor))
    least, most = -np.inf, np.inf
    for _ in range(_MOST_ROUNDS):
        ahead = expected + value[successor] @ chance
        change = (1.0 - _STAY) * (ahead.max(axis=1) - value)
        least, most = float(change.min()), float(change.max())
        if most - least < precision:
            average = (least + most) / 2.0 / (1.0 - _STAY)
            return Best(average, ahead.argmax(axis=1), least / (1.0 - _STAY), most / (1.0 - _STAY))
        value = value + change
        value -= value[0]
    raise UsageError(
        f"the best average did not settle: it lies between {least / (1 - _STAY):.3f} and {most / (1 - _STAY):.3f}, "
        "as where an audit can lead to standings that are worse for ever",
        advice="Give every state a way back (agora graph check names those without), or name fewer --plans.",
    )
