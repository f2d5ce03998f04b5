"""Where curves tip: all trajectories of an arm together, and each group by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from agoranomos.analysis.tiers import Array
from agoranomos.analysis.tipping.trajectories import Trajectories
from agoranomos.statistics.tipping import ChangePoint, change_point


@dataclass(frozen=True, slots=True)
class GroupTips:
    """The change point of each group that could be judged; groups have no reason to tip in the same round."""

    found: tuple[ChangePoint, ...]

    @property
    def tipped(self) -> int:
        """How many of them tip."""
        return sum(one.tipped for one in self.found)

    @property
    def median(self) -> float:
        """The median round of those that do; NaN where none does."""
        rounds = [one.round for one in self.found if one.tipped]
        return float(np.median(rounds)) if rounds else float("nan")


def tip_of(violated: Array) -> ChangePoint:
    """The change point of `violated` [T, R] by the numbers of all rounds, those without any value included."""
    judged = np.flatnonzero(~np.isnan(violated).all(axis=0))
    found = change_point(violated[:, judged])
    number, until = (int(judged[one - 1]) + 1 if one else 0 for one in (found.round, found.until))
    return replace(found, round=number, until=until)


def tips_of_groups(data: Trajectories) -> GroupTips:
    """Each group by itself, of its agents whom the scenario does not play."""
    by_run = np.array(data.run_of)
    found = [tip_of(data.violated[(by_run == place) & data.free]) for place in range(len(data.seeds))]
    return GroupTips(tuple([one for one in found if not one.reason]))


def distinct(data: Trajectories) -> Array:
    """The free trajectories, of those with equal probabilities one: equal prompts are asked once, and are no copies.

    A trajectory without a recorded probability is one of its own.
    """
    violated, chances = data.violated[data.free], data.chances[data.free]
    settings: Sequence[str] = [name for name, is_free in zip(data.settings, data.free, strict=True) if is_free]
    seen, kept = set(), []
    for place, (row, told) in enumerate(zip(violated, chances, strict=True)):
        key = (settings[place], np.nan_to_num(row, nan=-1.0).tobytes())
        recorded = not np.isnan(told).all()
        if not (recorded and key in seen):
            kept.append(place)
        if recorded:
            seen.add(key)
    return violated[kept]
