"""Manipulation checks: what the laboratory must do before any finding of it means anything.

They are no findings. Which arms they apply to is read off the data (what an arm is told, which policies and models
sit in it), so they hold for any campaign.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.frequencies import frequencies
from agoranomos.analysis.run_blocks import RunBlock

DIVIDER = "divider"
LEARNER = "learner"

SHORTEST = 20
"""Rounds below which a run is too short to say whether a divider pays or a learner moves."""

DIVISION_CV = 0.9
"""An agent divides in a round when its CV is at least this share of the largest, sqrt(M - 1): it makes one good."""

Verdict = Literal["passed", "failed", "not applicable"]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what must hold, whether it did, and the figures that say so, a line each."""

    name: str
    must: str
    verdict: Verdict
    figures: tuple[str, ...]


def manipulation_checks(arms: Sequence[ArmSummary]) -> tuple[Check, ...]:
    """The checks over a campaign's arms; that of placebos where there is one."""
    finished = [summary for summary in arms if summary.results]
    checks = (_told_changes_nothing(finished), _divider_pays(finished), _learner_moves_away(finished))
    drawn = _draws_are_as_frequent(finished)
    return checks if drawn is None else (*checks, drawn)


def _draws_are_as_frequent(arms: Sequence[ArmSummary]) -> Check | None:
    """Of campaigns where findings are drawn."""
    found = tuple(frequencies(arms))
    if not found:
        return None
    return _check(
        "Findings by draw are as frequent as those of the arm beside them",
        "Over pairs of runs with one seed, the 95% interval of the difference in findings, and in fines and "
        "suspensions, holds zero. `agora graph placebo` measures the chances to draw with.",
        all(one.matched for one in found),
        [str(one) for one in found],
    )


def _told_changes_nothing(arms: Sequence[ArmSummary]) -> Check:
    figures, good = [], True
    for told, baseline in _beside_baseline(arms, told_only=True):
        if told.arm.reads:
            continue
        roots = baseline.arm.roots
        pairs = [(root, roots[seed]) for seed, root in told.arm.roots.items() if seed in roots]
        equal = sum(one == other for one, other in pairs)
        good &= equal == len(pairs)
        names = f"{told.arm.name} and {baseline.arm.name}"
        figures.append(f"{names}: {equal} of {len(pairs)} pairs of runs have equal roots")
    return _check(
        "A text changes nothing for agents that cannot read",
        "Told-only arms whose agents have no language model have the same entries as the ungoverned ones.",
        good,
        figures,
    )


def _divider_pays(arms: Sequence[ArmSummary]) -> Check:
    figures, good = [], True
    for summary in arms:
        if not summary.arm.enforced or not _all_policies(summary, DIVIDER, _full_division):
            continue
        long = [result for result in summary.results if result.rounds >= SHORTEST]
        # A run whose every round had a suspended agent has no tier of its own; it was divided while it could be.
        severe = sum(result.structure.tier == 4 or np.isnan(result.structure.tier) for result in long)
        paid = sum(result.fines > 0 for result in long)
        if long:
            good &= severe == paid == len(long)
            mean = sum(result.fines for result in long) / len(long)
            figures.append(
                f"{summary.arm.name}: tier 4 in {severe} of {len(long)} runs; "
                f"{paid} of {len(long)} paid fines, {mean:,.0f} a run"
            )
    return _check(
        "A fixed divider stays at tier 4 and pays",
        "Agents that divide whatever happens stay at tier 4 under an institution, and pay fines in every run.",
        good,
        figures,
    )


def _learner_moves_away(arms: Sequence[ArmSummary]) -> Check:
    figures, good = [], True
    for governed, baseline in _beside_baseline(arms, told_only=False):
        if not _all_policies(governed, LEARNER):
            continue
        if min(part.results.column("rounds").min() for part in (governed, baseline)) < SHORTEST:
            continue
        begins, ends = _division_play(governed)
        free_begins, free_ends = _division_play(baseline)
        good &= ends < begins and ends < free_ends
        figures.append(
            f"{governed.arm.name}: division in {begins:.0%} of moves in the first quarter, {ends:.0%} in the last; "
            f"{baseline.arm.name}: {free_begins:.0%} and {free_ends:.0%}"
        )
    return _check(
        "A learner that starts at division moves away under the institution",
        "Its share of division play falls from the first quarter of the rounds to the last, and ends below that of the "
        "ungoverned learner.",
        good,
        figures,
    )


def _check(name: str, must: str, good: bool, figures: Sequence[str]) -> Check:
    if not figures:
        return Check(name, must, "not applicable", ("no arms of this campaign that it applies to",))
    return Check(name, must, "passed" if good else "failed", tuple(figures))


def _beside_baseline(arms: Sequence[ArmSummary], *, told_only: bool) -> Iterator[tuple[ArmSummary, ArmSummary]]:
    """Arms only told, or those with an institution, each beside the ungoverned arm of its roster, market and levels."""
    for summary in arms:
        wanted = bool(summary.arm.told) and not summary.arm.institution if told_only else summary.arm.enforced
        for other in arms:
            same = (other.arm.roster, other.arm.market) == (summary.arm.roster, summary.arm.market)
            same &= _without_regime(other) == _without_regime(summary)
            if wanted and same and other.arm.ungoverned:
                yield summary, other


def _without_regime(summary: ArmSummary) -> str:
    """An arm's name as far as it says roster, market and the levels of factors."""
    return summary.arm.name.removeprefix(summary.arm.regime)


def _division_play(summary: ArmSummary) -> tuple[float, float]:
    """The share of division moves in the first and the last quarter of the rounds, suspended moves aside."""
    width = np.sqrt(max(len(summary.arm.goods) - 1, 1))
    counts = np.zeros((2, 2), dtype=np.int64)
    for block in summary.arm.runs.blocks():
        quarter = max(block.rounds // 4, 1)
        moves, free = _divides(block, width), ~block.suspended
        for part, window in enumerate((slice(None, quarter), slice(-quarter, None))):
            counts[part] += ((moves & free)[:, window].sum(), free[:, window].sum())
    first, last = (float(divided / made) if made else 0.0 for divided, made in counts)
    return first, last


def _divides(block: RunBlock, width: float) -> np.ndarray:
    return np.asarray(np.nan_to_num(block.cv) >= DIVISION_CV * width)


def _all_policies(summary: ArmSummary, name: str, holds: Any = None) -> bool:
    described = [_innermost(text) for text in summary.arm.descriptions]
    return bool(described) and all(
        policy.get("policy") == name and (holds is None or holds(policy.get("parameters") or {}))
        for policy in described
    )


def _full_division(parameters: Mapping[str, Any]) -> bool:
    return float(parameters.get("sharpness", 1.0)) == 1.0


def _innermost(text: str) -> dict[str, Any]:
    """The description of the policy under any noise; empty where it is none."""
    try:
        described = json.loads(text)
    except ValueError:
        return {}
    while isinstance(described, dict) and isinstance(described.get("inner"), dict):
        described = described["inner"]
    return described if isinstance(described, dict) else {}
