"""The CUSUM as a Markov chain on whole hundredths: chances of an alarm and delays, exact and without simulation.

Source: D. Brook and D. A. Evans, "An approach to the probability distribution of CUSUM run length", Biometrika 59
(1972). There the chain approximates a continuous statistic; on a lattice it is exact. Where agents persist in what they
did, the chain is that of the statistic and of how many broke the rule in the last round. Sums are of single products in
a fixed order, so that they come out alike on every machine, and what alarms is summed up itself, so that chances below
rounding are told too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agoranomos.statistics.early_warning.chart import UNITS, Chart

Floats = NDArray[np.float64]

_SETTLED = 1e-9
"""Where the chance of an alarm in a round, given none before, changes by less of itself, it is taken to stay."""


def counts_of(agents: int, rate: float) -> Floats:
    """The chances [agents + 1] that 0, 1, ... of `agents` break the rule, each with the chance `rate`."""
    return _joined(np.ones(1), agents, rate)


def counts_after(agents: int, rate: float, persistence: float) -> Floats:
    """The chances [agents + 1, agents + 1] of so many who break the rule (columns) after so many did (rows).

    Who broke it does so again with the chance `persistence`; who kept it breaks it as often as lets the share stay at
    `rate`: a chain of two states. Raises `ValueError` unless rate <= persistence < 1.
    """
    if not rate <= persistence < 1:
        raise ValueError(
            f"a persistence of {persistence:g} at a share of {rate:g}: the share or more was expected, below 1"
        )
    begins = rate * (1.0 - persistence) / (1.0 - rate)
    rows = [_joined(counts_of(broke, persistence), agents - broke, begins) for broke in range(agents + 1)]
    return np.array(rows)


def _joined(chances: Floats, agents: int, rate: float) -> Floats:
    """The chances of a count with `agents` more, each of whom adds one with the chance `rate`."""
    for _ in range(agents):
        chances = np.append(chances * (1.0 - rate), 0.0) + np.append(0.0, chances * rate)
    return chances


def moved(chart: Chart, alive: Floats, broke: int) -> tuple[Floats, float]:
    """The chances [limit] of each value of the statistic after a round in which `broke` did, and that of an alarm."""
    after = np.zeros_like(alive)
    by = UNITS * broke - chart.reference * chart.agents
    if by >= 0:
        kept = max(len(alive) - by, 0)
        after[by:] = alive[:kept]
        return after, float(np.add.reduce(alive[kept:]))
    after[0] = float(np.add.reduce(alive[:-by]))
    after[: max(len(alive) + by, 0)] += alive[-by:]
    return after, 0.0


def step(chart: Chart, alive: Floats, rate: float) -> tuple[Floats, float]:
    """The chances [limit] of each value of the statistic, and of no alarm yet, one round on; and that of an alarm."""
    after, alarmed = np.zeros_like(alive), 0.0
    for broke, chance in enumerate(counts_of(chart.agents, rate).tolist()):
        there, alarm = moved(chart, alive, broke)
        after += chance * there
        alarmed += chance * alarm
    return after, alarmed


def alarm_by_round(chart: Chart, rates: Sequence[float]) -> Floats:
    """The chance [rounds] that an alarm was raised by the end of each round, with the share `rates` [rounds]."""
    return _raised(chart, _start(chart), rates)


def alarm_within(
    chart: Chart, rate: float, rounds: int, persistence: float | None = None, *, enough: float = 1.0
) -> float:
    """The chance of an alarm in so many rounds while the share is `rate`; above `enough`, in fewer rounds.

    With `persistence` each agent is a chain of two states that begins as it goes on (`counts_after`); else all moves
    are independent. The chance in a round, given no alarm before, soon stays the same: from there on it is.
    """
    chances = counts_of(chart.agents, rate)
    after = None if persistence is None else counts_after(chart.agents, rate, persistence)
    alive = chances[:, None] * _start(chart)
    total, left, hazard, settled = 0.0, 1.0, 0.0, 0
    for number in range(1, rounds + 1):
        if number > 1:
            alive = _redrawn(alive, chances if after is None else after)
        alarmed = 0.0
        for broke in range(chart.agents + 1):
            alive[broke], alarm = moved(chart, alive[broke], broke)
            alarmed += alarm
        total, before, hazard = total + alarmed, hazard, alarmed / left if left > 0.0 else 1.0
        left = max(left - alarmed, 0.0)
        if total > enough:
            return total
        settled = settled + 1 if hazard and abs(hazard - before) <= _SETTLED * hazard else 0
        if settled == 3:
            return float(total - left * np.expm1((rounds - number) * np.log1p(-min(hazard, 1.0 - 1e-16))))
    return total


def _redrawn(alive: Floats, chances: Floats) -> Floats:
    """The chances [agents + 1, limit] of how many break the rule next and of the statistic before they do.

    `chances` is [agents + 1] where nobody remembers, and [agents + 1, agents + 1] by how many did.
    """
    if chances.ndim == 1:
        return np.asarray(chances[:, None] * np.add.reduce(alive, axis=0))
    found = np.zeros_like(alive)
    for broke, row in enumerate(chances):
        found += row[:, None] * alive[broke]
    return found


@dataclass(frozen=True, slots=True)
class Delay:
    """How long an alarm takes: `by[d]` is the chance that it is raised within d + 1 rounds of the change."""

    by: tuple[float, ...]

    def quantile(self, share: float) -> int | None:
        """The fewest rounds in which that share of alarms is raised; 1 is the first changed round, None: never."""
        return next((rounds for rounds, chance in enumerate(self.by, start=1) if chance >= share), None)

    @property
    def median(self) -> int | None:
        """Half of the alarms are raised in so many rounds."""
        return self.quantile(0.5)


def delay_after(chart: Chart, before: float, after: Sequence[float], change: int) -> Delay:
    """The delay of an alarm where the share is `before` for `change` rounds, and `after` [rounds] from then on.

    Of the histories in which no false alarm was raised before the change.
    """
    alive = _start(chart)
    for _ in range(change):
        alive, _ = step(chart, alive, before)
    alive = alive / np.add.reduce(alive)
    return Delay(tuple(_raised(chart, alive, after).tolist()))


def _raised(chart: Chart, alive: Floats, rates: Sequence[float]) -> Floats:
    """The chance [rounds] of an alarm by the end of each round from where the statistic has the chances `alive`."""
    total, found = 0.0, []
    for rate in rates:
        alive, alarmed = step(chart, alive, rate)
        total += alarmed
        found.append(total)
    return np.array(found)


def _start(chart: Chart) -> Floats:
    alive = np.zeros(chart.limit)
    alive[0] = 1.0
    return alive
