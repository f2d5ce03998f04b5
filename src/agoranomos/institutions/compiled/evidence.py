"""The rounds that count as evidence, over arrays: kept once a run, counted for each agent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.compiled.values import UNDEFINED, Bools, Ints, Rounds, Standings


@dataclass(frozen=True)
class Evidence:
    """The evidence after a round was seen: what becomes of a standing's history, and who has how much.

    `evident` bool[R] is False for a round that is none because somebody was suspended. Of the `counted` int64[R, N]
    rounds the Oracle has seen all but the last `lag`.
    """

    evident: Bools
    history: dict[str, Ints]
    kept: Ints
    counted: Ints
    lag: int

    @property
    def seen(self) -> Ints:
        """How many rounds that count for the agent the Oracle has seen, int64[R, N]."""
        return np.maximum(self.counted - self.lag, 0)

    def last(self, measure: str, length: int) -> Ints:
        """The last `length` rounds of a measure that the Oracle has seen, int64[R, length, *axes]."""
        values = self.history[measure]
        end = values.shape[1] - self.lag
        return values[:, end - length : end]


def evidence_after(bound: Bound, kept: Mapping[str, tuple[int, ...]], standings: Standings, rounds: Rounds) -> Evidence:
    """The evidence with this round's, where it is evident; `kept` holds the measures to keep with their shapes.

    A round in which an agent was suspended, or sat out by another's order, is no evidence: windows stand still.
    """
    evident = np.ones(standings.runs, bool)
    for limits in standings.limit_e6.T:
        evident &= limits != 0
    if rounds.disturbed is not None:
        evident &= ~rounds.disturbed
    added = evident.astype(np.int64)
    most = bound.window
    return Evidence(
        evident,
        {name: _appended(standings.history[name], rounds.measures[name], evident) for name in kept},
        np.minimum(standings.kept + added, most),
        np.minimum(standings.evidence + added[:, None], most),
        bound.lag,
    )


def empty_history(bound: Bound, kept: Mapping[str, tuple[int, ...]], runs: int) -> dict[str, Ints]:
    """The history of runs that have not begun; runs lie side by side in memory, so that sums over rounds are fast."""
    return {
        name: np.moveaxis(np.full((bound.window, *shape, runs), UNDEFINED, np.int64), -1, 0)
        for name, shape in kept.items()
    }


def _appended(history: Ints, now: Ints, evident: Bools) -> Ints:
    after = np.empty_like(history)
    after[:, :-1] = history[:, 1:]
    after[:, -1] = now
    if not evident.all():
        after[~evident] = history[~evident]
    return after
