"""From a campaign's folder to its tables: `build_tables(folder)` needs nothing but what lies there."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from agoranomos.campaigns.columns import Columns
from agoranomos.campaigns.deviation import deviations
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.harvest_batch import ArmColumns, Batch, RunRow, tabulate, tabulated_in_order
from agoranomos.campaigns.ledger import read_ledger
from agoranomos.campaigns.ledger_history import Attempt, History
from agoranomos.campaigns.regime import place_of_wording
from agoranomos.campaigns.table_file import table_files
from agoranomos.campaigns.tables import ATTEMPTS, DEVIATIONS, TABLES
from agoranomos.campaigns.timings import read_timings
from agoranomos.institutions.schedule import in_words
from agoranomos.logs import Verifier
from agoranomos.markets.catalogue import build_market, described_market

BATCH_RUNS = 100
"""Runs of one arm whose rows are made at once. Rows stand in the same order and groups whoever makes them."""

RUNS_WORTH_PROCESSES = 1_000
"""From so many runs on, other processes make rows too: starting them takes about a second."""


def build_tables(
    folder: CampaignFolder,
    trusted: Sequence[Verifier],
    workers: int | None = None,
    *,
    timed: bool = True,
    into: Path | None = None,
) -> Path:
    """Write all tables of the campaign in `folder` from its plan, its ledger and its runs' logs; returns their folder.

    That is the campaign's own, or `into`. The ledger is verified under `trusted`. `workers` are processes (None: one a
    core where there are many runs); the tables are the same for any number. `timed`: whether `calls.seconds` is filled,
    which no second execution gives again. Memory is that of a few batches of runs, and of the ledger's history. Raises
    `Finding` where a log cannot be read or is not what the ledger says, `MachineError` where the disk fails; the tables
    from before stay then.
    """
    plan = folder.read_plan()
    history, _ = read_ledger(folder.ledger, trusted)
    seconds = read_timings(folder.timings_file) if timed else {}
    seeds = sorted(plan["seeds"])
    processes = workers or (os.cpu_count() or 1 if len(plan["arms"]) * len(seeds) >= RUNS_WORTH_PROCESSES else 1)
    batches = (batch for arm in plan["arms"] for batch in _batches(folder, arm, seeds, history))
    tables_folder = into or folder.tables
    with table_files(tables_folder, tuple(TABLES.values())) as files:
        # How long calls took stands in one file for all runs: what has such times is filled here.
        made = (
            (tabulate(batch, seconds) for batch in batches)
            if seconds or processes == 1
            else tabulated_in_order(batches, processes)
        )
        for tables in made:
            for name, rows in tables.items():
                files[name].add(rows)
        for rows in _attempt_rows(plan, seeds, history):
            files[ATTEMPTS.name].add(rows)
        files[DEVIATIONS.name].add(_deviation_rows(folder, history))
    return tables_folder


def _batches(folder: CampaignFolder, arm: Mapping[str, Any], seeds: Sequence[int], history: History) -> Iterator[Batch]:
    columns = _arm_columns(arm)
    left = iter(seeds)
    while some := tuple(islice(left, BATCH_RUNS)):
        rows = [_run_row(folder, arm["name"], seed, history.of(arm["name"], seed)) for seed in some]
        yield Batch(columns, tuple(replace(row, wording=_wording(arm, row.seed)) for row in rows))


def _wording(arm: Mapping[str, Any], seed: int) -> str:
    """The name of the text that agents are told in the run with this seed; empty where they are told nothing."""
    if arm["told"] is None:
        return ""
    wordings = [arm["told"], *arm.get("wordings", ())]
    return str(wordings[place_of_wording(seed, len(wordings))]["name"])


def _arm_columns(arm: Mapping[str, Any]) -> ArmColumns:
    told, agents = arm["told"] or {}, arm["roster"]["agents"]
    return {
        "arm": arm["name"],
        "regime": arm["regime"],
        "told": told.get("name", ""),
        **_institution_columns(
            [(1, arm["institution"]), *((s["from"], s["institution"]) for s in arm.get("switches", ()))]
        ),
        "roster": arm["roster"]["name"],
        "market": arm["market"]["name"],
        "goods": list(build_market(described_market(arm["market"]["specification"])).goods),
        "agents": [agent["agent"] for agent in agents],
        "policies": [agent["policy"] for agent in agents],
        "models": [agent["model"] for agent in agents],
    }


def _institution_columns(phases: Sequence[tuple[int, Mapping[str, Any] | None]]) -> dict[str, Any]:
    """The institutions of an arm: each with the round from which it holds, None where there is none."""
    names = [(number, "" if one is None else str(one["name"])) for number, one in phases]
    digests = dict.fromkeys(str(one["semantic_sha256"]) for _, one in phases if one is not None)
    first, *switches = names
    return {
        "institution": in_words(first[1], switches),
        "institution_sha256": ",".join(digests),
        "switch_rounds": [number for number, _ in switches] or None,
        "switch_institutions": [name for _, name in names] if switches else None,
    }


def _run_row(folder: CampaignFolder, arm: str, seed: int, tried: Sequence[Attempt]) -> RunRow:
    last = tried[-1] if tried else None
    if last is None or not last.ended:
        return RunRow(seed, "open")
    if last.closed is not None:
        return RunRow(seed, "closed", place=folder.run(arm, seed), head=last.closed.head)
    return RunRow(seed, "failed", failure=last.abandoned.reason if last.abandoned is not None else "")


def _attempt_rows(plan: Mapping[str, Any], seeds: Sequence[int], history: History) -> Iterator[Any]:
    """The rows of the table `attempts`, an arm at a time."""
    attempts = Columns(ATTEMPTS)
    for arm in plan["arms"]:
        for seed in seeds:
            for attempt in history.of(arm["name"], seed):
                attempts.add(arm=arm["name"], seed=seed, **_attempt_columns(attempt))
        yield attempts.arrow()


def _deviation_rows(folder: CampaignFolder, history: History) -> Any:
    """The rows of the table `deviations`."""
    told = Columns(DEVIATIONS)
    for digest in history.planned.after if history.planned is not None else ():
        told.add(kind="before", plan_sha256=digest, reason="", changes=[], late=[], withdrawn=[])
    for one in deviations(folder.ledger, history):
        told.add(
            kind="deviation",
            plan_sha256=one.plan_sha256,
            reason=one.reason,
            claimed_unix_s=one.claimed_unix_s,
            opened=one.opened,
            closed=one.closed,
            changes=list(one.changes),
            late=list(one.late),
            withdrawn=list(one.withdrawn),
        )
    return told.arrow()


def _attempt_columns(attempt: Attempt) -> dict[str, Any]:
    ended = attempt.closed or attempt.abandoned
    head = ended.head if ended is not None else None
    status = "closed" if attempt.closed else "abandoned" if attempt.abandoned else "open"
    return {
        "attempt": attempt.opened.attempt,
        "origin": attempt.opened.origin,
        "status": status,
        "reason": attempt.abandoned.reason if attempt.abandoned is not None else "",
        "entries": head.size if head is not None else 0,
        "root": head.root if head is not None else "",
    }
