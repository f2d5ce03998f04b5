"""Campaigns: experiments as data, executed to signed logs and tables."""

from agoranomos.campaigns.arm import Arm, Seated
from agoranomos.campaigns.document import Campaign
from agoranomos.campaigns.driver import Outcome, Settings, execute
from agoranomos.campaigns.earlier import deviating, find_plan, refuse_another_plan
from agoranomos.campaigns.failure import Failure
from agoranomos.campaigns.folder import CampaignFolder, open_folder
from agoranomos.campaigns.harvest import build_tables
from agoranomos.campaigns.matching import match, require_matched
from agoranomos.campaigns.plan import Plan, PlannedRun
from agoranomos.campaigns.planning import plan, plan_campaign

__all__ = [
    "Arm",
    "Campaign",
    "CampaignFolder",
    "Failure",
    "Outcome",
    "Plan",
    "PlannedRun",
    "Seated",
    "Settings",
    "build_tables",
    "deviating",
    "execute",
    "find_plan",
    "match",
    "open_folder",
    "plan",
    "plan_campaign",
    "refuse_another_plan",
    "require_matched",
]
