"""One session of Q-learning in plain Python: what the fast forms must equal, bit for bit."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agoranomos.learning.q_learning import Floats, LearningGame, QLearning
from agoranomos.learning.q_learning_draws import drawn, first_joint


@dataclass(frozen=True, eq=False)
class Learned:
    """A session that is over: after `periods`, in joint action `joint` and standing `standing`.

    `values` [rows, N, K] are the tables, `greedy` [rows, N] the best known actions; `converged` is False where the
    session was given up.
    """

    values: Floats
    greedy: NDArray[np.int64]
    periods: int
    converged: bool
    joint: int
    standing: int


def learn_in_python(game: LearningGame, rule: QLearning, key: int) -> Learned:
    """Play one session with the draws that `key` names."""
    agents = range(game.agents)
    values = game.initial_values(rule.discount)
    greedy = values.argmax(axis=2)
    joint, standing = first_joint(key, game.joint), 0
    epsilon, fading = 1.0, math.exp(-rule.decay)
    bounds = np.cumsum(game.chances).tolist()
    period, changed = 0, 0
    while period < rule.most and period - changed < rule.stable:
        counter = period * (2 * game.agents + 1)
        rows = [joint * game.standings + int(game.perceived[standing, i]) for i in agents]
        actions = [
            int(drawn(key, counter + game.agents + i) * game.sizes[i])
            if drawn(key, counter + i) < epsilon
            else int(greedy[rows[i], i])
            for i in agents
        ]
        reached = game.joint_of(tuple(actions))
        fell = drawn(key, counter + 2 * game.agents) if len(bounds) > 1 else 0.0
        case = sum(fell >= bound for bound in bounds[:-1])
        after = int(game.following[standing, reached, case])
        period += 1
        for i in agents:
            row = reached * game.standings + int(game.perceived[after, i])
            target = game.rewards[standing, reached, case, i] + rule.discount * values[row, i].max()
            learned = (1.0 - rule.learning_rate) * values[rows[i], i, actions[i]] + rule.learning_rate * target
            values[rows[i], i, actions[i]] = learned
            best = int(values[rows[i], i].argmax())
            if best != greedy[rows[i], i]:
                greedy[rows[i], i], changed = best, period
        joint, standing, epsilon = reached, after, epsilon * fading
    return Learned(values, greedy, period, period - changed >= rule.stable, joint, standing)
