"""A CUSUM over recorded counts, many trajectories at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agoranomos.statistics.early_warning.chart import UNITS, Chart

Ints = NDArray[np.int64]


def statistics_of(chart: Chart, broke: Ints, answered: Ints | None = None, *, window: int | None = None) -> Ints:
    """The statistic int64[..., rounds] after each round of counts `broke` [..., rounds].

    With `window` it is, after each round, that of the last `window` rounds alone, begun at 0 and silent (0) before
    there are so many: what the signal `drift` of an institution reads. Raises `ValueError` for more violations than
    answers.
    """
    counts = np.asarray(broke, dtype=np.int64)
    seen = np.full_like(counts, chart.agents) if answered is None else np.asarray(answered, dtype=np.int64)
    if ((counts < 0) | (counts > seen)).any():
        raise ValueError("counts of violations lie between 0 and the number of those who answered")
    excess = UNITS * counts - chart.reference * seen
    found = np.zeros_like(excess)
    if window is None:
        running = np.zeros(excess.shape[:-1], dtype=np.int64)
        for place in range(excess.shape[-1]):
            running = np.maximum(running + excess[..., place], 0)
            found[..., place] = running
        return found
    for place in range(window - 1, excess.shape[-1]):
        running = np.zeros(excess.shape[:-1], dtype=np.int64)
        for back in range(place - window + 1, place + 1):
            running = np.maximum(running + excess[..., back], 0)
        found[..., place] = running
    return found


def first_alarms(chart: Chart, statistics: Ints) -> Ints:
    """The round (1 is the first) of the first alarm of each trajectory, int64[...]; 0 where none is raised."""
    fired = np.asarray(statistics) >= chart.limit
    return np.where(fired.any(axis=-1), fired.argmax(axis=-1) + 1, 0)
