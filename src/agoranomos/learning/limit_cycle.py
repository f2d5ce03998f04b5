"""What trained learners do once they no longer explore: the cycle they end in, and what it earns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agoranomos.learning.q_learning import Floats, Indices, LearningGame
from agoranomos.learning.q_learning_draws import drawn
from agoranomos.learning.q_learning_reference import Learned

PLAYED = 10_000
"""Periods that are averaged where an authority's draws make play go on without end."""


@dataclass(frozen=True, eq=False)
class LimitPlay:
    """The joint actions in the order in which they are played, [L], again and again where `repeats`.

    `profits` [N] are means over them before fines, `rewards` [N] net of fines.
    """

    joints: Indices
    repeats: bool
    profits: Floats
    rewards: Floats


def reply(game: LearningGame, greedy: Indices, joint: int, standing: int) -> tuple[int, ...]:
    """The best known actions where `joint` was played last and the agents have this joint standing."""
    return tuple(int(greedy[joint * game.standings + int(game.perceived[standing, i]), i]) for i in range(game.agents))


def limit_play(game: LearningGame, learned: Learned, key: int) -> LimitPlay:
    """Play without exploration from where the session ended.

    Where nothing is drawn it is followed into its cycle, which is exact; else over `PLAYED` periods with the draws that
    `key` names.
    """
    if len(game.chances) == 1:
        return _cycle(game, learned)
    bounds = np.cumsum(game.chances)[:-1]
    joint, standing = learned.joint, learned.standing
    joints, rewards = [], np.zeros(game.agents)
    for period in range(PLAYED):
        joint = game.joint_of(reply(game, learned.greedy, joint, standing))
        case = int((drawn(key, period) >= bounds).sum())
        joints.append(joint)
        rewards += game.rewards[standing, joint, case]
        standing = int(game.following[standing, joint, case])
    played = np.array(joints)
    return LimitPlay(played, False, game.profits[played].mean(axis=0), rewards / PLAYED)


def _cycle(game: LearningGame, learned: Learned) -> LimitPlay:
    joint, standing = learned.joint, learned.standing
    met: dict[tuple[int, int], int] = {}
    path: list[tuple[int, int]] = []  # the standing in which each joint action was played, and the action
    while (joint, standing) not in met:
        met[joint, standing] = len(path)
        joint = game.joint_of(reply(game, learned.greedy, joint, standing))
        path.append((standing, joint))
        standing = int(game.following[standing, joint, 0])
    cycle = path[met[joint, standing] :]
    joints = np.array([action for _, action in cycle])
    rewards = np.array([game.rewards[before, action, 0] for before, action in cycle])
    return LimitPlay(joints, True, game.profits[joints].mean(axis=0), rewards.mean(axis=0))


def profit_gain(profits: Sequence[float] | Floats, nash: Floats, monopoly: Floats) -> float:
    """Delta: 0 at one-shot Nash profits, 1 at joint-profit maximum; of the agents' mean profits.

    Source: Calvano et al. (2020), the average profit gain.
    """
    base, most = float(np.mean(nash)), float(np.mean(monopoly))
    return (float(np.mean(profits)) - base) / (most - base)
