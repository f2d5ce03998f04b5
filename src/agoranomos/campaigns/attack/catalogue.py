"""Every forgery, in the order of the table."""

from __future__ import annotations

from agoranomos.campaigns.attack import (
    changed_files,
    false_actors,
    false_openings,
    false_proofs,
    false_time,
    false_witness,
    odd_content,
    signed_lies,
    weak_signatures,
    whole_runs,
)
from agoranomos.campaigns.attack.campaign_twin import CampaignTwin
from agoranomos.campaigns.attack.forgery import Forgery
from agoranomos.campaigns.attack.twin import Twin

RUN_FORGERIES: tuple[Forgery[Twin], ...] = (
    *changed_files.FORGERIES,
    *weak_signatures.FORGERIES,
    *odd_content.FORGERIES,
    *false_proofs.FORGERIES,
    *false_openings.FORGERIES,
    *signed_lies.FORGERIES,
    *false_witness.FORGERIES,
    *false_time.FORGERIES,
    *false_actors.FORGERIES,
)

CAMPAIGN_FORGERIES: tuple[Forgery[CampaignTwin], ...] = whole_runs.FORGERIES
