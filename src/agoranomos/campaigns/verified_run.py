"""Whether one log can be believed: its bytes, its signatures, its entries, and every judgement made again from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.campaigns.strict import LedgerOrder, Order, is_of_a_run, read_checked
from agoranomos.errors import AgoraError, Finding, MachineError
from agoranomos.institutions import Institution, Replayed, replay
from agoranomos.institutions.actor_check import ActorCheck, ActorsChecked
from agoranomos.institutions.attestation import run_of
from agoranomos.institutions.entries import ForkRecord, Opened, decode_entry
from agoranomos.institutions.parts import Joiner, whole_entries
from agoranomos.institutions.recorded_schedule import check_same_institution
from agoranomos.logs import LogFault, Verification, Verifier, Verifying
from agoranomos.logs.policy import Policy
from agoranomos.logs.remembered import RememberedCheckpoints
from agoranomos.logs.segment_run import Watch
from agoranomos.logs.verification import LEVELS, Level

if TYPE_CHECKING:
    from agoranomos.logs.timestamp import Authority


NO_ACTOR_SIGNED = (
    "an entry that was put into an agent's mouth: no actor signed what is recorded of it (a campaign asks for it with "
    "`signatures: actors`)"
)
"""What is left open by a run that nobody signs but its recorder."""


@dataclass(frozen=True, slots=True)
class VerifiedRun:
    """A log that can be believed, as far as its `verification` says.

    `opened` is entry 0 of a run and `replayed` the judgements made again, `ledger` what a ledger tells of; each is None
    where the level did not ask for it, or the log is of the other kind. `closed`: a run came to its end. `actors`: who
    signed what is recorded of them, where signatures were looked at.
    """

    verification: Verification
    replayed: Replayed | None = None
    opened: Opened | None = None
    ledger: LedgerOrder | None = None
    closed: bool | None = None
    actors: ActorsChecked | None = None

    @property
    def unsigned(self) -> bool:
        """Whether signatures of actors were looked for in a run, and there are none."""
        return self.ledger is None and self.actors is not None and not self.actors.signatures

    @property
    def not_excluded(self) -> tuple[str, ...]:
        """What this check could not see."""
        *found, last = self.verification.not_excluded
        if self.unsigned:
            found.append(NO_ACTOR_SIGNED)
        if self.opened is not None and self.opened.forked is not None:
            found.append(_not_held_against(self.opened.forked))
        return (*found, last)


def verify_run(
    folder: Path,
    trusted: Sequence[Verifier],
    *,
    origin: str | None = None,
    institution: Institution | None = None,
    level: Level = "replay",
    jobs: int = 1,
    policy: Policy | None = None,
    remembered: RememberedCheckpoints | None = None,
    incremental: bool = False,
    still_open: bool = False,
    authorities: Sequence[Authority] = (),
    watch: Watch | None = None,
    actors: Sequence[Verifier] | None = None,
) -> VerifiedRun:
    """Verify a run's log, or a ledger, as far as `level` goes; the other keywords are those of `verify_log`.

    From "strict" on, each entry is decoded and stands where it may, and all content that entries name by digest is
    there. At "replay", every judgement of a run must come out byte for byte from the lines as they are hashed; with
    `institution`, that must be the recorded one. No more than a segment is held in memory. Raises `LogFault` or
    `ReplayMismatch`, which name the entry; a changed byte is named rather than what it would have led to. `actors` are
    the public keys of a run's actors, each named `<run>/<actor>`, None where none is known.
    """
    order = Order()
    strict = level not in ("structure", "full")
    under_way = Verifying(
        folder,
        trusted,
        origin=origin,
        level=level,
        jobs=jobs,
        policy=policy,
        remembered=remembered,
        incremental=incremental,
        still_open=still_open,
        check=partial(read_checked, Path(folder)) if strict else None,
        follow=order.follow if strict else None,
        authorities=authorities,
        watch=watch,
    )
    judging = _Judging(institution, level == "replay", _actor_check(under_way.origin, actors, jobs))
    if level in ("actors", "replay"):
        judging.judge(under_way.lines())
    verification = under_way.finish(judging.report)
    return VerifiedRun(
        replace(verification, level=level) if LEVELS.index(level) > LEVELS.index("strict") else verification,
        judging.replayed,
        judging.opened or (order.run.opened if order.run is not None else None),
        order.ledger,
        order.run.closed if order.run is not None else None,
        judging.actors,
    )


def _not_held_against(fork: ForkRecord) -> str:
    return (
        f"a false descent: the first {fork.round} rounds were not held against the log that this one says it is forked "
        f"from, {fork.origin} (root {fork.root[:16]}...)"
    )


def _actor_check(origin: str, actors: Sequence[Verifier] | None, jobs: int) -> ActorCheck:
    run = run_of(origin)
    keys = None
    if actors is not None:
        keys = {key.name.removeprefix(f"{run}/"): key for key in actors if key.name.startswith(f"{run}/")}
    return ActorCheck(run, keys or None, jobs=jobs)


class _Judging:
    """Checks actors and judges again while lines are hashed, and keeps what it finds until the hashes are known."""

    def __init__(self, institution: Institution | None, again: bool, actors: ActorCheck) -> None:
        self._institution = institution
        self._again = again
        self._check = actors
        self._unsigned: Finding | None = None
        self._misjudged: Finding | None = None
        self.opened: Opened | None = None
        self.replayed: Replayed | None = None
        self.actors: ActorsChecked | None = None

    def judge(self, lines: Iterator[bytes]) -> None:
        """Read a run to its end; a ledger holds nothing to judge, and nobody's signature but its own."""
        first, *rest = _first_entry(lines) or (b"",)
        if not is_of_a_run(first):
            return
        checked = self._checked(chain((first, *rest), lines))
        if self._again:
            try:
                (whole,) = whole_entries((first, *rest))
                opened = decode_entry(whole.line).body
                self.opened = opened if isinstance(opened, Opened) else None
                self.replayed = replay(checked)
                if self._institution is not None and self.opened is not None:
                    check_same_institution(self.opened, self._institution)
            except (MachineError, MemoryError):
                raise
            except Finding as fault:
                self._misjudged = fault
            except Exception as error:  # of whatever kind: what is judged here is not known to be what was signed
                self._misjudged = _not_to_be_judged(error)
        for _ in checked:
            continue
        if self._unsigned is None:
            try:
                self.actors = self._check.finish()
            except LogFault as fault:
                self._unsigned = fault

    def _checked(self, lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            if self._unsigned is None:
                try:
                    self._check.take((line,))
                except LogFault as fault:
                    self._unsigned = fault
            yield line

    def report(self) -> None:
        """Raise what was found, when the bytes are known to be those that were signed."""
        for found in (self._unsigned, self._misjudged):
            if found is not None:
                raise found


def _first_entry(lines: Iterator[bytes]) -> tuple[bytes, ...]:
    """The lines of entry 0: one, or its parts as far as they go; empty where there is none."""
    taken = []
    joiner = Joiner()
    for line in lines:
        taken.append(line)
        try:
            if joiner.take(line) is not None:
                break
        except Finding:
            break  # Whoever judges these lines finds the same, and says so.
    return tuple(taken)


def _not_to_be_judged(error: Exception) -> LogFault:
    """The fault of entries that are well formed, each by itself, and that no market and institution could lead to."""
    reason = error.message if isinstance(error, AgoraError) else f"{type(error).__name__}: {error}"
    return LogFault("tampered", f"what is recorded cannot be judged again: {reason}")
