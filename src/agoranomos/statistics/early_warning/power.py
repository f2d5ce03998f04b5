"""How well tipping is told: change points after the fact, and warnings on the way, in worlds whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agoranomos.statistics.early_warning.chart import Chart
from agoranomos.statistics.early_warning.monitoring import first_alarms, statistics_of
from agoranomos.statistics.proportion import rate_interval
from agoranomos.statistics.result import Interval
from agoranomos.statistics.tipping.change_point import change_point
from agoranomos.statistics.tipping.synthetic import Kind, synthetic


@dataclass(frozen=True, slots=True)
class World:
    """Groups of `agents` over `rounds`, whose chance of breaking the rule is `low`, or goes from it to `high`.

    Where they tip, `tip` is the first round (1 is the first) of the new level.
    """

    kind: Kind
    agents: int = 8
    rounds: int = 50
    low: float = 0.2
    high: float = 0.6
    tip: int = 26

    def moves(self, trajectories: int, seed: int) -> np.ndarray:
        """Who broke the rule, 0 or 1, float64[trajectories, agents, rounds]."""
        return synthetic(
            self.kind,
            seed,
            trajectories=trajectories,
            agents=self.agents,
            rounds=self.rounds,
            low=self.low,
            high=self.high,
            tip=self.tip,
        )


def called_tipping(world: World, trajectories: int, seed: int) -> Interval:
    """The share of groups, with its interval, in which `change_point` finds that they tipped."""
    moves = world.moves(trajectories, seed)
    return rate_interval(sum(change_point(group).tipped for group in moves), trajectories)


@dataclass(frozen=True, slots=True)
class Warned:
    """Of `trajectories`: the share `false` with an alarm before round `tip`, and, of all others, what came of them.

    `warned` is the share with an alarm by the last round. `median` and `ninth` are in how many rounds, the round `tip`
    among them, half and nine tenths of the others were warned; None where fewer were.
    """

    trajectories: int
    false: Interval
    warned: Interval
    median: int | None
    ninth: int | None


def warned(world: World, chart: Chart, trajectories: int, seed: int, *, window: int | None = None) -> Warned:
    """What a chart says of a world on the way; with `window` as the signal `drift` of an institution reads it."""
    counts = world.moves(trajectories, seed).sum(axis=1).astype(np.int64)
    alarms = first_alarms(chart, statistics_of(chart, counts, window=window))
    early = (alarms > 0) & (alarms < world.tip)
    rest = alarms[~early]
    delays = np.sort(np.where(rest > 0, rest - world.tip + 1, np.iinfo(np.int64).max))
    return Warned(
        trajectories,
        rate_interval(int(early.sum()), trajectories),
        rate_interval(int((rest > 0).sum()), len(rest)),
        _at(delays, 0.5, world.rounds),
        _at(delays, 0.9, world.rounds),
    )


def _at(delays: np.ndarray, share: float, most: int) -> int | None:
    if not len(delays):
        return None
    found = int(delays[max(int(np.ceil(share * len(delays))) - 1, 0)])
    return found if found <= most else None
