"""Which runs a campaign decided, before it ran, to judge nothing by."""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.analysis.runs import RunResult
from agoranomos.campaigns.hypothesis import Exclusion


def share_of(result: RunResult, share: str) -> float:
    """The share that an exclusion names: of moves, calls or rounds; 0 where the run has none of them."""
    counts = {
        "repaired": (result.repaired, result.decisions),
        "projected": (result.projected, result.decisions),
        "failed_calls": (sum(result.failures.values()), result.calls),
        "suspended": (result.suspended_rounds, result.rounds),
    }
    part, whole = counts[share]
    return part / whole if whole else 0.0


def excluded_by(result: RunResult, rules: Sequence[Exclusion]) -> tuple[Exclusion, ...]:
    """The rules that leave the run out; none where it counts."""
    return tuple(rule for rule in rules if share_of(result, rule.share) > rule.above)
