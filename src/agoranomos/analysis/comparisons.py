"""Arms against each other: the same roster under two regimes, and two regimes over all rosters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from agoranomos.analysis.arms import ArmSummary
from agoranomos.statistics import EffectSize, SignFlip, WelchTest, cohens_d, sign_flip_test, welch_test

PlannedArms: TypeAlias = Mapping[str, Mapping[str, Any]]
"""A plan's arms by name, as its document has them."""

NOT_PLANNED: PlannedArms = {}

COMPARED = ("price", "consumer_surplus", "welfare", "profit", "tier", "hhi_excess", "cv_excess")
"""The measures that are compared in every market; prices and welfare come first."""


def compared(arms: Sequence[ArmSummary]) -> tuple[str, ...]:
    """What is compared between these arms: `COMPARED`, then what their market measures besides."""
    return tuple(dict.fromkeys((*COMPARED, *(measure for arm in arms for measure in arm.others))))


@dataclass(frozen=True, slots=True)
class Contrast:
    """One measure in two arms: first minus second."""

    measure: str
    first_mean: float
    second_mean: float
    welch: WelchTest
    effect: EffectSize


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two arms with the same roster and market. `identical`: every seed has the same entries in both.

    `break_even` is what a case may cost society before the welfare gained over the second arm is used up (NaN without
    cases or gain), in the market's money.
    """

    first: str
    second: str
    roster: str
    market: str
    identical: bool
    contrasts: tuple[Contrast, ...]
    break_even: float


@dataclass(frozen=True, slots=True)
class PooledContrast:
    """Two regimes over all rosters.

    `differences` has one mean difference a roster (and market), over all levels of factors; sign flips test those.
    `welch`, `effect` treat runs as independent, as the paper does; runs of one roster are not quite, which is why the
    sign-flip test stands beside them.
    """

    measure: str
    first_regime: str
    second_regime: str
    differences: Mapping[str, float]
    sign_flip: SignFlip
    welch: WelchTest
    effect: EffectSize


def compare_arms(arms: Sequence[ArmSummary], planned: PlannedArms = NOT_PLANNED) -> tuple[Comparison, ...]:
    """Each other arm against the ungoverned one of its roster and market, and each governed arm against a told one.

    `planned` holds the plan's arms by name, as its document has them: arms with another level of a factor that both
    have are not compared, nor those with another number of rounds where there is one with the same.
    """
    return tuple(
        _compare(first, second)
        for group in _groups(arms).values()
        for first, second in _pairs(group, planned)
        if first.results and second.results
    )


def compare_regimes(arms: Sequence[ArmSummary], planned: PlannedArms = NOT_PLANNED) -> tuple[PooledContrast, ...]:
    """The same pairs of regimes, pooled over rosters, for every measure that is compared."""
    pairs: dict[tuple[str, str], list[tuple[ArmSummary, ArmSummary]]] = {}
    for group in _groups(arms).values():
        for first, second in _pairs(group, planned):
            if first.results and second.results:
                pairs.setdefault((first.arm.regime, second.arm.regime), []).append((first, second))
    return tuple(
        _pool(*regimes, found, measure)
        for regimes, found in pairs.items()
        for measure in compared([arm for pair in found for arm in pair])
    )


def _groups(arms: Sequence[ArmSummary]) -> dict[tuple[str, str], list[ArmSummary]]:
    groups: dict[tuple[str, str], list[ArmSummary]] = {}
    for summary in arms:
        groups.setdefault((summary.arm.roster, summary.arm.market), []).append(summary)
    return groups


def _pairs(group: Sequence[ArmSummary], planned: PlannedArms) -> Iterator[tuple[ArmSummary, ArmSummary]]:
    baselines = [summary for summary in group if summary.arm.ungoverned]
    told = [summary for summary in group if summary.arm.told and not summary.arm.institution]
    for first in group:
        if first.arm.ungoverned:
            continue
        yield from ((first, second) for second in _like(first, baselines, planned))
        if first.arm.institution:
            yield from ((first, second) for second in _like(first, told, planned))


def _like(first: ArmSummary, others: Sequence[ArmSummary], planned: PlannedArms) -> list[ArmSummary]:
    """Those of the others that have the levels of `first`, and its rounds where any of them has."""
    mine = planned.get(first.arm.name, {})
    agreeing = [other for other in others if _levels_agree(mine, planned.get(other.arm.name, {}))]
    as_long = [other for other in agreeing if planned.get(other.arm.name, {}).get("rounds") == mine.get("rounds")]
    return as_long or agreeing


def _levels_agree(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    mine, theirs = one.get("levels") or {}, other.get("levels") or {}
    return all(mine[factor] == theirs[factor] for factor in mine.keys() & theirs.keys())


def _compare(first: ArmSummary, second: ArmSummary) -> Comparison:
    roots = [summary.arm.roots for summary in (first, second)]
    shared = roots[0].keys() & roots[1].keys()
    cases = first.enforcement.per_run(first.enforcement.cases)
    rounds = float(first.results.column("rounds").mean())
    gained = rounds * (first.means["welfare"].point - second.means["welfare"].point)
    return Comparison(
        first=first.arm.name,
        second=second.arm.name,
        roster=first.arm.roster,
        market=first.arm.market,
        identical=bool(shared) and all(roots[0][seed] == roots[1][seed] for seed in shared),
        contrasts=tuple(_contrast(measure, first, second) for measure in compared((first, second))),
        break_even=gained / cases if cases > 0 and gained > 0 else float("nan"),
    )


def _contrast(measure: str, first: ArmSummary, second: ArmSummary) -> Contrast:
    a, b = _defined(first, measure), _defined(second, measure)
    return Contrast(measure, first.mean(measure).point, second.mean(measure).point, welch_test(a, b), cohens_d(a, b))


def _pool(first: str, second: str, found: Sequence[tuple[ArmSummary, ArmSummary]], measure: str) -> PooledContrast:
    by_place: dict[tuple[str, str], list[float]] = {}
    for one, other in found:
        difference = one.mean(measure).point - other.mean(measure).point
        if np.isfinite(difference):
            by_place.setdefault((one.arm.roster, one.arm.market), []).append(difference)
    several = len({market for _, market in by_place}) > 1
    differences = {
        f"{roster} in {market}" if several else roster: float(np.mean(known))
        for (roster, market), known in by_place.items()
    }
    # An arm that stands in several pairs has its runs once.
    firsts, seconds = ({arm.arm.name: arm for arm in side}.values() for side in zip(*found, strict=True))
    a = np.concatenate([_defined(one, measure) for one in firsts])
    b = np.concatenate([_defined(other, measure) for other in seconds])
    return PooledContrast(
        measure=measure,
        first_regime=first,
        second_regime=second,
        differences=differences,
        sign_flip=sign_flip_test(list(differences.values())),
        welch=welch_test(a, b),
        effect=cohens_d(a, b),
    )


def _defined(summary: ArmSummary, measure: str) -> np.ndarray:
    values = summary.values(measure)
    defined: np.ndarray = values[np.isfinite(values)]
    return defined
