"""What a finished campaign teaches about the next one's size: spreads, correlations and clusters, and no effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agoranomos.analysis.arms import ArmSummary
from agoranomos.errors import UsageError, nearest
from agoranomos.statistics import Interval, intraclass_correlation

FEWEST_PAIRS = 4
"""With fewer pairs a spread says next to nothing."""


@dataclass(frozen=True, slots=True)
class Pilot:
    """Two regimes of a finished campaign, run against run of the same roster, market and seed.

    `sd` is the standard deviation of a run's outcome within a regime, `correlation` that of the two runs of a pair, and
    `icc` the share of the variance of the pairs' differences that lies between `clusters`: the settings that runs draw,
    where every run draws one of several, else the rosters (`unit` says which of them). `shares` counts the second
    regime's values where they are tiers. The effect is left out on purpose: that of a small campaign is mostly chance,
    and planning by it makes the next campaign too small.
    """

    outcome: str
    first: str
    second: str
    pairs: int
    clusters: int
    sd: float
    correlation: float
    icc: Interval
    shares: tuple[int, ...]
    unit: Literal["rosters", "settings"] = "rosters"


class _Run(NamedTuple):
    arm: str
    seed: int
    roster: str


def pilot(
    arms: Sequence[ArmSummary],
    first: str,
    second: str,
    outcome: str,
    setting: Callable[[str, int], str | None] = lambda arm, seed: None,
) -> Pilot:
    """What the regimes (or arms) `first` and `second` teach; `setting` is that of an arm's run, None where it has none.

    Raises `UsageError` where they share too few runs.
    """
    sides = _side(arms, first), _side(arms, second)
    a, b, runs = _pairs(*sides, outcome)
    if a.size < FEWEST_PAIRS:
        raise UsageError(
            f"{first} and {second} share {a.size} finished runs with a {outcome}; {FEWEST_PAIRS} were expected",
            advice="Give the regimes with --first and --second, and the outcome with --outcome.",
        )
    variance = float(a.var(ddof=1) + b.var(ddof=1)) / 2
    if variance <= 0:
        raise UsageError(f"{outcome} does not vary in {first} and {second}: it tells no spread to plan with")
    differences = a - b
    settings = [setting(run.arm, run.seed) for run in runs]
    by_setting = None not in settings and len(set(settings)) > 1
    units = [str(name) for name in settings] if by_setting else [run.roster for run in runs]
    return Pilot(
        outcome=outcome,
        first=first,
        second=second,
        pairs=a.size,
        clusters=len(set(units)),
        sd=variance**0.5,
        correlation=1 - float(differences.var(ddof=1)) / (2 * variance),
        icc=intraclass_correlation(differences, units),
        shares=_shares(b),
        unit="settings" if by_setting else "rosters",
    )


def _side(arms: Sequence[ArmSummary], name: str) -> list[ArmSummary]:
    found = [arm for arm in arms if arm.arm.name == name] or [arm for arm in arms if arm.arm.regime == name]
    if not found:
        known = list(dict.fromkeys([*(arm.arm.regime for arm in arms), *(arm.arm.name for arm in arms)]))
        raise UsageError(f"the campaign has no regime or arm {name!r}", advice=nearest(name, known))
    return found


def _pairs(
    first: Sequence[ArmSummary], second: Sequence[ArmSummary], outcome: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[_Run]]:
    """The values of both sides, and the first run of each pair, where both are finished and defined."""
    rows: list[tuple[float, float, _Run]] = []
    for one in first:
        for other in second:
            if (one.arm.roster, one.arm.market) != (other.arm.roster, other.arm.market):
                continue
            of_other = dict(zip((run.seed for run in other.results), other.values(outcome).tolist(), strict=True))
            for run, value in zip(one.results, one.values(outcome).tolist(), strict=True):
                if run.seed in of_other:
                    rows.append((value, of_other[run.seed], _Run(one.arm.name, run.seed, one.arm.roster)))
    kept = [row for row in rows if not (np.isnan(row[0]) or np.isnan(row[1]))]
    return np.array([row[0] for row in kept]), np.array([row[1] for row in kept]), [row[2] for row in kept]


def _shares(values: NDArray[np.float64]) -> tuple[int, ...]:
    """How often each whole number from 0 to 4 occurs; empty where the values are others."""
    if not bool(np.isin(values, np.arange(5.0)).all()):
        return ()
    return tuple(int(count) for count in np.bincount(values.astype(int), minlength=5))
