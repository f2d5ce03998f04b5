"""What a campaign of the same name was begun as before: so that another plan is never taken for the same experiment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger import read_ledger
from agoranomos.campaigns.plan import Plan, differences
from agoranomos.errors import AgoraError, UsageError
from agoranomos.logs import Verifier

SHOWN = 5
"""So many differences between two plans an error tells."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A folder of the same campaign under another plan, of which `runs` have been opened; `changes` says what differs.

    `begun_as` is the digest of the plan that it began with, `plan_sha256` of the one that it follows now.
    """

    folder: CampaignFolder
    begun_as: str
    plan_sha256: str
    runs: int
    changes: tuple[str, ...]


def find_plan(plan: Plan, logs: Path, trusted: Sequence[Verifier]) -> tuple[Plan, tuple[Earlier, ...]]:
    """The plan as its folder knows it, and what was begun otherwise where no folder follows it; the newest first.

    A campaign that deviated lies in the folder that it began in, whose name is of the first plan's digest.
    """
    here = CampaignFolder(logs / plan.label)
    if here.plan_file.is_file():
        now = _known(here, plan, trusted) if here.plan_bytes() != plan.json else None
        return plan, () if now is None or now.plan_sha256 == plan.digest else (now,)
    found: list[tuple[int, Earlier]] = []
    for path in sorted(logs.glob(f"{plan.campaign.name}-????????")) if logs.is_dir() else ():
        folder = CampaignFolder(path)
        known = _known(folder, plan, trusted) if folder.plan_file.is_file() else None
        if known is None or path.name != f"{plan.campaign.name}-{known.begun_as[:8]}":
            continue  # nothing was begun there, or it is a copy of another folder
        if known.plan_sha256 == plan.digest:
            return replace(plan, begun_as=known.begun_as), ()
        if known.runs:
            found.append((folder.plan_file.stat().st_mtime_ns, known))
    return plan, tuple(known for _, known in sorted(found, key=lambda one: one[0], reverse=True))


def deviating(plan: Plan, earlier: Sequence[Earlier]) -> Plan:
    """The plan as a deviation from the newest of those; itself where it is what a folder follows already."""
    return replace(plan, begun_as=earlier[0].begun_as) if earlier else plan


def refuse_another_plan(plan: Plan, earlier: Sequence[Earlier]) -> None:
    """Raise `UsageError` where runs of this campaign were begun under another plan: results may have been seen."""
    if not earlier:
        return
    newest = earlier[0]
    told = "; ".join(newest.changes[:SHOWN]) or "its bytes"
    more = f"; and {len(newest.changes) - SHOWN} more" if len(newest.changes) > SHOWN else ""
    runs = "run" if newest.runs == 1 else "runs"
    if newest.begun_as == plan.digest:
        raise UsageError(
            f"{newest.folder.root} was begun under this plan and has deviated from it ({told}{more})",
            advice='Run the plan that it follows now, or go back to this one with --deviate "why".',
        )
    raise UsageError(
        f"{newest.folder.root} holds {newest.runs} {runs} of campaign {plan.campaign.name} under another plan "
        f"({told}{more})",
        advice='Go on there with --deviate "why", which the ledger records and the report shows; or begin another '
        "experiment beside it with --anew; or give the campaign another name.",
    )


def _known(folder: CampaignFolder, plan: Plan, trusted: Sequence[Verifier]) -> Earlier | None:
    """What lies in a folder of which a ledger tells; None where it tells nothing, or is damaged.

    A neighbour that is damaged is no business of this campaign; its own folder is looked at when it is opened.
    """
    try:
        history, _ = read_ledger(folder.ledger, trusted)
        changes = tuple(differences(folder.read_plan(), plan.document))
    except (AgoraError, OSError):
        return None
    if history.planned is None:
        return None
    return Earlier(folder, history.planned.plan_sha256, history.plan_sha256, len(history.attempts), changes)
