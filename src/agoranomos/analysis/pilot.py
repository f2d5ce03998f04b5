"""What a finished campaign teaches about the next one's size: spreads, correlations and clusters, and no effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    `icc` the share of the variance of the pairs' differences that lies between rosters. `shares` counts the second
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


def pilot(arms: Sequence[ArmSummary], first: str, second: str, outcome: str) -> Pilot:
    """What the regimes (or arms) `first` and `second` teach. Raises `UsageError` where they share too few runs."""
    sides = _side(arms, first), _side(arms, second)
    a, b, rosters = _pairs(*sides, outcome)
    if a.size < FEWEST_PAIRS:
        raise UsageError(
            f"{first} and {second} share {a.size} finished runs with a {outcome}; {FEWEST_PAIRS} were expected",
            advice="Give the regimes with --first and --second, and the outcome with --outcome.",
        )
    variance = float(a.var(ddof=1) + b.var(ddof=1)) / 2
    if variance <= 0:
        raise UsageError(f"{outcome} does not vary in {first} and {second}: it tells no spread to plan with")
    differences = a - b
    return Pilot(
        outcome=outcome,
        first=first,
        second=second,
        pairs=a.size,
        clusters=len(set(rosters)),
        sd=variance**0.5,
        correlation=1 - float(differences.var(ddof=1)) / (2 * variance),
        icc=intraclass_correlation(differences, rosters),
        shares=_shares(b),
    )


def _side(arms: Sequence[ArmSummary], name: str) -> list[ArmSummary]:
    found = [arm for arm in arms if arm.arm.name == name] or [arm for arm in arms if arm.arm.regime == name]
    if not found:
        known = list(dict.fromkeys(arm.arm.regime for arm in arms))
        raise UsageError(f"the campaign has no regime or arm {name!r}", advice=nearest(name, known))
    return found


def _pairs(
    first: Sequence[ArmSummary], second: Sequence[ArmSummary], outcome: str
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """The values of both sides, and the roster of each pair, where both are finished and defined."""
    rows: list[tuple[float, float, str]] = []
    for one in first:
        for other in second:
            if (one.arm.roster, one.arm.market) != (other.arm.roster, other.arm.market):
                continue
            of_other = dict(zip((run.seed for run in other.results), other.values(outcome).tolist(), strict=True))
            for run, value in zip(one.results, one.values(outcome).tolist(), strict=True):
                if run.seed in of_other:
                    rows.append((value, of_other[run.seed], one.arm.roster))
    kept = [row for row in rows if not (np.isnan(row[0]) or np.isnan(row[1]))]
    return np.array([row[0] for row in kept]), np.array([row[1] for row in kept]), [row[2] for row in kept]


def _shares(values: NDArray[np.float64]) -> tuple[int, ...]:
    """How often each whole number from 0 to 4 occurs; empty where the values are others."""
    if not bool(np.isin(values, np.arange(5.0)).all()):
        return ()
    return tuple(int(count) for count in np.bincount(values.astype(int), minlength=5))
