"""The summary of a campaign as a table in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.words import number, percent

if TYPE_CHECKING:
    from rich.console import Console


def print_summary(summary: CampaignSummary, console: Console) -> None:
    """Print one row an arm: price, surplus, welfare and profit against Nash, tier, cases, sanctions, failures.

    Manipulation checks and what is missing follow in a line each.
    """
    from rich.table import Table

    models = any(arm.conduct.calls for arm in summary.arms)
    governed = any(arm.arm.institution for arm in summary.arms)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("arm", no_wrap=True)
    headings = ["runs", "price", "of Nash", "surplus", "welfare", "profit", "tier", "calibrated"]
    headings += ["cases", "sanctions", "fines"] if governed else []
    headings += ["calls", "failed", "repaired"] if models else []
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for arm in summary.arms:
        table.add_row(arm.arm.name, *_cells(arm, governed=governed, models=models))
    console.print(table)
    console.print(
        "price: mean over rounds; of Nash, surplus, welfare, profit: against Nash play; tier 0 to 4; "
        "calibrated: against noisy Nash play" + ("; cases, sanctions, fines: a run" if governed else ""),
        soft_wrap=True,
    )
    for check in summary.checks:
        if check.verdict != "not applicable":
            console.print(f"manipulation check, no finding: {check.name}: {check.verdict}", soft_wrap=True)
    if not summary.complete:
        left = summary.planned - summary.finished - summary.failed
        console.print(
            f"INCOMPLETE: {summary.finished} of {summary.planned} runs are finished, {summary.failed} failed, "
            f"{left} not run yet.",
            soft_wrap=True,
        )
    if summary.mock_only:
        console.print("the mock engine drew the replies: no language model, and no finding", soft_wrap=True)
    elif summary.models:
        console.print(
            f"models: {', '.join(summary.models)}; n is small and says nothing of other models", soft_wrap=True
        )


def _cells(arm: ArmSummary, *, governed: bool, models: bool) -> list[str]:
    runs = f"{len(arm.results)}" if len(arm.results) == arm.arm.planned else f"{len(arm.results)}/{arm.arm.planned}"
    if not arm.results:
        return [runs]
    means, nash, found, conduct = arm.means, arm.nash, arm.enforcement, arm.conduct
    cells = [
        runs,
        number(means["price"].point),
        percent(means["price"].point / float(nash.price.mean())),
        percent(means["surplus_ratio"].point),
        percent(means["welfare"].point / nash.welfare),
        percent(means["profit"].point / float(nash.profit.sum())),
        number(means["tier"].point),
        number(means["calibrated_tier"].point),
    ]
    if governed:
        cells += [
            number(found.per_run(found.cases), 1),
            number(found.per_run(found.sanctions), 1),
            number(found.fines, 0),
        ]
    if models:
        cells += [str(conduct.calls), str(conduct.failed), str(conduct.repaired)]
    return cells
