"""Whether one log can be believed: its bytes, its signatures, its entries, and every judgement made again from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.campaigns.ledger_entries import History
from agoranomos.campaigns.strict import LedgerOrder, Order, is_of_a_run, read_checked
from agoranomos.errors import MachineError
from agoranomos.institutions import Institution, Replayed, replay
from agoranomos.institutions.entries import Opened, decode_entry
from agoranomos.institutions.replay import check_same_institution
from agoranomos.logs import Verification, Verifier, Verifying
from agoranomos.logs.policy import Policy
from agoranomos.logs.remembered import RememberedCheckpoints
from agoranomos.logs.segment_run import Watch
from agoranomos.logs.verification import LEVELS, Level

if TYPE_CHECKING:
    from agoranomos.logs.timestamp import Authority


@dataclass(frozen=True, slots=True)
class VerifiedRun:
    """A log that can be believed, as far as its `verification` says.

    `opened` is entry 0 of a run and `replayed` the judgements made again, `ledger` what a ledger tells of; each is None
    where the level did not ask for it, or the log is of the other kind.
    """

    verification: Verification
    replayed: Replayed | None = None
    opened: Opened | None = None
    ledger: LedgerOrder | None = None
    closed: bool | None = None


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
    history: History | None = None,
) -> VerifiedRun:
    """Verify a run's log, or a ledger, as far as `level` goes; the other keywords are those of `verify_log`.

    From "strict" on, each entry is decoded and stands where it may, and all content that entries name by digest is
    there. At "replay", every judgement of a run must come out byte for byte from the lines as they are hashed; with
    `institution`, that must be the recorded one. No more than a segment is held in memory. Raises `LogFault` or
    `ReplayMismatch`, which name the entry; a changed byte is named rather than what it would have led to. `history` is
    what a ledger continues.
    """
    order = Order(history)
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
    judging = _Judging(institution)
    if level == "replay":
        judging.judge(under_way.lines())
    verification = under_way.finish(judging.report)
    return VerifiedRun(
        replace(verification, level=level) if LEVELS.index(level) > LEVELS.index("strict") else verification,
        judging.replayed,
        judging.opened or (order.run.opened if order.run is not None else None),
        order.ledger,
        order.run.closed if order.run is not None else None,
    )


class _Judging:
    """Judges again while lines are hashed, and keeps what it finds until the hashes are known."""

    def __init__(self, institution: Institution | None) -> None:
        self._institution = institution
        self._found: Exception | None = None
        self.opened: Opened | None = None
        self.replayed: Replayed | None = None

    def judge(self, lines: Iterator[bytes]) -> None:
        """Judge a run again; a ledger holds nothing to judge."""
        first = next(lines, None)
        if first is None or not is_of_a_run(first):
            return
        try:
            opened = decode_entry(first).body
            self.opened = opened if isinstance(opened, Opened) else None
            self.replayed = replay(chain((first,), lines))
            if self._institution is not None and self.opened is not None:
                check_same_institution(self.opened, self._institution)
        except MachineError:
            raise
        except Exception as error:  # of whatever kind: what is judged here is not known to be what was signed
            self._found = error

    def report(self) -> None:
        """Raise what was found, when the bytes are known to be those that were signed."""
        if self._found is not None:
            raise self._found
