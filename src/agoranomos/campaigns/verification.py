"""Whether a record can be believed: hashes and signatures first, then every judgement made again from them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger import head_of, read_ledger, segments_of
from agoranomos.campaigns.ledger_entries import Attempt, Head, History, Planned, decode_ledger_entry
from agoranomos.errors import Finding
from agoranomos.institutions import Institution, Replayed, replay
from agoranomos.institutions.entries import Opened, Round, decode_entry
from agoranomos.institutions.replay import check_same_institution
from agoranomos.logs import LogFault, LogReader, Verification, Verifier, read_blob, recorded, verify_log, was_closed

NOT_EXCLUDED = (
    "rollback: the whole folder may be an older state of itself, its ledger's last segments removed with their runs "
    "(no remembered checkpoint and no witness was given)",
    "replacement: the holder of the certifying key can make new run keys and write a whole new campaign",
    "false content: a signature says who committed to these bytes, not that they are true or complete",
    "everything outside the logs: tables/, report/, status.json and timings.jsonl are derived or unsigned",
)
"""What the files of a campaign can never show."""


@dataclass(frozen=True, slots=True)
class VerifiedRun:
    """A run's log that can be believed; `replayed` is None where the replay was left out."""

    verification: Verification
    replayed: Replayed | None


@dataclass(frozen=True, slots=True)
class CheckedRun:
    """One run of a campaign: what was verified, or the fault; with neither, the run is not finished."""

    arm: str
    seed: int
    verified: VerifiedRun | None = None
    fault: Finding | None = None


@dataclass(frozen=True, slots=True)
class CheckedCampaign:
    """Every run that the plan names, the number of abandoned attempts, and faults outside of single runs."""

    folder: Path
    runs: tuple[CheckedRun, ...]
    abandoned: int
    faults: tuple[Finding, ...]
    not_excluded: tuple[str, ...] = NOT_EXCLUDED

    @property
    def first_fault(self) -> Finding | None:
        """The first fault, the ledger's before those of the runs; None where all can be believed."""
        found = [*self.faults, *(run.fault for run in self.runs if run.fault is not None)]
        return found[0] if found else None


def verify_run(
    folder: Path,
    trusted: Sequence[Verifier],
    *,
    origin: str | None = None,
    institution: Institution | None = None,
    judge_again: bool = True,
) -> VerifiedRun:
    """Verify a run's log, or a ledger's segment, and judge every round of a run again from what was verified.

    Every judgement must come out byte for byte, and every reply or prompt that an entry names by digest must be there.
    With `institution`, that must be the recorded one. Raises `LogFault` or `ReplayMismatch`, which name the entry.
    """
    lines: list[bytes] = []
    verification = verify_log(folder, trusted, origin=origin, consume=lines.extend if judge_again else None)
    if not judge_again or _is_ledger(lines):
        return VerifiedRun(verification, None)
    replayed = replay(lines)
    if institution is not None:
        opened = decode_entry(lines[0]).body
        assert isinstance(opened, Opened)  # replay() has made sure of it
        check_same_institution(opened, institution)
    _check_blobs(folder, lines)
    return VerifiedRun(verification, replayed)


def verify_campaign(
    folder: CampaignFolder,
    trusted: Sequence[Verifier],
    *,
    judge_again: bool = True,
    watch: Callable[[Sequence[CheckedRun]], Iterable[CheckedRun]] = iter,
) -> CheckedCampaign:
    """Verify a campaign's ledger, every run it closed and every attempt it abandoned; faults are gathered, not raised.

    `watch` is handed the runs' names and is iterated over, so that a progress bar can be put around the work. Raises
    `Finding` where there is no plan to go by.
    """
    plan = folder.read_plan()
    faults: list[Finding] = []
    history = History()
    try:
        for number in segments_of(folder.ledger):
            # A segment without its checkpoint is one whose driver died: the chain of segments holds it.
            if was_closed(folder.ledger / str(number)):
                verify_log(folder.ledger / str(number), trusted)
        history, _ = read_ledger(folder.ledger, trusted)
        _check_plan(folder, trusted)
    except Finding as fault:
        faults.append(_in(folder.ledger.name, fault))
    try:
        arms = {arm["name"]: arm for arm in plan["arms"]}
        named = [CheckedRun(name, seed) for name in arms for seed in sorted(plan["seeds"])]
    except (KeyError, TypeError):
        raise LogFault("damaged", f"{folder.plan_file} is damaged: it holds no plan") from None
    runs = []
    for run in watch(named):
        attempts = history.of(run.arm, run.seed)
        closed = attempts[-1].closed.head if attempts and attempts[-1].closed is not None else None
        if closed is None and not faults and not was_closed(folder.run(run.arm, run.seed)):
            runs.append(run)  # What was closed is verified, whether or not the ledger lived to say so.
            continue
        try:
            runs.append(_checked(folder, run, closed, arms[run.arm], trusted, judge_again))
        except Finding as fault:
            runs.append(CheckedRun(run.arm, run.seed, fault=_in(f"runs/{run.arm}/{run.seed}", fault)))
    abandoned = list(_abandoned(history))
    faults += _faults_of_abandoned(folder, abandoned, trusted)
    if not faults:
        faults += _strangers(folder, history)
    return CheckedCampaign(folder.root, tuple(runs), len(abandoned), tuple(faults))


def _checked(
    folder: CampaignFolder,
    run: CheckedRun,
    closed: Head | None,
    arm: dict[str, Any],
    trusted: Sequence[Verifier],
    judge_again: bool,
) -> CheckedRun:
    place = folder.run(run.arm, run.seed)
    if closed is not None and not place.is_dir():
        raise LogFault("damaged", "the run's log is missing, but the ledger says that it was finished")
    if closed is None and not place.is_dir():
        return run
    verified = verify_run(place, trusted, origin=closed.origin if closed else None, judge_again=judge_again)
    head = head_of(LogReader(place).checkpoint)
    if closed is not None and head != closed:
        raise LogFault("tampered", f"it ends at entry {head.size - 1}, root {head.root[:16]}...; the ledger closed it "
                       f"at entry {closed.size - 1}, root {closed.root[:16]}...")  # fmt: skip
    if verified.replayed is not None:
        if not verified.replayed.closed:
            raise LogFault("damaged", "the ledger says that the run was finished, but it has no `closed` entry")
        _check_opening(place, run, arm)
    return CheckedRun(run.arm, run.seed, verified)


def _check_opening(place: Path, run: CheckedRun, arm: dict[str, Any]) -> None:
    """Entry 0 must be that of the planned run: seed and institution."""
    opened = decode_entry(next(LogReader(place).entries())).body
    assert isinstance(opened, Opened)  # the replay of this log has made sure of it
    institution = arm.get("institution", {})
    if institution is not None and not (isinstance(institution, dict) and "semantic_sha256" in institution):
        raise LogFault("damaged", f"plan.json is damaged: arm {run.arm} names no institution's digest")
    planned = "" if institution is None else institution["semantic_sha256"]
    found = opened.institution.semantic_sha256 if opened.institution is not None else ""
    if opened.seed != run.seed:
        raise LogFault("tampered", f"entry 0: its seed is {opened.seed}, the plan says {run.seed}", entry=0)
    if found != planned:
        raise LogFault("tampered", "entry 0: its institution is not the one that the plan names", entry=0)


def _is_ledger(lines: Sequence[bytes]) -> bool:
    if not lines or not lines[0].startswith(b'{"body":') or b'"kind":"planned"' not in lines[0]:
        return False
    for line in lines:
        decode_ledger_entry(line)
    return True


def _check_blobs(folder: Path, lines: Sequence[bytes]) -> None:
    """Every long reply that an entry names by its digest must lie beside the log."""
    for index, line in enumerate(lines):
        if b'"reply_sha256"' not in line:
            continue
        body = decode_entry(line).body
        calls = [call for decision in body.decisions for call in decision.calls] if isinstance(body, Round) else []
        for call in calls:
            if call.reply_sha256:
                try:
                    read_blob(folder, call.reply_sha256)
                except LogFault as fault:
                    raise LogFault(fault.kind, f"entry {index}: {fault.message}", entry=index) from None


def _check_plan(folder: CampaignFolder, trusted: Sequence[Verifier]) -> None:
    """Every signed segment must speak of the plan that lies in the folder."""
    digest = hashlib.sha256(folder.plan_file.read_bytes()).hexdigest()
    for number in segments_of(folder.ledger):
        signed = recorded(folder.ledger / str(number), trusted)
        if signed.checkpoint is None:
            continue
        first = decode_ledger_entry(signed.entries[0])
        if isinstance(first, Planned) and first.plan_sha256 != digest:
            raise LogFault("tampered", f"segment {number} was signed for another plan than plan.json", entry=0)
        if isinstance(first, Planned):
            read_blob(folder.ledger / str(number), first.plan_sha256)


def _abandoned(history: History) -> Iterator[tuple[tuple[str, int], int, Attempt]]:
    for key, attempts in history.attempts.items():
        for number, attempt in enumerate(attempts, 1):
            if attempt.abandoned is not None:
                yield key, number, attempt


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
