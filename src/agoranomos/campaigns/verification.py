"""Whether a campaign can be believed: its ledger, every run it closed, every attempt it gave up, and its plan."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.campaigns.checked import CheckedAttempt, CheckedCampaign, CheckedRun, fault_in
from agoranomos.campaigns.checked_runs import Task, check_runs
from agoranomos.campaigns.deviation import deviations
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger import head_of
from agoranomos.campaigns.ledger_history import Attempt, History
from agoranomos.campaigns.packs.packed import PACKS, is_as_packed, is_packed, runs_in_packs
from agoranomos.campaigns.stop_on_record import begun_against_the_rule
from agoranomos.campaigns.verified_ledger import VerifiedLedger, verify_ledger
from agoranomos.campaigns.verified_run import VerifiedRun, verify_run
from agoranomos.errors import Finding
from agoranomos.logs import LogFault, Verifier, read_blob, recorded, was_closed
from agoranomos.logs.policy import Policy
from agoranomos.logs.remembered import RememberedCheckpoints
from agoranomos.logs.verification import Level

if TYPE_CHECKING:
    from agoranomos.logs.timestamp import Authority

__all__ = ["CheckedAttempt", "CheckedCampaign", "CheckedRun", "VerifiedRun", "verify_campaign", "verify_run"]


def verify_campaign(
    folder: CampaignFolder,
    trusted: Sequence[Verifier],
    *,
    level: Level = "replay",
    jobs: int = 1,
    policy: Policy | None = None,
    remembered: RememberedCheckpoints | None = None,
    authorities: Sequence[Authority] = (),
    watch: Callable[[Sequence[CheckedRun]], Iterable[CheckedRun]] = iter,
) -> CheckedCampaign:
    """Verify a campaign's ledger, every run it closed and every attempt it gave up; faults are gathered, not raised.

    The ledger may be open: a driver may be at work on it, or have died. `policy`, `remembered` and `authorities` are
    asked of the ledger, in which every run's head stands. `watch` is handed the runs' names and is iterated over, so
    that a progress bar can be put around the work. Raises `Finding` where there is no plan to go by.
    """
    plan = folder.read_plan()
    # Before the ledger is read, which opens a run before it is there: a driver may be at work.
    there = sorted((folder.root / "runs").glob("*/*"))
    faults: list[Finding] = []
    try:
        there += runs_in_packs(folder.root)
    except LogFault as fault:
        faults.append(fault_in(PACKS, fault))
    ledger: VerifiedLedger | None = None
    try:
        ledger = verify_ledger(
            folder.ledger,
            trusted,
            level=level,
            policy=policy,
            remembered=remembered,
            authorities=authorities,
        )
        _check_plan(folder, ledger)
    except Finding as fault:
        faults.append(fault_in(folder.ledger.name, fault))
    history = ledger.history if ledger is not None else History()
    try:
        arms = {arm["name"]: arm for arm in plan["arms"]}
        named = [CheckedRun(name, seed) for name in arms for seed in sorted(plan["seeds"])]
    except (KeyError, TypeError):
        raise LogFault("damaged", f"{folder.plan_file} is damaged: it holds no plan") from None
    registered = _registered(folder, ledger) if ledger is not None else None
    tasks = []
    for run in named:
        attempts = history.of(run.arm, run.seed)
        closed = attempts[-1].closed if attempts else None
        place = folder.run(run.arm, run.seed)
        tasks.append(
            Task(
                replace(run, registered=registered is None or not attempts or (run.arm, run.seed) in registered),
                place,
                arms[run.arm],
                closed,
                history.actors.get((run.arm, run.seed)),  # as the ledger registered them before the run began
                tuple(trusted),
                level,
                jobs,
                # What was closed is verified, whether or not the ledger lived to say so.
                due=closed is not None or bool(faults) or was_closed(place) or is_packed(place),
            )
        )
    found = check_runs(tasks, jobs)
    runs = [next(found) for _ in watch(named)]
    faults += _faults_of_abandoned(folder, _abandoned(history), trusted)
    if not faults:
        faults += _strangers(there, history)
        faults += _twice(there)
        faults += _unplanned(history, {(run.arm, run.seed) for run in named})
        faults += begun_against_the_rule(plan, history)
    return CheckedCampaign(
        folder.root,
        tuple(runs),
        tuple(_attempts(history)),
        tuple(faults),
        ledger.verification if ledger is not None else None,
        level,
        history,
    )


def _registered(folder: CampaignFolder, ledger: VerifiedLedger) -> Collection[tuple[str, int]]:
    """The runs that were opened when the plan in the folder, or the one that it deviates from, was in the ledger.

    What was run stands in every later plan as in the first (`_check_plan`), so that is what it was opened under.
    """
    first, follows = ledger.history.planned, ledger.history.plan_sha256
    digest = hashlib.sha256(folder.plan_bytes()).hexdigest()
    return ledger.registered(first.plan_sha256 if first is not None and follows == digest else digest)


def _check_plan(folder: CampaignFolder, ledger: VerifiedLedger) -> None:
    """The ledger must speak of the plan that lies in the folder, and keep its text."""
    digest = hashlib.sha256(folder.plan_bytes()).hexdigest()
    first = {planned.plan_sha256 for planned in ledger.planned}
    if len(first) > 1 or ledger.history.plan_sha256 not in ("", digest):
        raise LogFault("tampered", "the ledger was signed for another plan than plan.json", entry=0)
    read_blob(folder.ledger, digest)
    deviations(folder.ledger, ledger.history)


def _abandoned(history: History) -> Iterator[tuple[tuple[str, int], int, Attempt]]:
    for key, attempts in history.attempts.items():
        for number, attempt in enumerate(attempts, 1):
            if attempt.abandoned is not None:
                yield key, number, attempt


def _attempts(history: History) -> Iterator[CheckedAttempt]:
    """Every attempt that did not count."""
    for (arm, seed), attempts in history.attempts.items():
        for number, attempt in enumerate(attempts, 1):
            if attempt.closed is not None:
                continue
            if attempt.abandoned is None:
                yield CheckedAttempt(arm, seed, number, "open", "", 0)
                continue
            entries = attempt.abandoned.head.size if attempt.abandoned.head is not None else 0
            yield CheckedAttempt(arm, seed, number, "abandoned", attempt.abandoned.reason, entries)


def _faults_of_abandoned(
    folder: CampaignFolder, abandoned: Iterable[tuple[tuple[str, int], int, Attempt]], trusted: Sequence[Verifier]
) -> Iterator[Finding]:
    """An attempt that died keeps what it had signed."""
    for key, number, attempt in abandoned:
        place = folder.abandoned(*key, number)
        name = place.relative_to(folder.root).as_posix()
        stated = attempt.abandoned.head if attempt.abandoned is not None else None
        try:
            checkpoint = recorded(place, trusted).checkpoint
        except Finding as fault:
            yield fault_in(name, fault)
            continue
        if (None if checkpoint is None else head_of(checkpoint)) != stated:
            yield LogFault("tampered", f"{name}: it is not what the ledger says was signed of the attempt")


def _unplanned(history: History, planned: Container[tuple[str, int]]) -> Iterator[Finding]:
    """Runs that the ledger tells of, and that the plan does not name."""
    for arm, seed in history.attempts:
        if (arm, seed) not in planned:
            yield LogFault("tampered", f"the ledger tells of a run {arm}/{seed}, which the plan does not name")


def _twice(places: Iterable[Path]) -> Iterator[Finding]:
    """Runs with two logs: only one of them is verified, and another reader may take the other.

    A run that was unpacked from its pack, and lies there still, has one.
    """
    for place, count in Counter(places).items():
        name = f"runs/{place.parent.name}/{place.name}"
        if count > 2 or (count == 2 and not place.exists()):
            yield LogFault("tampered", f"{name}: its log lies in {count} places, of which one is its place")
        elif count == 2 and not is_as_packed(place):
            yield LogFault("tampered", f"{name}: its log in a folder is not the one in a pack")


def _strangers(places: Iterable[Path], history: History) -> Iterator[Finding]:
    """Runs on disk that the ledger never opened."""
    known = {(arm, str(seed)) for arm, seed in history.attempts}
    for place in places:
        if (place.parent.name, place.name) not in known:
            yield LogFault("tampered", f"runs/{place.parent.name}/{place.name}: the ledger knows no such run")
