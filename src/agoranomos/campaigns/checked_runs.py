"""Verifies the runs of a campaign, here or in worker processes; they share nothing, and are told of in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from agoranomos.campaigns.checked import CheckedRun, fault_in
from agoranomos.campaigns.checked_opening import check_opening
from agoranomos.campaigns.ledger_entries import Head, RunClosed
from agoranomos.campaigns.packs.packed import opened_run
from agoranomos.campaigns.verified_run import verify_run
from agoranomos.errors import Finding, MachineError
from agoranomos.logs import LogFault, Verification, Verifier
from agoranomos.logs.verification import Level


@dataclass(frozen=True, slots=True)
class Task:
    """One run to be verified in `place`: `arm` as the plan has it, `closed` and `actors` as the ledger has them.

    Where it is not `due`, nothing of it can be verified yet.
    """

    run: CheckedRun
    place: Path
    arm: dict[str, Any]
    closed: RunClosed | None
    actors: tuple[Verifier, ...] | None
    trusted: tuple[Verifier, ...]
    level: Level
    jobs: int
    due: bool


def check_runs(tasks: Sequence[Task], jobs: int) -> Iterator[CheckedRun]:
    """What was found of each run, in order; `jobs` processes share the runs. Raises `MachineError` if one dies."""
    if jobs <= 1 or len(tasks) <= 1:
        yield from map(check_run, tasks)
        return
    from agoranomos.campaigns.worker import open_pool

    try:
        with open_pool(min(jobs, len(tasks))) as pool:
            yield from pool.map(check_run, [replace(task, jobs=1) for task in tasks])
    except BrokenProcessPool:
        raise MachineError(
            "a worker process of the verification died",
            advice="It may have been killed for want of memory: run it again with --jobs 1.",
        ) from None


def check_run(task: Task) -> CheckedRun:
    """What was found of one run; a fault is held, not raised."""
    if not task.due:
        return task.run
    try:
        with opened_run(task.place) as place:
            return _checked(replace(task, place=place))
    except Finding as fault:
        return replace(task.run, fault=fault_in(f"runs/{task.run.arm}/{task.run.seed}", fault))


def _checked(task: Task) -> CheckedRun:
    run, closed, place = task.run, task.closed, task.place
    stated = closed.head if closed is not None else None
    if stated is not None and not place.is_dir():
        raise LogFault("damaged", "the run's log is missing, but the ledger says that it was finished")
    if stated is None and not place.is_dir():
        return run
    origin = stated.origin if stated is not None else None
    verified = verify_run(place, task.trusted, origin=origin, level=task.level, jobs=task.jobs, actors=task.actors)
    head = _head_of(verified.verification)
    if stated is not None and head != stated:
        raise LogFault("tampered", f"it ends at entry {head.size - 1}, root {head.root[:16]}...; the ledger closed it "
                       f"at entry {stated.size - 1}, root {stated.root[:16]}...")  # fmt: skip
    if verified.opened is not None:
        if stated is not None and not verified.closed:
            raise LogFault("damaged", "the ledger says that the run was finished, but it has no `closed` entry")
        check_opening(verified, run, task.arm)
    return replace(run, verified=verified, told=stated is not None)


def _head_of(verification: Verification) -> Head:
    return Head(verification.origin, verification.size, verification.root.hex())
