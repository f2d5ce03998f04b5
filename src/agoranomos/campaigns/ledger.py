"""The campaign's own log: the plan, and every attempt at a run, signed.

One session of a campaign writes one segment, a log of its own with its own key: `ledger/1`, `ledger/2`, ... A segment
whose writer died is never signed again; the next one names it, its size and its root in entry 0, so segments form a
chain (docs/decisions/ledger-segments.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from agoranomos.campaigns.ledger_entries import (
    Head,
    History,
    LedgerBody,
    Planned,
    decode_ledger_entry,
    encode_ledger_entry,
    history_of,
)
from agoranomos.errors import Finding
from agoranomos.logs import Checkpoint, LogWriter, Verifier, recorded

Clock = Callable[[], int]
"""Claimed time in whole seconds since 1970."""


class Ledger:
    """The open segment. Entries recorded at the same time share one commit, so that many short runs stay fast."""

    def __init__(self, writer: LogWriter, first: Planned) -> None:
        self._writer = writer
        self._size = 0
        self._waiting: list[tuple[Sequence[LedgerBody], asyncio.Future[None]]] = []
        self._draining: asyncio.Task[None] | None = None
        self._append([first])

    def _append(self, bodies: Sequence[LedgerBody]) -> None:
        lines = [encode_ledger_entry(body, self._size + index) for index, body in enumerate(bodies)]
        self._writer.append(lines)
        self._size += len(lines)

    async def record(self, *bodies: LedgerBody) -> None:
        """Return when the entries are durable; raises what the log raises, and then nothing may be done on them."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((bodies, done))
        if self._draining is None or self._draining.done():
            self._draining = asyncio.create_task(self._drain())
        await done

    async def _drain(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                await asyncio.to_thread(self._append, [body for bodies, _ in batch for body in bodies])
            except BaseException as error:
                # Whatever it was, nobody may wait for ever for a segment that takes no more.
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
            else:
                for _, done in batch:
                    if not done.done():
                        done.set_result(None)

    async def close(self) -> None:
        """Close the segment, after what is being recorded."""
        await self._idle()
        await asyncio.to_thread(self._writer.close)

    async def abandon(self) -> None:
        """Give the segment up, after what is being recorded; it is signed as far as it was acknowledged."""
        await self._idle()
        self._writer.abandon()

    async def _idle(self) -> None:
        if self._draining is not None:
            await asyncio.wait([self._draining])


def segments_of(folder: Path) -> list[int]:
    """The numbers of the segments that are there, in order."""
    if not folder.is_dir():
        return []
    return sorted(int(path.name) for path in folder.iterdir() if path.is_dir() and path.name.isdecimal())


def read_ledger(folder: Path, trusted: Sequence[Verifier]) -> tuple[History, Head | None]:
    """Verify every segment and their chain; gives the attempts and the head of the last signed segment.

    A segment that was never signed (its writer died at once) holds nothing and is passed over, and so is what a writer
    that died left unsigned. Raises `Finding` where signed entries are gone or changed, or the chain is broken.
    """
    previous: Head | None = None
    bodies: list[LedgerBody] = []
    for number in segments_of(folder):
        segment = folder / str(number)
        signed = recorded(segment, trusted)
        if signed.checkpoint is None:
            continue
        entries = [decode_ledger_entry(line) for line in signed.entries]
        first = entries[0]
        if not isinstance(first, Planned) or first.previous != previous:
            raise Finding(f"{segment} does not continue the segment before it: one is missing or was changed")
        previous = head_of(signed.checkpoint)
        bodies += entries
    return history_of(bodies), previous


def head_of(checkpoint: Checkpoint) -> Head:
    """The head that a log's checkpoint states."""
    return Head(checkpoint.origin, checkpoint.size, checkpoint.root.hex())
