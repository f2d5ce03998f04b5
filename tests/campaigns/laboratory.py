"""A workspace of its own for each test, small campaigns, and a disk that dies at a chosen operation."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from agoranomos.campaigns import (
    CampaignFolder,
    Outcome,
    Plan,
    Settings,
    build_tables,
    execute,
    open_folder,
    plan,
)
from agoranomos.campaigns.tables import TABLES
from agoranomos.documents import Source
from agoranomos.logs import DiskStorage, KeyStore, LogReader
from agoranomos.models import Completion, MockEngine, Request
from agoranomos.workspace import Workspace

MOCK = """
kind: campaign
version: 1
name: small
market: cournot-duopoly
rosters: [mock-duopoly]
regimes:
  free: {}
  governed: {institution: cournot-antitrust}
seeds: 2
rounds: 3
"""

SCRIPTED = """
kind: campaign
version: 1
name: scripted
market: cournot-duopoly
rosters: [nash-noisy, ladder-gamer]
regimes:
  free: {}
  told: {told: antitrust-constitution}
  governed: {institution: cournot-antitrust}
seeds: 2
rounds: 12
"""

RESULTS = tuple(name for name in TABLES if name not in ("attempts", "deviations"))


class Died(BaseException):
    """Ends a session as a kill does: nothing catches it, and the disk takes nothing afterwards."""


class DyingStorage(DiskStorage):
    """Works until its `after`-th operation that changes the disk, then raises `error` for ever."""

    def __init__(self, after: int, error: Callable[[], BaseException]) -> None:
        self.left = after
        self._error = error

    def _count(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise self._error()

    def make_folder(self, path: Path) -> None:
        self._count()
        super().make_folder(path)

    def create(self, path: Path) -> int:
        self._count()
        return super().create(path)

    def open(self, path: Path) -> int:
        self._count()
        return super().open(path)

    def rewrite(self, path: Path, length: int) -> None:
        self._count()
        super().rewrite(path, length)

    def remove(self, path: Path) -> None:
        self._count()
        super().remove(path)

    def append(self, handle: int, data: bytes) -> None:
        self._count()
        super().append(handle, data)

    def fdatasync(self, handle: int) -> None:
        self._count()
        super().fdatasync(handle)

    def replace(self, path: Path, data: bytes, *, sync: bool) -> None:
        self._count()
        super().replace(path, data, sync=sync)


def full_disk() -> OSError:
    return OSError(errno.ENOSPC, "No space left on device")


class CountingEngine(MockEngine):
    """A mock engine that remembers what it was asked."""

    def __init__(self, style: str = "valid") -> None:
        super().__init__(style)
        self.asked: list[tuple[tuple[str, int, int], int]] = []

    async def complete(self, request: Request) -> Completion:
        self.asked.append((request.caller, request.seed))
        return await super().complete(request)


@dataclass
class Lab:
    """A workspace with its keys, and what tests do in it."""

    workspace: Workspace
    keys: KeyStore
    logs: Path

    def plan(self, text: str = MOCK, *settings: str) -> Plan:
        return plan(Source("small.yaml", text), self.workspace, settings)

    def folder(self, made: Plan) -> CampaignFolder:
        return open_folder(made, self.logs)

    def run(self, made: Plan, storage: DiskStorage | None = None, **settings: Any) -> Outcome:
        given = Settings(workers=1, clock=lambda: 1_700_000_000)
        if storage is not None:
            given = replace(given, storage_of=lambda _: storage)
        return execute(made, self.folder(made), self.keys, replace(given, **settings))

    def trusted(self) -> tuple[Any, ...]:
        return self.keys.trusted()

    def tables(self, made: Plan) -> dict[str, Any]:
        """Every result table as Python rows, without what depends on the clock."""
        folder = build_tables(self.folder(made), self.trusted())
        read = {name: pq.read_table(folder / f"{name}.parquet") for name in RESULTS}
        read["calls"] = read["calls"].drop_columns(["seconds"])
        return {name: table.to_pylist() for name, table in read.items()}

    def entries(self, made: Plan) -> dict[tuple[str, int], tuple[bytes, list[bytes]]]:
        """Root and entries of every finished run."""
        folder = self.folder(made)
        found = {}
        for run in made.runs():
            if folder.run(*run.key).is_dir():
                reader = LogReader(folder.run(*run.key))
                found[run.key] = (reader.checkpoint.root, list(reader.entries()))
        return found


def make_lab(root: Path) -> Lab:
    workspace = Workspace(root / "lab", "lab")
    workspace.root.mkdir(parents=True, exist_ok=True)
    return Lab(workspace, KeyStore(root / "keys"), root / "logs")
