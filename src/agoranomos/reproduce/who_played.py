"""Who played in a study, in sentences: policies and models of every roster, from the plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.campaigns.plan import Plan


def who_played(plan: Plan) -> Iterator[str]:
    """One sentence a roster, and one with the seeds and the plan's digest."""
    seen: set[str] = set()
    for arm in plan.arms:
        if arm.roster_name in seen:
            continue
        seen.add(arm.roster_name)
        seats = ", ".join(
            f"{seat.agent} is {seat.policy}" + (f" with {seat.model}" if seat.model else "") for seat in arm.agents
        )
        about = " ".join(arm.roster.about.split())
        yield f"{arm.roster_name}: {seats}." + (f" {about}" if about else "")
    seeds = plan.campaign.all_seeds
    yield f"Seeds {seeds[0]} to {seeds[-1]} ({len(seeds)}), the same in every arm; plan {plan.digest}."


def how_models_answered(summary: CampaignSummary) -> Iterator[str]:
    """How many calls of models failed and how many moves were repaired for it; nothing where no model was asked."""
    conduct = [arm.conduct for arm in summary.arms]
    calls, moves = sum(one.calls for one in conduct), sum(one.decisions for one in conduct)
    if calls:
        failed, repaired = sum(one.failed for one in conduct), sum(one.repaired for one in conduct)
        yield (
            f"Of {calls} calls of models {failed} failed, and {repaired} of {moves} moves were repaired because no "
            "usable reply came: a repaired move is this program's, and no model's."
        )


def models_of(*plans: Plan) -> set[str]:
    """Every model that has a seat in one of the plans."""
    return {model for plan in plans for arm in plan.arms for seat in arm.agents if (model := seat.model)}


def about_models(models: Collection[str], without: str) -> Iterator[str]:
    """What numbers of these models say, and what they do not; `without` is said where there are none."""
    if not models:
        yield without
    elif all(model.startswith("mock/") for model in models):
        yield "The only models are mocks, which draw replies and model nothing: no number of theirs is a finding."
    else:
        yield "They were asked in our words: numbers that differ from published ones contradict nobody."
        if any(model.startswith("smollm2") for model in models):
            yield (
                "A model of 135 million parameters shows that the path works; what it does is no evidence about large "
                "ones."
            )
