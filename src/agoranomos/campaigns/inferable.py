"""Refuses hypotheses and stopping rules that no run could ever answer, before anything runs."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from agoranomos.campaigns.arm import Arm
from agoranomos.campaigns.hypothesis import Hypothesis
from agoranomos.campaigns.outcome import OUTCOMES
from agoranomos.campaigns.pairing import pairs
from agoranomos.campaigns.plan import Plan
from agoranomos.documents import Source
from agoranomos.documents.reader import place_in
from agoranomos.errors import DocumentError, nearest
from agoranomos.markets import build_market
from agoranomos.scenarios.settings import setting_of


def check_inferable(source: Source, plan: Plan) -> None:
    """Raise `DocumentError` with the place in the campaign's text.

    For an outcome that a market of the hypothesis has not, for clusters of which there is one only, and for a stopping
    rule whose first look lies beyond the last seed.
    """
    for name, hypothesis in plan.campaign.hypotheses.items():
        _check_outcome(source, plan, name, hypothesis)
        _check_clusters(source, plan, name, hypothesis)
    rule, seeds = plan.campaign.stopping, len(plan.campaign.all_seeds)
    if rule is not None and rule.least > seeds:
        raise DocumentError(
            f"stopping: the first look is after {rule.least} pairs, and there are {seeds} seeds",
            place=place_in(source, ("stopping", "least")),
            advice="Give more seeds, or look earlier.",
        )


def _check_outcome(source: Source, plan: Plan, name: str, hypothesis: Hypothesis) -> None:
    outcome = hypothesis.outcome
    for arm in (arm for pair in pairs(hypothesis, plan.arms) for arm in pair):
        facts = build_market(arm.market).facts
        known = (*OUTCOMES, *(measure.removesuffix("_e6") for measure in facts.measures))
        if outcome is not None and outcome not in known:
            raise DocumentError(
                f"hypothesis {name}: outcome {outcome!r} is no measure of market {facts.market}",
                place=place_in(source, ("hypotheses", name, "outcome")),
                advice=nearest(outcome, known),
            )


def with_clusters(plan: Plan) -> Plan:
    """The plan of a campaign that names no clusters, with `setting` where that is what its runs have in common.

    So it is where every arm that is compared draws one of several settings. The plan says it then as if the campaign
    had: what hypotheses are judged by is decided, and recorded, before anything runs.
    """
    compared = [pairs(hypothesis, plan.arms) for hypothesis in plan.campaign.hypotheses.values()]
    found = [_settings(plan, [first for first, _ in arms]) for arms in compared]
    if not found or any(None in settings or len(settings) < 2 for settings in found):
        return plan
    return replace(plan, campaign=plan.campaign.model_copy(update={"clusters": ("setting",)}))


def _settings(plan: Plan, arms: Sequence[Arm]) -> set[str | None]:
    """The settings of all runs of these arms; None alone where a run has none, and no further run is drawn then."""
    found: set[str | None] = set()
    for arm in arms:
        for seed in plan.campaign.all_seeds:
            found.add(setting_of(arm.market.drawn(seed)))
            if None in found:
                return {None}
    return found


def _check_clusters(source: Source, plan: Plan, name: str, hypothesis: Hypothesis) -> None:
    named = plan.campaign.clusters
    firsts = [first for first, _ in pairs(hypothesis, plan.arms)]
    settings = _settings(plan, firsts) if "setting" in named else set()
    if None in settings:
        raise DocumentError(
            f"hypothesis {name}: clusters of one setting, and its runs have none",
            place=place_in(source, ("clusters",)),
            advice="Settings are those of role-play, coordination and group-bargaining.",
        )
    if not named or hypothesis.role != "confirmatory":
        return
    units: dict[str, Set[str | None]] = {
        "roster": {arm.roster_name for arm in firsts},
        "market": {arm.market_name for arm in firsts},
        "setting": settings,
        "batch": {str(batch) for batch in plan.campaign.batch_of.values()},
    }
    if len(units[named[0]]) < 2:
        raise DocumentError(
            f"hypothesis {name}: its runs are of one {named[0]}, and one cluster has no spread",
            place=place_in(source, ("clusters",)),
            advice=f"Compare arms of more than one {named[0]}, name other clusters, or call it exploratory.",
        )
