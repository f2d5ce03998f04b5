"""Reads a log as it lies in its folder, whether or not its writer lives. Nothing that is read here is verified."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from agoranomos.logs import layout
from agoranomos.logs.checkpoint import Checkpoint, parse_checkpoint
from agoranomos.logs.faults import LogFault
from agoranomos.logs.journal import read_notes
from agoranomos.logs.note import parse_note
from agoranomos.logs.segments import read_segment


def newest_checkpoint(folder: Path) -> Checkpoint | None:
    """The last checkpoint of the journal that can be read, None where there is none."""
    newest: Checkpoint | None = None
    try:
        for note in read_notes(folder / layout.JOURNAL):
            newest = parse_checkpoint(parse_note(note).text)
    except (FileNotFoundError, LogFault):
        return newest
    return newest


def lines_as_they_lie(folder: Path) -> Iterator[bytes]:
    """Every whole line of every segment in order, signed or not; raises `LogFault` where one is torn or too long."""
    first = 0
    while first == 0 or (folder / layout.entries_file(first)).exists():
        for lines in read_segment(folder, first):
            yield from lines
        first += layout.SEGMENT_ENTRIES
