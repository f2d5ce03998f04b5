"""What earlier sessions left: which runs are finished, which attempts died, and what those had recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger import head_of
from agoranomos.campaigns.ledger_entries import Head, Piece
from agoranomos.campaigns.ledger_history import Attempt, History
from agoranomos.campaigns.packs.packed import checkpoint_of, is_packed, is_there, opened_run
from agoranomos.campaigns.plan import PlannedRun
from agoranomos.campaigns.recorded import Recording, recording_of
from agoranomos.errors import AgoraError, Finding, MachineError
from agoranomos.institutions.entries import Closed, decode_entry
from agoranomos.logs import Verifier, read_blob, recorded, unsigned_tail, verify_log
from agoranomos.logs.reader import signed_state

DIED = "the process ended before the run did"


@dataclass(frozen=True, slots=True)
class Ended:
    """An attempt whose end is not in the ledger yet; `head` is its log's signed state, None where there is none.

    `unsigned` is what stands in its log after that state.
    """

    run: PlannedRun
    attempt: int
    head: Head | None
    closed: bool
    unsigned: Piece | None = None


@dataclass(frozen=True, slots=True)
class Survey:
    """Runs that are finished, runs that are to be done, and attempts whose end the ledger must still be told."""

    finished: tuple[PlannedRun, ...]
    pending: tuple[PlannedRun, ...]
    ended: tuple[Ended, ...]


def survey(folder: CampaignFolder, runs: Sequence[PlannedRun], history: History, trusted: Sequence[Verifier]) -> Survey:
    """Look at every run's folder and move attempts that died to `abandoned/`. It may be broken off and done again.

    Raises `Finding` where a finished run is missing or is not what the ledger says; nothing is moved then.
    """
    finished, pending, ended, died = [], [], [], []
    for run in runs:
        attempts = history.of(*run.key)
        last = attempts[-1] if attempts else None
        place = folder.run(*run.key)
        if last is not None and last.closed is not None:
            _require_head(place, last.closed.head)
            finished.append(run)
            continue
        if last is None or last.abandoned is not None:
            if is_there(place):
                raise Finding(
                    f"{place} holds a run that the ledger does not know",
                    advice="Move it away; it was not written by this campaign.",
                )
            pending.append(run)
            continue
        number = len(attempts)
        target = folder.abandoned(*run.key, number)
        with opened_run(place) as opened:
            head = signed_head(opened, trusted) or signed_head(target, trusted)
            closed = head is not None and _is_complete(opened, trusted)
        if not closed and is_packed(place):
            raise Finding(
                f"{place} is in a pack, and is no whole log",
                advice="Packs are written as a whole: move the pack away, and its runs are run again.",
            )
        left = place if place.exists() else target
        ended.append(Ended(run, number, head, closed, None if closed else unsigned_piece(left, head)))
        if closed:
            finished.append(run)
        else:
            pending.append(run)
            died.append((place, target))
    for place, target in died:
        retire(place, target)
    return Survey(tuple(finished), tuple(pending), tuple(ended))


def retire(place: Path, target: Path) -> None:
    """Move an attempt's folder away, where there is one; raises `MachineError` when it cannot be moved."""
    if not place.exists():
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        place.rename(target)
    except OSError as error:
        raise MachineError(f"cannot move {place} to {target}: {error.strerror}") from error


def recording(
    folder: CampaignFolder, run: PlannedRun, attempts: Sequence[Attempt], trusted: Sequence[Verifier]
) -> Recording | None:
    """The longest signed record among the attempts that died; None where there is none.

    Raises `Finding` where a log of an abandoned attempt does not verify: what it recorded could not be trusted, and
    nothing that is recorded may be asked again.
    """
    best: tuple[Path, tuple[bytes, ...]] | None = None
    for number in range(1, len(attempts) + 1):
        place = folder.abandoned(*run.key, number)
        entries = recorded(place, trusted).entries
        if entries and (best is None or len(entries) > len(best[1])):
            best = place, entries
    if best is None:
        return None
    place, entries = best
    return recording_of(entries, lambda digest: read_blob(place, digest))


def _require_head(place: Path, head: Head) -> None:
    """The cheap check of a finished run: its checkpoint is the one that the ledger holds."""
    if not is_there(place):
        raise Finding(
            f"{place} is missing, but the ledger says that the run was finished",
            advice="Put the folder back. A campaign without it is a new one: move the whole campaign's folder away.",
        )
    if head_of(checkpoint_of(place)) != head:
        raise Finding(f"{place} is not the log that the ledger closed", advice="Run: agora log verify on it.")


def unsigned_piece(place: Path, head: Head | None) -> Piece | None:
    """What an attempt's log holds after its signed state; None where there is nothing."""
    try:
        tail = unsigned_tail(place, head.size if head is not None else 0)
    except OSError as error:
        raise MachineError(f"cannot read {error.filename or place}: {error.strerror}") from error
    return None if tail is None else Piece(tail.size, tail.sha256)


def signed_head(place: Path, trusted: Sequence[Verifier]) -> Head | None:
    """What the log at `place` has signed, whether or not its writer lived to close it; None for nothing."""
    checkpoint = signed_state(place, trusted)
    return None if checkpoint is None else head_of(checkpoint)


def _is_complete(place: Path, trusted: Sequence[Verifier]) -> bool:
    """Whether the log is whole, down to its `closed` entry: its driver was killed just before it told the ledger."""
    last: list[bytes] = []
    try:
        verify_log(place, trusted, consume=lambda lines: last.__setitem__(slice(None), lines[-1:]))
    except AgoraError:
        return False
    return bool(last) and isinstance(decode_entry(last[0]).body, Closed)
