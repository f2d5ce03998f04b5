"""Who played in a study, in sentences: policies and models of every roster, from the plan."""

from __future__ import annotations

from collections.abc import Iterator

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
