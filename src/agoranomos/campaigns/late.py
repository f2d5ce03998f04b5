"""What a deviation does to hypotheses when results could be seen: which are late, and which are withdrawn.

A hypothesis is as old as all that its answer rests on: what it says, the outcome, clusters and exclusions, the arms
that it compares, the seeds, and when to stop adding them. Whoever has seen results may choose any of these by them.
More seeds are no exception for an estimate that takes their number as fixed; a confidence sequence holds however many
are added.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agoranomos.campaigns.hypothesis import Hypothesis
from agoranomos.campaigns.pairing import pairs, planned_arm


def late_hypotheses(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Hypotheses of the new plan that the old one did not have, or did not have so; plans as `plan.json` holds them."""
    before, after = _hypotheses(old), _hypotheses(new)
    return tuple(
        name
        for name, said in after.items()
        if before.get(name) != said or _rests_on(old, name) != _rests_on(new, name) or not _same_seeds(old, new, name)
    )


def withdrawn_hypotheses(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """Confirmatory hypotheses of the old plan that the new one does not have, or makes late: they shared the error."""
    kept = _hypotheses(new).keys() - set(late_hypotheses(old, new))
    return tuple(
        name
        for name, said in _hypotheses(old).items()
        if said.get("role", "confirmatory") == "confirmatory" and name not in kept
    )


def _campaign(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    return plan.get("campaign") or {}


def _hypotheses(plan: Mapping[str, Any]) -> Mapping[str, Any]:
    return _campaign(plan).get("hypotheses") or {}


def _rests_on(plan: Mapping[str, Any], name: str) -> tuple[Any, ...]:
    """What the hypothesis is judged by, beside what it says and the seeds."""
    campaign = _campaign(plan)
    said = tuple(campaign.get(key) or None for key in ("outcome", "clusters", "exclude", "batches", "stopping"))
    arms = [planned_arm(arm) for arm in plan["arms"]]
    compared = pairs(Hypothesis.model_validate(_hypotheses(plan)[name]), arms)
    return *said, {(first.name, second.name) for first, second in compared}


def _same_seeds(old: Mapping[str, Any], new: Mapping[str, Any], name: str) -> bool:
    """Whether it is judged by the same seeds, or by a sequence for which those of before come first."""
    before, after = list(old["seeds"]), list(new["seeds"])
    stopping = _campaign(new).get("stopping") or {}
    return after == before or (stopping.get("hypothesis") == name and after[: len(before)] == before)
