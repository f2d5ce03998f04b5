"""From a campaign's folder to its tables: `build_tables(folder)` needs nothing but what lies there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger import read_ledger
from agoranomos.campaigns.ledger_history import Attempt
from agoranomos.campaigns.tables import ATTEMPTS, RUNS
from agoranomos.campaigns.tabulate import Columns, RunTables, benchmark_columns, write_table
from agoranomos.campaigns.timings import read_timings
from agoranomos.errors import Finding
from agoranomos.logs import LogReader, Verifier
from agoranomos.markets.catalogue import build_market, described_market


def build_tables(folder: CampaignFolder, trusted: Sequence[Verifier]) -> Path:
    """Write all tables of the campaign in `folder` from its plan, its ledger and its runs' logs; returns their folder.

    The ledger is verified under `trusted`. Raises `Finding` where a log cannot be read or is not what the ledger says,
    `MachineError` where the disk fails.
    """
    plan = folder.read_plan()
    history, _ = read_ledger(folder.ledger, trusted)
    filled = RunTables(read_timings(folder.timings_file))
    runs, attempts = Columns(RUNS), Columns(ATTEMPTS)
    for arm in plan["arms"]:
        for seed in sorted(plan["seeds"]):
            tried = history.of(arm["name"], seed)
            runs.add(**_arm_columns(arm), seed=seed, **_run_columns(folder, arm, seed, tried, filled))
            for attempt in tried:
                attempts.add(arm=arm["name"], seed=seed, **_attempt_columns(attempt))
    for columns in (runs, *filled.columns, attempts):
        write_table(folder.tables, columns)
    return folder.tables


def _arm_columns(arm: Mapping[str, Any]) -> dict[str, Any]:
    told, institution, agents = arm["told"] or {}, arm["institution"] or {}, arm["roster"]["agents"]
    return {
        "arm": arm["name"],
        "regime": arm["regime"],
        "told": told.get("name", ""),
        "institution": institution.get("name", ""),
        "institution_sha256": institution.get("semantic_sha256", ""),
        "roster": arm["roster"]["name"],
        "market": arm["market"]["name"],
        "goods": list(build_market(described_market(arm["market"]["specification"])).goods),
        "agents": [agent["agent"] for agent in agents],
        "policies": [agent["policy"] for agent in agents],
        "models": [agent["model"] for agent in agents],
    }


def _run_columns(
    folder: CampaignFolder, arm: Mapping[str, Any], seed: int, tried: Sequence[Attempt], filled: RunTables
) -> dict[str, Any]:
    blank = {"status": "open", "failure": "", "root": "", "entries": 0, "rounds": 0}
    last = tried[-1] if tried else None
    if last is None:
        return blank
    if last.closed is None:
        if last.abandoned is not None:
            return {**blank, "status": "failed", "failure": last.abandoned.reason}
        return blank
    place = folder.run(arm["name"], seed)
    reader = LogReader(place)
    head = last.closed.head
    checkpoint = reader.checkpoint
    if (checkpoint.size, checkpoint.root.hex()) != (head.size, head.root):
        raise Finding(f"{place} is not the log that the ledger closed", advice="Run: agora log verify on it.")
    opened, rounds = filled.add(arm["name"], seed, reader.entries(), reader.blob)
    return {
        "status": "closed",
        "failure": "",
        "root": head.root,
        "entries": head.size,
        "rounds": rounds,
        "policy_descriptions": [record.policy for record in opened.roster],
        **benchmark_columns(opened),
    }


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
