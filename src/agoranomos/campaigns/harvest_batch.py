"""The rows of some runs of one arm, made here or in worker processes, and given back in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from agoranomos.campaigns.columns import Columns
from agoranomos.campaigns.ledger_entries import Head
from agoranomos.campaigns.packs.packed import opened_run
from agoranomos.campaigns.tables import RUNS
from agoranomos.campaigns.tabulate import RunTables
from agoranomos.campaigns.tabulate_measures import benchmark_columns
from agoranomos.campaigns.tabulate_wording import notice_wording, placebo
from agoranomos.campaigns.timings import CallKey
from agoranomos.campaigns.worker import open_pool
from agoranomos.errors import Finding, MachineError
from agoranomos.logs import LogReader

ArmColumns: TypeAlias = Mapping[str, Any]
"""The columns of the table `runs` that all runs of an arm have in common."""

BATCHES_A_WORKER = 3
"""Batches that are under way or waiting for their turn, for each worker."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One planned run as its ledger has it; a run that is closed has a log, with this head, at `place`.

    `wording` is the name of the text that its agents are told.
    """

    seed: int
    status: Literal["open", "failed", "closed"]
    failure: str = ""
    place: Path | None = None
    head: Head | None = None
    wording: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some runs of one arm, in the order of their seeds."""

    arm: ArmColumns
    runs: tuple[RunRow, ...]


def tabulate(batch: Batch, seconds: Mapping[CallKey, float]) -> dict[str, Any]:
    """The rows of these runs in each table, as Arrow tables by name; `seconds` is how long calls took.

    Raises `Finding` where a log cannot be read or is not what the ledger says.
    """
    filled, runs = RunTables(seconds), Columns(RUNS)
    for run in batch.runs:
        own = {"seed": run.seed, "status": run.status, "failure": run.failure, "wording": run.wording}
        runs.add(**batch.arm, **own, **_played(batch, run, filled))
    return {columns.table.name: columns.arrow() for columns in (runs, *filled.columns)}


def tabulated_in_order(batches: Iterable[Batch], workers: int) -> Iterator[dict[str, Any]]:
    """What `tabulate` gives for each batch, in their order, from so many processes; few batches are held at once."""
    pool = open_pool(workers)
    waiting: deque[Future[dict[str, Any]]] = deque()
    try:
        for batch in batches:
            waiting.append(pool.submit(tabulate, batch, {}))
            if len(waiting) >= BATCHES_A_WORKER * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except BrokenProcessPool:
        raise MachineError(
            "a process that made tables ended without a word (out of memory, or killed)",
            advice="The logs are untouched: the same command again makes the tables from them.",
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)


def _played(batch: Batch, run: RunRow, filled: RunTables) -> dict[str, Any]:
    """What the table of runs says of a run that is finished."""
    if run.place is None or run.head is None:
        return {"root": "", "entries": 0, "rounds": 0, "notice_wording": "", "placebo": ""}
    with opened_run(run.place) as place:
        return _recorded(batch, run, run.head, LogReader(place), filled)


def _recorded(batch: Batch, run: RunRow, head: Head, reader: LogReader, filled: RunTables) -> dict[str, Any]:
    checkpoint = reader.checkpoint
    if (checkpoint.size, checkpoint.root.hex()) != (head.size, head.root):
        raise Finding(f"{run.place} is not the log that the ledger closed", advice="Run: agora log verify on it.")
    opened, rounds = filled.add(batch.arm["arm"], run.seed, reader.entries(), reader.blob)
    return {
        "root": head.root,
        "entries": head.size,
        "rounds": rounds,
        "notice_wording": notice_wording(opened),
        "placebo": placebo(opened),
        "policy_descriptions": [record.policy for record in opened.roster],
        **benchmark_columns(opened),
    }
