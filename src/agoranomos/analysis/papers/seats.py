"""Who decided: people, and where no language model took part what stood in the other seats."""

from __future__ import annotations

from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.campaigns.people import POLICY

_OTHERS = "agent is scripted or learns"


def people_in_words(summary: CampaignSummary) -> str:
    """Which agents people played, as half a sentence; empty where nobody did."""
    seats = [_people(arm.arm.agents, arm.arm.policies) for arm in summary.arms]
    with_people = sum(bool(names) for names in seats)
    if not with_people:
        return ""
    names = list(dict.fromkeys(name for arm in seats for name in arm))
    who = "a person" if len(names) == 1 else "people"
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    where = "" if with_people == len(seats) else f" in {with_people} of {len(seats)} arms"
    return f"{who} played {listed}{where}"


def without_models_in_words(summary: CampaignSummary) -> str:
    """Who decided where no language model did, as half a sentence."""
    people = people_in_words(summary)
    if not people:
        return f"every {_OTHERS}"
    alone = all(len(_people(arm.arm.agents, arm.arm.policies)) == len(arm.arm.agents) for arm in summary.arms)
    return people if alone else f"{people}, every other {_OTHERS}"


def _people(agents: tuple[str, ...], policies: tuple[str, ...]) -> list[str]:
    return [agent for agent, policy in zip(agents, policies, strict=False) if policy == POLICY]
