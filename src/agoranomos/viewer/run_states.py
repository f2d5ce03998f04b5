"""Every run of a campaign and how far it is: from the tables, or from the ledger where that is newer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
from pyarrow import parquet

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.status import UNDER_WAY
from agoranomos.errors import AgoraError
from agoranomos.logs import layout
from agoranomos.logs.unverified import lines_as_they_lie
from agoranomos.viewer.campaign_rows import state_of
from agoranomos.viewer.confined import inside, is_plain_name
from agoranomos.viewer.kept import Kept, stamp_of
from agoranomos.viewer.planned import Plans

STATUSES = ("closed", "failed", "under_way", "open")
"""Finished; given up; at work now; not finished, and nobody is at work on it."""
_STATUS_OF_KIND = {"opened": "begun", "closed": "closed", "abandoned": "failed"}
_COLUMNS = ("arm", "seed", "status", "failure", "rounds", "entries", "root")

RunKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class RunState:
    """A run: `entries`, `rounds` and `root` are those of a finished one, where the tables or the ledger say."""

    arm: str
    seed: int
    status: str
    failure: str = ""
    rounds: int | None = None
    entries: int | None = None
    root: str = ""


@dataclass(frozen=True, slots=True)
class RunStates:
    """The runs in the order of the plan; `tabulated` where every one of them is as the tables say."""

    runs: tuple[RunState, ...]
    places: Mapping[RunKey, int]
    tabulated: bool


class States:
    """The runs of the campaigns in `root`, read anew where their files were written anew."""

    def __init__(self, root: Path, plans: Plans) -> None:
        self._root = root
        self._plans = plans
        self._kept: Kept[RunStates] = Kept(16)

    def of(self, folder: CampaignFolder) -> RunStates:
        """Every run of a campaign; none of one whose plan and tables cannot be read."""
        files = (folder.plan_file, folder.status_file, *_ledger_files(folder), *table_files(folder))
        return self._kept.get(folder.root, stamp_of(files), lambda: self._read(folder))

    def holds(self, folder: CampaignFolder, key: RunKey) -> bool:
        """Whether the campaign has this run."""
        return key in self.of(folder).places

    def _read(self, folder: CampaignFolder) -> RunStates:
        runs = self._tabulated(folder)
        fresh = bool(runs) and not _ledger_is_newer(folder)
        if not fresh:
            runs = {**self._planned(folder), **runs}
            under_way = state_of(self._plans.status(folder)) in UNDER_WAY
            for key, state in self._told(folder, under_way).items():
                if key in runs and (runs[key].root != state.root or state.status != "closed"):
                    runs[key] = state
        listed = tuple(runs.values())
        return RunStates(listed, {(run.arm, run.seed): place for place, run in enumerate(listed)}, fresh)

    def _told(self, folder: CampaignFolder, under_way: bool) -> dict[RunKey, RunState]:
        try:
            for file in (folder.ledger, *_ledger_files(folder)):
                inside(file, self._root)
        except AgoraError:
            return {}
        return _told_by(folder, under_way)

    def _planned(self, folder: CampaignFolder) -> dict[RunKey, RunState]:
        plan = self._plans.plan(folder)
        return {(arm.name, seed): RunState(arm.name, seed, "open") for arm in plan.arms for seed in plan.seeds}

    def _tabulated(self, folder: CampaignFolder) -> dict[RunKey, RunState]:
        try:
            path = inside(folder.tables / "runs.parquet", self._root)
            with parquet.ParquetFile(path) as file:
                columns = file.read(columns=list(_COLUMNS)).to_pydict()
        except (AgoraError, OSError, pa.ArrowException, ValueError):
            return {}
        rows = zip(*(columns[name] for name in _COLUMNS), strict=True)
        return {(row[0], row[1]): _state(row) for row in rows if isinstance(row[0], str) and is_plain_name(row[0])}


def _state(row: Sequence[Any]) -> RunState:
    arm, seed, status, failure, rounds, entries, root = row
    return RunState(arm, seed, status if status in STATUSES else "open", failure or "", rounds, entries, root or "")


def table_files(folder: CampaignFolder) -> tuple[Path, ...]:
    """The tables that rows of runs are made of."""
    return tuple(folder.tables / f"{name}.parquet" for name in ("runs", "rounds", "calls", "attempts"))


def _ledger_files(folder: CampaignFolder) -> list[Path]:
    found: list[Path] = []
    while (path := folder.ledger / layout.entries_file(len(found) * layout.SEGMENT_ENTRIES)).is_file():
        found.append(path)
    return found


def _ledger_is_newer(folder: CampaignFolder) -> bool:
    """Whether the ledger was written to since the tables were made; both are, where a campaign went on."""
    tables = stamp_of([folder.tables / "attempts.parquet"])[0]
    ledger = max((stamp[0] for stamp in stamp_of(_ledger_files(folder)) if stamp), default=0)
    return tables is None or ledger > tables[0]


class _Head(msgspec.Struct):
    size: int = 0
    root: str = ""


class _Body(msgspec.Struct):
    arm: str = ""
    seed: int = -1
    head: _Head | None = None
    reason: str = ""


class _Line(msgspec.Struct):
    """What is read here of an entry of a ledger; whether it is one to believe is for the verifier to say."""

    kind: str
    body: _Body


def _told_by(folder: CampaignFolder, under_way: bool) -> dict[RunKey, RunState]:
    """What the ledger says of each run, its last attempt: as it lies there, up to where it cannot be read."""
    found: dict[RunKey, RunState] = {}
    decode = msgspec.json.Decoder(_Line).decode
    begun = "under_way" if under_way else "open"
    try:
        for line in lines_as_they_lie(folder.ledger):
            told = decode(line)
            status, body = _STATUS_OF_KIND.get(told.kind, ""), told.body
            head = body.head if status == "closed" and body.head is not None else _Head()
            if status:
                found[body.arm, body.seed] = RunState(
                    body.arm, body.seed, begun if status == "begun" else status,
                    body.reason if status == "failed" else "", None, head.size or None, head.root,
                )  # fmt: skip
    except (AgoraError, OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return found
    return found
