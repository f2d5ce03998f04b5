"""Whether a campaign can be believed: its ledger, every run it closed, every attempt it gave up, and its plan."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger import head_of
from agoranomos.campaigns.ledger_entries import Head, RunClosed
from agoranomos.campaigns.ledger_history import Attempt, History
from agoranomos.campaigns.verified_ledger import VerifiedLedger, verify_ledger
from agoranomos.campaigns.verified_run import VerifiedRun, verify_run
from agoranomos.errors import Finding
from agoranomos.logs import LogFault, Verification, Verifier, read_blob, recorded, was_closed
from agoranomos.logs.policy import Policy
from agoranomos.logs.remembered import RememberedCheckpoints
from agoranomos.logs.verification import LEVELS, NOT_LOOKED_AT, Level, not_excluded_by

if TYPE_CHECKING:
    from agoranomos.logs.timestamp import Authority

__all__ = ["CheckedAttempt", "CheckedCampaign", "CheckedRun", "VerifiedRun", "verify_campaign", "verify_run"]


@dataclass(frozen=True, slots=True)
class CheckedRun:
    """One run of a campaign: what was verified, or the fault; with neither, the run is not finished.

    `told` is false of a run that is whole and that the ledger was not told of: its driver died just before. It counts
    as unfinished, as it does in the tables. `registered` is false where the plan was not in the ledger before the run.
    """

    arm: str
    seed: int
    verified: VerifiedRun | None = None
    fault: Finding | None = None
    told: bool = True
    registered: bool = True

    @property
    def state(self) -> Literal["verified", "faulty", "unfinished"]:
        """How it counts."""
        if self.fault is not None:
            return "faulty"
        return "verified" if self.verified is not None and self.told else "unfinished"


@dataclass(frozen=True, slots=True)
class CheckedAttempt:
    """An attempt that did not count, as the ledger tells of it: given up for `reason`, or still open."""

    arm: str
    seed: int
    attempt: int
    status: Literal["abandoned", "open"]
    reason: str
    entries: int


@dataclass(frozen=True, slots=True)
class CheckedCampaign:
    """Every run that the plan names, every attempt that did not count, and faults outside of single runs.

    `ledger` is None where the ledger cannot be believed.
    """

    folder: Path
    runs: tuple[CheckedRun, ...]
    attempts: tuple[CheckedAttempt, ...]
    faults: tuple[Finding, ...]
    ledger: Verification | None
    level: Level = "replay"

    @property
    def first_fault(self) -> Finding | None:
        """The first fault, the ledger's before those of the runs; None where all can be believed."""
        return next(iter(self.all_faults), None)

    @property
    def all_faults(self) -> tuple[Finding, ...]:
        """Those outside of single runs, then those of the runs."""
        return (*self.faults, *(run.fault for run in self.runs if run.fault is not None))

    @property
    def abandoned(self) -> int:
        """How many attempts were given up."""
        return sum(attempt.status == "abandoned" for attempt in self.attempts)

    @property
    def not_excluded(self) -> tuple[str, ...]:
        """What this check could not see."""
        return tuple(self._not_excluded())

    def _not_excluded(self) -> Iterator[str]:
        if self.ledger is not None:
            yield from not_excluded_by(self.ledger.witnesses, self.ledger.remembered)
        yield from (NOT_LOOKED_AT[level] for level in LEVELS[LEVELS.index(self.level) + 1 :])
        if self.ledger is None or not (self.ledger.witnesses.satisfied or self.ledger.stamps):
            yield "a plan made after the runs: nobody outside says when the ledger held it (no witness, no time stamp)"
        yield "runs that were tried elsewhere: the ledger shows those that were made here, under this plan"
        yield "false content: a signature says who committed to these bytes, not that they are true or complete"
        yield "everything outside the logs: tables/, report/, status.json and timings.jsonl are derived or unsigned"


@dataclass(frozen=True, slots=True)
class _How:
    """What is asked of each run's log."""

    trusted: Sequence[Verifier]
    level: Level
    jobs: int
    arms: dict[str, dict[str, Any]] = field(default_factory=dict)
    actors: dict[tuple[str, int], tuple[Verifier, ...]] = field(default_factory=dict)


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
    faults: list[Finding] = []
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
        faults.append(_in(folder.ledger.name, fault))
    history = ledger.history if ledger is not None else History()
    try:
        how = _How(trusted, level, jobs, {arm["name"]: arm for arm in plan["arms"]}, history.actors)
        named = [CheckedRun(name, seed) for name in how.arms for seed in sorted(plan["seeds"])]
    except (KeyError, TypeError):
        raise LogFault("damaged", f"{folder.plan_file} is damaged: it holds no plan") from None
    registered = ledger.registered(_digest_of(folder.plan_file)) if ledger is not None else None
    runs = []
    for run in watch(named):
        attempts = history.of(run.arm, run.seed)
        closed = attempts[-1].closed if attempts else None
        known = replace(run, registered=registered is None or not attempts or (run.arm, run.seed) in registered)
        if closed is None and not faults and not was_closed(folder.run(run.arm, run.seed)):
            runs.append(known)  # What was closed is verified, whether or not the ledger lived to say so.
            continue
        try:
            runs.append(_checked(folder, known, closed, how))
        except Finding as fault:
            runs.append(replace(known, fault=_in(f"runs/{run.arm}/{run.seed}", fault)))
    faults += _faults_of_abandoned(folder, _abandoned(history), trusted)
    if not faults:
        faults += _strangers(folder, history)
    return CheckedCampaign(
        folder.root,
        tuple(runs),
        tuple(_attempts(history)),
        tuple(faults),
        ledger.verification if ledger is not None else None,
        level,
    )


def _checked(folder: CampaignFolder, run: CheckedRun, closed: RunClosed | None, how: _How) -> CheckedRun:
    place = folder.run(run.arm, run.seed)
    stated = closed.head if closed is not None else None
    if stated is not None and not place.is_dir():
        raise LogFault("damaged", "the run's log is missing, but the ledger says that it was finished")
    if stated is None and not place.is_dir():
        return run
    origin = stated.origin if stated is not None else None
    actors = how.actors.get((run.arm, run.seed))  # as the ledger registered them before the run began
    verified = verify_run(place, how.trusted, origin=origin, level=how.level, jobs=how.jobs, actors=actors)
    head = _head_of(verified.verification)
    if stated is not None and head != stated:
        raise LogFault("tampered", f"it ends at entry {head.size - 1}, root {head.root[:16]}...; the ledger closed it "
                       f"at entry {stated.size - 1}, root {stated.root[:16]}...")  # fmt: skip
    if verified.opened is not None:
        if stated is not None and not verified.closed:
            raise LogFault("damaged", "the ledger says that the run was finished, but it has no `closed` entry")
        _check_opening(verified, run, how.arms[run.arm])
    return replace(run, verified=verified, told=stated is not None)


def _check_opening(verified: VerifiedRun, run: CheckedRun, arm: dict[str, Any]) -> None:
    """Entry 0 must be that of the planned run: seed and institution."""
    opened = verified.opened
    assert opened is not None  # nothing else is handed here
    institution = arm.get("institution", {})
    if institution is not None and not (isinstance(institution, dict) and "semantic_sha256" in institution):
        raise LogFault("damaged", f"plan.json is damaged: arm {run.arm} names no institution's digest")
    planned = "" if institution is None else institution["semantic_sha256"]
    found = opened.institution.semantic_sha256 if opened.institution is not None else ""
    if opened.seed != run.seed:
        raise LogFault("tampered", f"entry 0: its seed is {opened.seed}, the plan says {run.seed}", entry=0)
    if found != planned:
        raise LogFault("tampered", "entry 0: its institution is not the one that the plan names", entry=0)


def _check_plan(folder: CampaignFolder, ledger: VerifiedLedger) -> None:
    """The ledger must speak of the plan that lies in the folder, and keep its text."""
    digest = _digest_of(folder.plan_file)
    for planned in ledger.planned:
        if planned.plan_sha256 != digest:
            raise LogFault("tampered", "the ledger was signed for another plan than plan.json", entry=0)
    read_blob(folder.ledger, digest)


def _digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _head_of(verification: Verification) -> Head:
    return Head(verification.origin, verification.size, verification.root.hex())


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
            yield _in(name, fault)
            continue
        if (None if checkpoint is None else head_of(checkpoint)) != stated:
            yield LogFault("tampered", f"{name}: it is not what the ledger says was signed of the attempt")


def _strangers(folder: CampaignFolder, history: History) -> Iterator[Finding]:
    """Runs on disk that the ledger never opened."""
    known = {(arm, str(seed)) for arm, seed in history.attempts}
    for place in sorted((folder.root / "runs").glob("*/*")):
        if (place.parent.name, place.name) not in known:
            yield LogFault("tampered", f"runs/{place.parent.name}/{place.name}: the ledger knows no such run")


def _in(place: str, fault: Finding) -> Finding:
    if isinstance(fault, LogFault):
        return LogFault(fault.kind, f"{place}: {fault.message}", entry=fault.entry, advice=fault.advice)
    return LogFault("tampered", f"{place}: {fault.message}", entry=getattr(fault, "entry", None), advice=fault.advice)
