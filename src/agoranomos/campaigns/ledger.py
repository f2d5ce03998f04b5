"""The campaign's own log: the plan, who worked on it, and every attempt at a run, signed.

It is one log for the whole campaign, `ledger/`, which every session takes up where the last one left it
(docs/decisions/0011-one-ledger-log.md). Its key lies in the key store, so that it can.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from agoranomos.campaigns.host import boot_tag, host_tag, program_version
from agoranomos.campaigns.ledger_entries import (
    Clock,
    Ended,
    Head,
    LedgerBody,
    Piece,
    Planned,
    Recovered,
    Session,
    decode_ledger_entry,
    encode_ledger_entry,
)
from agoranomos.campaigns.ledger_history import History, history_of
from agoranomos.errors import Finding, UsageError
from agoranomos.logs import Checkpoint, LogWriter, Recovery, Verifier, recorded
from agoranomos.logs.group import GroupCommit
from agoranomos.logs.log import seq_suffix

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
    signed = recorded(folder, trusted, goes_on=True)
    if signed.checkpoint is None:
        return History(), None
    for index, line in enumerate(signed.entries):
        if not line.endswith(seq_suffix(index)):
            raise Finding(f"entry {index} of {folder} does not say that it is entry {index}")
    bodies = [decode_ledger_entry(line) for line in signed.entries]
    if not isinstance(bodies[0], Planned):
        raise Finding(f"{folder} does not begin with a plan")
    return history_of(bodies), head_of(signed.checkpoint)


def head_of(checkpoint: Checkpoint) -> Head:
    """The head that a log's checkpoint states."""
    return Head(checkpoint.origin, checkpoint.size, checkpoint.root.hex())
