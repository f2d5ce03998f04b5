"""The campaign's own log: the plan, who worked on it, and every attempt at a run, signed.

It is one log for the whole campaign, `ledger/`, which every session takes up where the last one left it
(docs/decisions/0011-one-ledger-log.md). Its key lies in the key store, so that it can.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec.structs import force_setattr

from agoranomos.campaigns.host import boot_tag, host_tag, program_version
from agoranomos.campaigns.ledger_entries import (
    Clock,
    Deviated,
    Ended,
    Head,
    LedgerBody,
    Piece,
    Planned,
    Recovered,
    RunClosed,
    RunOpened,
    Session,
    decode_ledger_entry,
    encode_ledger_entry,
)
from agoranomos.campaigns.ledger_history import History
from agoranomos.errors import Finding, UsageError
from agoranomos.logs import Checkpoint, LogWriter, Recovery, Verifier
from agoranomos.logs.group import GroupCommit
from agoranomos.logs.log import seq_suffix
from agoranomos.logs.reader import signed_lines, signed_state

Now = Callable[[], int]
"""Claimed time in whole seconds since 1970."""


class Ledger:
    """The ledger while a session writes it. Entries recorded at the same time share one commit.

    Made with `begin` or `go_on`, which record what a session records first.
    """

    def __init__(self, writer: LogWriter, now: Now, newest_unix_s: int | None) -> None:
        self._writer = writer
        self._now = now
        self._newest = newest_unix_s
        self._group: GroupCommit[LedgerBody] = GroupCommit(self._append)

    @classmethod
    def begin(cls, writer: LogWriter, plan: Planned, now: Now, recovery: Recovery | None = None) -> Ledger:
        """Record the plan, as entry 0, and the first session; on disk when this returns.

        `recovery` tells of a ledger in which nothing was signed when its writer died.
        """
        ledger = cls(writer, now, None)
        found = [_recovered(recovery, now())] if recovery is not None else []
        ledger._append([plan, *found, ledger._session(Head(writer.origin, 0, ""))])
        return ledger

    @classmethod
    def go_on(cls, writer: LogWriter, recovery: Recovery, history: History, now: Now) -> Ledger:
        """Record a session, and what had to be recovered where the one before did not come to its end."""
        ledger = cls(writer, now, history.newest_unix_s)
        found = [] if history.ended and recovery.clean else [_recovered(recovery, now())]
        ledger._append([*found, ledger._session(Head(writer.origin, recovery.size, recovery.root.hex()))])
        return ledger

    async def record(self, *bodies: LedgerBody) -> None:
        """Return when the entries are durable; raises what the log raises, and then nothing may be done on them."""
        await self._group.record(*bodies)

    def deviate(self, body: Deviated) -> None:
        """Record that another plan is followed from here on; on disk when this returns."""
        self._append([body])

    async def close(self) -> None:
        """End the session, after what is being recorded."""
        await self._group.record(Ended(self._now()))
        await self._group.idle()
        await asyncio.to_thread(self._writer.close)

    async def abandon(self) -> None:
        """Give the session up, after what is being recorded; the ledger is signed as far as it was acknowledged."""
        await self._group.idle()
        self._writer.abandon()

    def _session(self, found: Head) -> Session:
        return Session(host_tag(), boot_tag(), program_version(), found.size, found.root, self._now())

    def _append(self, bodies: Sequence[LedgerBody]) -> None:
        """Append as they come; where claimed time goes back, an entry says so before the first that claims it."""
        dated: list[LedgerBody] = []
        newest = self._newest
        for body in bodies:
            time = body.claimed_unix_s
            if newest is not None and time < newest:
                dated.append(Clock(newest, time))
            dated.append(body)
            newest = time
        first = self._writer.size
        self._writer.append([encode_ledger_entry(body, first + index) for index, body in enumerate(dated)])
        self._newest = newest


def _recovered(recovery: Recovery, time: int) -> Recovered:
    return Recovered(tuple(Piece(tail.size, tail.sha256) for tail in recovery.tails), recovery.rebuilt, time)


def read_ledger(folder: Path, trusted: Sequence[Verifier]) -> tuple[History, Head | None]:
    """Verify the ledger's signed state, whether or not its writer lived; gives what it tells, and its head.

    What a writer that died left unsigned is passed over. Raises `Finding` where signed entries are gone or changed, or
    do not follow from each other.
    """
    if (folder / "1").is_dir():
        raise UsageError(
            f"{folder} is a ledger of an earlier version, with a log for each session",
            advice="Move the campaign's folder away, and run the campaign anew.",
        )
    checkpoint = signed_state(folder, trusted, goes_on=True)
    if checkpoint is None:
        return History(), None
    return _told(folder, checkpoint), head_of(checkpoint)


def _told(folder: Path, checkpoint: Checkpoint) -> History:
    """What the signed entries tell, taken in one after another; what they have in common is held once."""
    history, index = History(), 0
    for lines in signed_lines(folder, checkpoint):
        for line in lines:
            if not line.endswith(seq_suffix(index)):
                raise Finding(f"entry {index} of {folder} does not say that it is entry {index}")
            body = decode_ledger_entry(line)
            if index == 0 and not isinstance(body, Planned):
                raise Finding(f"{folder} does not begin with a plan")
            if isinstance(body, RunOpened | RunClosed):
                _share(body, history)
            history.add(body)
            index += 1
    return history


def _share(body: RunOpened | RunClosed, history: History) -> None:
    """Let an entry of a run name its arm and its origin with the texts that are held already."""
    force_setattr(body, "arm", sys.intern(body.arm))
    if isinstance(body, RunClosed):
        attempts = history.of(body.arm, body.seed)
        if attempts and attempts[-1].opened.origin == body.head.origin:
            force_setattr(body.head, "origin", attempts[-1].opened.origin)


def head_of(checkpoint: Checkpoint) -> Head:
    """The head that a log's checkpoint states."""
    return Head(checkpoint.origin, checkpoint.size, checkpoint.root.hex())
