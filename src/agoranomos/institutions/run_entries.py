"""The entries of a recorded run, decoded one after another; what is no entry in its place is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from agoranomos.errors import Finding
from agoranomos.institutions.entries import Entry, Opened, decode_entry
from agoranomos.institutions.parts import Joiner


class ReplayMismatch(Finding):
    """A recorded judgement is not what the institution decides. `entry` is the first entry that differs."""

    def __init__(self, entry: int, message: str, *, advice: str = "") -> None:
        super().__init__(f"entry {entry}: {message}", advice=advice)
        self.entry = entry


class RunEntries(Iterator[tuple[int, Entry[Any]]]):
    """The decoded entries, each with the index of its first line; `size` counts the lines that were read."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self.size = 0
        self._lines = iter(lines)
        self._joiner = Joiner()

    def __next__(self) -> tuple[int, Entry[Any]]:
        index = self.size
        try:
            for line in self._lines:
                self.size += 1
                whole = self._joiner.take(line)
                if whole is None:
                    continue
                entry = decode_entry(whole.line)
                if entry.seq != index:
                    raise ReplayMismatch(index, f"its sequence number is {entry.seq}")
                return index, entry
            self._joiner.end()
        except ReplayMismatch:
            raise
        except Finding as error:
            raise ReplayMismatch(index, error.message.removeprefix(f"entry {index}: ")) from None
        raise StopIteration


def opening_of(entries: RunEntries) -> Opened:
    """Entry 0 of a run; raises `ReplayMismatch` where another one stands there."""
    try:
        _, entry = next(entries)
    except StopIteration:
        raise ReplayMismatch(0, "the log holds no entry") from None
    if not isinstance(entry.body, Opened):
        raise ReplayMismatch(0, f"a run begins with an `opened` entry, found {entry.kind!r}")
    expect_round(0, entry, 0)
    return entry.body


def expect_round(index: int, entry: Entry[Any], number: int) -> None:
    """Raise `ReplayMismatch` for an entry of another round."""
    if entry.round != number:
        raise ReplayMismatch(index, f"round {entry.round} is recorded where round {number} was expected")
