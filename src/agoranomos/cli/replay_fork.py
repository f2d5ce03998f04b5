"""`agora replay --fork-at ROUND`: new runs that go on from recorded ones, and what became of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agoranomos.cli.terminal import say, say_json, show, visible
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.campaigns.forked_runs import ForkedRun
    from agoranomos.institutions import Institution

ONE_HISTORY = (
    "A fork shares the history and the draws of its run. What differs after it follows from the other institution for "
    "these agents after this history, and for no others; with several runs the interval is over them."
)
"""What stands beside the figures of forks."""


def play(
    logs: Sequence[Path],
    institutions: Sequence[Institution],
    round_number: int,
    anew: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Fork every run of `logs` under each institution, and tell what became of them."""
    from agoranomos.campaigns import CampaignFolder
    from agoranomos.campaigns.forked_runs import play_forks
    from agoranomos.campaigns.forking import fork_of, plan_of, workspace_of
    from agoranomos.campaigns.logbook import Logbook
    from agoranomos.campaigns.session_models import SessionModels
    from agoranomos.logs import KeyStore
    from agoranomos.models import open_engine
    from agoranomos.models.calls.store import CallStore, calls_folder
    from agoranomos.workspace import find_workspace, state_folder

    folder = CampaignFolder(_campaign_of(logs[0]))
    workspace = workspace_of(folder, find_workspace())
    plan = plan_of(folder, workspace)
    forks = [fork_of(plan, log, round_number, one, anew) for one in institutions for log in logs]
    asks = any(fork.run.arm.models for fork in forks)
    store = CallStore.open(calls_folder(), tell=_remark) if asks else None
    try:
        models = SessionModels(lambda name: open_engine(name, workspace), store)
        logbook = Logbook(plan, KeyStore(state_folder() / "keys"))
        played = play_forks(forks, out if out is not None else folder.root / "forks", logbook, models, _remark)
    finally:
        if store is not None:
            store.close()
    if as_json:
        say_json([_as_document(one) for one in played])
        return
    _show(played, round_number)


def _campaign_of(log: Path) -> Path:
    folder = log.resolve().parents[2]
    if not (folder / "plan.json").is_file():
        raise UsageError(
            f"{log} does not lie in a campaign's folder, and a fork needs the campaign's plan",
            advice="Give the run where it was recorded: logs/CAMPAIGN/runs/ARM/SEED.",
        )
    return folder


def _remark(text: str) -> None:
    print(visible(text), file=sys.stderr)


def _as_document(one: ForkedRun) -> dict[str, Any]:
    return {
        "log": str(one.place),
        "root": one.head.root,
        "origin": one.head.origin,
        "forked_from": {"log": str(one.fork.place), "arm": one.fork.run.arm.name, "seed": one.fork.run.seed},
        "fork_at": one.fork.round,
        "institution": one.fork.institution.name,
        "semantic_sha256": one.fork.institution.semantic_sha256,
        "anew": one.fork.anew,
        "after": {"recorded": asdict(one.recorded), "forked": asdict(one.forked)},
        "about": ONE_HISTORY,
    }


def _show(played: Sequence[ForkedRun], round_number: int) -> None:
    from rich.table import Table

    from agoranomos.campaigns.forked_runs import MEASURES

    say(
        f"{len(played)} {'fork' if len(played) == 1 else 'forks'} after round {round_number}: up to there every entry "
        "came out as recorded"
    )
    say(ONE_HISTORY)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("arm", "after the fork under"):
        table.add_column(heading)
    for name in ("runs", *MEASURES):
        table.add_column(name, justify="right")
    groups: dict[tuple[str, str], list[ForkedRun]] = {}
    for one in played:
        groups.setdefault((one.fork.institution.name, one.fork.run.arm.name), []).append(one)
    for (institution, arm), members in groups.items():
        for number, row in enumerate(_rows(institution, members)):
            table.add_row(visible(arm) if number == 0 else "", *row)
    show(table)
    for place in dict.fromkeys(one.place.parents[2] for one in played):
        say(f"written to {visible(str(place))}; agora replay and agora log verify read them as any run")


def _rows(institution: str, members: Sequence[ForkedRun]) -> list[tuple[str, ...]]:
    from agoranomos.campaigns.forked_runs import MEASURES

    rows = []
    for label, side in (("as recorded", "recorded"), (institution, "forked")):
        means = [_mean([getattr(getattr(one, side), name) for one in members]) for name in MEASURES]
        rows.append((visible(label), str(len(members)), *(_number(mean) for mean in means)))
    rows.append(("difference", "", *(_difference(members, name) for name in MEASURES)))
    return rows


def _difference(members: Sequence[ForkedRun], name: str) -> str:
    from agoranomos.statistics import mean_interval

    pairs = [(getattr(one.forked, name), getattr(one.recorded, name)) for one in members]
    values = [after - before for after, before in pairs if after is not None and before is not None]
    if not values:
        return "-"
    found = mean_interval(values)
    text = f"{found.point:+,.2f}"
    return text if found.reason else f"{text} ({found.low:+,.2f} to {found.high:+,.2f})"


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}"
