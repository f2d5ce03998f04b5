"""One campaign as a row of the list: from its plan and its status alone, so that a list of many is quick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.status import State
from agoranomos.viewer.catalogue import Catalogue
from agoranomos.viewer.planned import Planned, Plans

UNKNOWN = "unknown"
STATES = (*get_args(State), UNKNOWN)
COUNTS = ("planned", "finished", "failed", "open", "under_way")


def campaign_rows(catalogue: Catalogue, plans: Plans) -> list[dict[str, Any]]:
    """Every campaign, the one that was written to last first."""
    rows = [campaign_row(name, folder, plans) for name, folder in catalogue.campaigns().items()]
    return sorted(rows, key=lambda row: (-(row["written_unix_s"] or 0), row["id"]))


def campaign_row(name: str, folder: CampaignFolder, plans: Plans) -> dict[str, Any]:
    """What the list says of one campaign; times are claimed by the machine that ran it."""
    return row_of(name, folder, plans.plan(folder), plans.status(folder))


def row_of(name: str, folder: CampaignFolder, plan: Planned, status: Mapping[str, Any]) -> dict[str, Any]:
    """As `campaign_row`, from one reading of plan and status; what neither says is None."""
    calls = status.get("calls")
    return {
        "id": name,
        "name": plan.name,
        "title": plan.title,
        "state": state_of(status),
        "market": ", ".join(plan.markets),
        "arms": None if plan.fault else len(plan.arms),
        "runs": _runs(status),
        "rounds": status.get("rounds"),
        "calls": _count(calls, "asked") + _count(calls, "stored") if calls else None,
        "model_calls": calls,
        "written_unix_s": _number(status.get("written_unix_s")) or _written(folder),
        "seconds_left": _number(status.get("seconds_left")),
    }


def state_of(status: Mapping[str, Any]) -> str:
    """The state that the status names; `unknown` where it names none that there is."""
    state = status.get("state")
    return state if isinstance(state, str) and state in STATES else UNKNOWN


def _runs(status: Mapping[str, Any]) -> dict[str, int] | None:
    runs = status.get("runs")
    return {name: _count(runs, name) for name in COUNTS} if isinstance(runs, dict) else None


def _written(folder: CampaignFolder) -> float | None:
    """When the campaign's files were last written, where no status says so."""
    for path in (folder.plan_file, folder.tables, folder.ledger):
        try:
            return int(path.stat().st_mtime)
        except OSError:
            continue
    return None


def _count(found: Any, name: str) -> int:
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _number(value: Any) -> float | None:
    """A finite number; None for anything else."""
    fits = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e18
    return value if fits else None
