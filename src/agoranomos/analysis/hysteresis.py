"""What an institution leaves behind when it is switched off, on or replaced: an outcome before, during and after.

A phase is told apart into all of its rounds and its settled half, the second one, in which agents have had time to
answer. Where an institution comes back (or its absence does), the settled outcome of the later visit less that of the
first is what the way there has left: hysteresis. Drawn over the institutions, set out evenly from 0 to 1 in the order
of their first appearance, the settled means make a loop whose signed area is

    A = - sum over steps k -> k+1 of (y_k + y_k+1) / 2 * (x_k+1 - x_k),

positive where the outcome lies higher on the way back than on the way there, and 0 where nothing is left. For off, on,
off it is half of the difference between the two visits to off. All is computed for each run, with intervals over runs.
Rounds in which somebody sat suspended are left out: a price at which nobody sells is no conduct.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from agoranomos.analysis.arm_data import Flags
from agoranomos.analysis.tiers import Array
from agoranomos.statistics import Interval, mean_interval


@dataclass(frozen=True, slots=True)
class Phase:
    """Rounds `first` to `last` under one institution; its name is empty where there is none."""

    institution: str
    first: int
    last: int

    @property
    def label(self) -> str:
        """The institution's name, or `none`."""
        return self.institution or "none"


@dataclass(frozen=True, slots=True)
class PhaseMean:
    """The outcome of a phase: over all of its rounds, over its settled half, and the change from the phase before.

    `change` is of settled halves and paired by run; None of the first phase. `sat_out` counts rounds of all runs that
    are left out, because somebody was suspended.
    """

    phase: Phase
    whole: Interval
    settled: Interval
    change: Interval | None
    sat_out: int


@dataclass(frozen=True, slots=True)
class Return:
    """The same institution again: the settled outcome in phase `later` less that in phase `first` (both from 0).

    Agents change with time, too: of `net` the same difference of an arm that never switched is taken off, seed by seed;
    None where there is no such arm.
    """

    first: int
    later: int
    institution: str
    left: Interval
    net: Interval | None = None


@dataclass(frozen=True, slots=True)
class Loop:
    """One arm's outcome over its phases. `path` is (runs, T), NaN where a round is left out.

    `area` is that of the loop up to the last return to the institution that the run began with; None where it never
    returns, or there is but one.
    """

    arm: str
    measure: str
    phases: tuple[PhaseMean, ...]
    returns: tuple[Return, ...]
    area: Interval | None
    path: Array


def phases_of(institutions: Sequence[str], switches: Sequence[int], rounds: int) -> tuple[Phase, ...]:
    """The phases of a run: `institutions` in order, from round 1 and from each round of `switches`.

    Phases that begin after the last round are left out.
    """
    first = [1, *switches]
    last = [*(number - 1 for number in switches), rounds]
    made = (Phase(name, a, min(b, rounds)) for name, a, b in zip(institutions, first, last, strict=True))
    return tuple(phase for phase in made if phase.first <= rounds)


def loop_of(
    arm: str,
    measure: str,
    path: Array,
    phases: Sequence[Phase],
    sat_out: Flags | None = None,
    constant: Array | None = None,
) -> Loop:
    """The loop of an arm from its outcome by run and round, (runs, T); `sat_out` says which cells are left out.

    `constant` is that of an arm that never switched, run by run of the same seeds, NaN where it has none. A run with no
    value in some phase has none there, and takes no part in what compares that phase.
    """
    out = np.zeros(path.shape, bool) if sat_out is None else np.asarray(sat_out, bool)
    kept = np.where(out, np.nan, path)
    settled = np.array([_means(kept[:, _settled(phase)]) for phase in phases])
    means = []
    for number, phase in enumerate(phases):
        span = slice(phase.first - 1, phase.last)
        change = None if number == 0 else _interval(settled[number] - settled[number - 1])
        whole = _interval(_means(kept[:, span]))
        means.append(PhaseMean(phase, whole, _interval(settled[number]), change, int(out[:, span].sum())))
    still = None if constant is None else np.array([_means(constant[:, _settled(phase)]) for phase in phases])
    returns = []
    for first, later in _returns(phases):
        left = settled[later] - settled[first]
        net = None if still is None else _interval(left - (still[later] - still[first]))
        returns.append(Return(first, later, phases[later].institution, _interval(left), net))
    areas = loop_areas([phase.institution for phase in phases], settled)
    return Loop(arm, measure, tuple(means), tuple(returns), None if areas is None else _interval(areas), kept)


def loop_areas(institutions: Sequence[str], values: Array) -> Array | None:
    """The area of each run's loop; `values` is (phases, runs). None where the first institution never comes back."""
    order = list(dict.fromkeys(institutions))
    back = [k for k, name in enumerate(institutions) if k and name == institutions[0]]
    if not back or len(order) < 2:
        return None
    closed = list(institutions[: back[-1] + 1])
    x = np.array([order.index(name) for name in closed]) / (len(order) - 1)
    y = np.asarray(values)[: len(closed)]
    area: Array = -((y[1:] + y[:-1]) / 2 * np.diff(x)[:, None]).sum(axis=0)
    return area


def _returns(phases: Sequence[Phase]) -> Iterator[tuple[int, int]]:
    """The first visit to an institution and each later one."""
    seen: dict[str, int] = {}
    for number, phase in enumerate(phases):
        if phase.institution in seen:
            yield seen[phase.institution], number
        seen.setdefault(phase.institution, number)


def _settled(phase: Phase) -> slice:
    """The second half of a phase, the round in the middle included."""
    return slice(phase.first - 1 + (phase.last - phase.first + 1) // 2, phase.last)


def _means(values: Array) -> Array:
    """The mean of each run over rounds, NaN where it has none."""
    known = ~np.isnan(values)
    counts = known.sum(axis=1)
    totals = np.where(known, values, 0.0).sum(axis=1)
    means: Array = np.divide(totals, counts, out=np.full(len(values), np.nan), where=counts > 0)
    return means


def _interval(values: Array) -> Interval:
    return mean_interval(values[np.isfinite(values)])
