"""What the verification of a campaign found: its runs, its attempts, its faults, and what it could not exclude."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agoranomos.campaigns.ledger_history import History
from agoranomos.campaigns.verified_run import NO_ACTOR_SIGNED, VerifiedRun
from agoranomos.errors import Finding
from agoranomos.logs import LogFault, Verification
from agoranomos.logs.remembered import HistoryFault
from agoranomos.logs.verification import LEVELS, NOT_LOOKED_AT, Level, not_excluded_by


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

    `ledger` is None where the ledger cannot be believed; `history` is what it tells.
    """

    folder: Path
    runs: tuple[CheckedRun, ...]
    attempts: tuple[CheckedAttempt, ...]
    faults: tuple[Finding, ...]
    ledger: Verification | None
    level: Level
    history: History

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
        if any(run.verified is not None and run.verified.unsigned for run in self.runs):
            yield NO_ACTOR_SIGNED
        if self.ledger is None or not (self.ledger.witnesses.satisfied or self.ledger.stamps):
            yield "a plan made after the runs: nobody outside says when the ledger held it (no witness, no time stamp)"
        yield "runs that were tried elsewhere: the ledger shows those that were made here, under this plan"
        yield "false content: a signature says who committed to these bytes, not that they are true or complete"
        yield "everything outside the logs: tables/, report/, status.json and timings.jsonl are derived or unsigned"


def fault_in(place: str, fault: Finding) -> Finding:
    """The same fault with the place in the campaign before it."""
    message, entry = f"{place}: {fault.message}", getattr(fault, "entry", None)
    if isinstance(fault, HistoryFault):
        return HistoryFault(message, fault.evidence, advice=fault.advice)
    # A judgement that comes out otherwise was signed as it stands: the log is well formed, and not true.
    kind = fault.kind if isinstance(fault, LogFault) else "tampered"
    return LogFault(kind, message, entry=entry, advice=fault.advice)
