"""What one finished run comes to, straight from its log: what a stopping rule is told while a campaign runs."""

from __future__ import annotations

from pathlib import Path

from agoranomos.analysis.arms import summarise_arm, value_of
from agoranomos.analysis.inference.exclusion import excluded_by
from agoranomos.analysis.runs import Null
from agoranomos.analysis.tables import arms_from
from agoranomos.campaigns import Plan, PlannedRun
from agoranomos.campaigns.harvest_batch import Batch, RunRow, tabulate
from agoranomos.campaigns.ledger_entries import Head
from agoranomos.campaigns.stopping import Seen
from agoranomos.markets import build_market


def measure_run(plan: Plan, run: PlannedRun, place: Path, head: Head) -> Seen:
    """The outcome of the plan's stopping rule in the run whose log lies at `place`, by the way of its tables.

    It is what a report says of the same run. Raises `Finding` where the log is not the one that `head` closes,
    `ValueError` where the plan has no stopping rule.
    """
    campaign = plan.campaign
    if campaign.stopping is None:
        raise ValueError(f"{campaign.name} has no stopping rule")
    outcome = campaign.hypotheses[campaign.stopping.hypothesis].outcome or campaign.outcome
    arm = run.arm
    known = {
        "arm": arm.name,
        "regime": arm.regime,
        "roster": arm.roster_name,
        "market": arm.market_name,
        "goods": list(build_market(arm.market).goods),
        "agents": [seated.agent for seated in arm.agents],
    }
    tables = tabulate(Batch(known, (RunRow(run.seed, "closed", place=place, head=head),)), {})
    (data,) = arms_from(tables)
    (result,) = summarise_arm(data, Null()).results
    return Seen(value_of(result, outcome or ""), bool(excluded_by(result, campaign.exclude)))
