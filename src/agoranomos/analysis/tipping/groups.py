"""What groups of several agents have besides: success, adoption, tips, response curves, contagion in networks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agoranomos.analysis.tipping.draws import draws
from agoranomos.analysis.tipping.tips import GroupTips, tips_of_groups
from agoranomos.analysis.tipping.trajectories import Trajectories
from agoranomos.statistics import Interval
from agoranomos.statistics.tipping import (
    AdoptionTime,
    Contagion,
    adoption_time,
    contagion,
    success_effect,
    unstable_point,
)


@dataclass(frozen=True, slots=True)
class Group:
    """`success` is None of families without a threshold, `contagion` of scenarios without a network."""

    success: Interval | None
    adoption: AdoptionTime
    tips: GroupTips
    unstable: Interval
    contagion: Contagion | None


def group_of(data: Trajectories) -> Group | None:
    """The measures of the groups of an arm; None where agents are alone."""
    if data.agents < 2:
        return None
    return Group(
        success=_success(data),
        adoption=adoption_time(data.shares),
        tips=tips_of_groups(data),
        unstable=unstable_point(data.shares, data.run_settings, draws(data, "unstable")),
        contagion=_contagion(data) if getattr(data.arm.spec, "network", None) is not None else None,
    )


def _success(data: Trajectories) -> Interval | None:
    if data.succeeded is None:
        return None
    free = np.flatnonzero(data.free)
    return success_effect(
        data.moves[free],
        data.succeeded[free],
        [data.run_of[k] for k in free],
        [data.settings[k] for k in free],
        draws(data, "success"),
        chances=data.chances[free] if data.by_chance else None,
    )


def _contagion(data: Trajectories) -> Contagion:
    sees = []
    for seed in data.seeds:
        scenario = data.arm.played(seed)
        names = scenario.possible_agents
        sees.append([[other in scenario.neighbours(agent) for other in names] for agent in names])
    grouped = data.moves.reshape(len(data.seeds), data.agents, -1)
    free = data.free.reshape(len(data.seeds), data.agents)
    return contagion(grouped, np.array(sees), data.run_settings, draws(data, "contagion"), free=free)
