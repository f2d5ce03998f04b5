"""The impulse response of trained learners: one of them is made to undercut for one period, and play is followed.

The deviator plays its one-shot best reply to what the others are about to do, and then follows its own strategy again.
Source: Calvano et al. (2020), on deviations and punishments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agoranomos.learning.limit_cycle import LimitPlay, reply
from agoranomos.learning.q_learning import Floats, Indices, LearningGame
from agoranomos.markets.stage_game import StageGame

BEFORE, AFTER = 5, 15
"""Periods that are shown before the deviation (which is period 0) and after it."""

HORIZON = 400
"""Periods over which profits are discounted: 0.95 to the 400th is 1e-9."""


@dataclass(frozen=True, eq=False)
class Impulse:
    """Means over every point of the cycle and every agent as the deviator.

    `deviator` and `others` [BEFORE + 1 + AFTER]: actions relative to their mean over the cycle (1: as before).
    `gain` is what the period of the deviation brings the deviator, `net` the discounted sum with what follows, both
    in units of its profit a period without deviation; `unprofitable` the share of deviations with `net` below zero;
    `returned` the share after which the last `AFTER` period's joint action is one of the cycle's.
    """

    deviator: Floats
    others: Floats
    gain: float
    net: float
    unprofitable: float
    returned: float


def impulse_response(
    stage: StageGame,
    game: LearningGame,
    greedy: Indices,
    limit: LimitPlay,
    discount: float,
    levels: Sequence[Floats],
) -> Impulse | None:
    """The response from the cycle in `limit`; None where no deviation pays in its own period, or play never repeats.

    `levels[i]` [K_i] says what each entry of agent i's menu stands for, such as a price. `game` has no institution.
    """
    if not limit.repeats or game.standings > 1 or len(game.following) > 1:
        return None
    cycle = [int(joint) for joint in limit.joints]
    level = np.array([[v[a] for v, a in zip(levels, game.actions_of(joint), strict=True)] for joint in cycle])
    means = level.mean(axis=0)
    paths, gains, nets, returned = [], [], [], []
    for place in range(len(cycle)):
        ahead = [cycle[(place + k) % len(cycle)] for k in range(-BEFORE, HORIZON)]
        for i in range(game.agents):
            found = _deviation(stage, game, greedy, ahead[BEFORE - 1 :], i)
            if found is None:
                continue
            played = [*ahead[:BEFORE], *found]
            acts = np.array([game.actions_of(joint) for joint in played[: BEFORE + 1 + AFTER]])
            relative = np.stack([levels[j][acts[:, j]] / means[j] for j in range(game.agents)], axis=1)
            paths.append((relative[:, i], np.delete(relative, i, axis=1).mean(axis=1)))
            own = game.profits[played[BEFORE:], i] - game.profits[ahead[BEFORE:], i]
            unit = float(game.profits[cycle, i].mean())
            gains.append(own[0] / unit)
            nets.append(float(own @ discount ** np.arange(HORIZON)) / unit)
            returned.append(found[AFTER] in cycle)
    if not paths:
        return None
    return Impulse(
        np.mean([own for own, _ in paths], axis=0),
        np.mean([others for _, others in paths], axis=0),
        float(np.mean(gains)),
        float(np.mean(nets)),
        float(np.mean(np.array(nets) < 0.0)),
        float(np.mean(returned)),
    )


def _deviation(
    stage: StageGame, game: LearningGame, greedy: Indices, ahead: list[int], deviator: int
) -> list[int] | None:
    """The joint actions from the deviation on, [HORIZON]; `ahead` is play without it, from the period before."""
    last, planned = ahead[0], game.actions_of(ahead[1])
    joint_actions = np.stack([menu[a] for menu, a in zip(stage.menus, planned, strict=True)])
    best = stage.best_reply(deviator, joint_actions)
    if best == planned[deviator]:
        return None
    assert reply(game, greedy, last, 0) == planned
    joint = game.joint_of((*planned[:deviator], best, *planned[deviator + 1 :]))
    path = [joint]
    while len(path) < HORIZON:
        joint = game.joint_of(reply(game, greedy, joint, 0))
        path.append(joint)
    return path
