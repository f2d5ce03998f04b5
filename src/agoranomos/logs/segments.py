"""Reads a log's lines and leaf hashes as a stream, within limits on what a stranger's file may make us hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from agoranomos.logs import layout
from agoranomos.logs.faults import LogFault
from agoranomos.logs.log import MAX_ENTRY_BYTES
from agoranomos.logs.merkle import HASH_BYTES
from agoranomos.logs.plain_file import open_plain

_CHUNK_BYTES = 1 << 20


def read_lines(folder: Path, size: int) -> Iterator[list[bytes]]:
    """The lines of a log's segments in batches, at most `size` of them and those that follow in the last segment.

    A batch never crosses a segment. Raises `LogFault` for a segment that is missing, too short or too long, for a line
    that is too long, and for a last line without its newline.
    """
    for first in layout.segments(size):
        name = layout.entries_file(first)
        expected = min(size - first, layout.SEGMENT_ENTRIES)
        index = first
        for lines in _lines_of(folder / name, name, first):
            yield lines
            index += len(lines)
            if index - first > layout.SEGMENT_ENTRIES:
                raise LogFault("tampered", f"{name} holds more than {layout.SEGMENT_ENTRIES} lines", entry=index - 1)
        if index < first + expected and first + layout.SEGMENT_ENTRIES < size:
            raise LogFault("damaged", f"entry {index} is missing: {name} ends before it", entry=index)


def read_segment(folder: Path, first: int) -> Iterator[list[bytes]]:
    """The lines of the one segment that begins at `first`, in batches, however many there are; raises as above."""
    name = layout.entries_file(first)
    return _lines_of(folder / name, name, first)


def _lines_of(path: Path, name: str, first: int) -> Iterator[list[bytes]]:
    rest = b""
    index = first
    try:
        with open_plain(path) as file:
            while chunk := file.read(_CHUNK_BYTES):
                lines = (rest + chunk).split(b"\n")
                rest = lines.pop()
                long = len(rest) > MAX_ENTRY_BYTES or max(map(len, lines), default=0) > MAX_ENTRY_BYTES
                if long:
                    del lines[[len(line) > MAX_ENTRY_BYTES for line in (*lines, rest)].index(True) :]
                index += len(lines)
                if lines:
                    yield lines
                if long:
                    raise LogFault(
                        "damaged", f"entry {index}: its line in {name} is longer than any entry", entry=index
                    )
    except FileNotFoundError:
        raise LogFault("damaged", f"{name} is missing", entry=first) from None
    if rest:
        raise LogFault("damaged", f"entry {index}: its line in {name} is cut short", entry=index)


def read_leaf_hashes(folder: Path, first: int) -> bytes | None:
    """The leaf hashes of the segment that begins at `first`, joined; None where the file is missing or far too long."""
    try:
        with open_plain(folder / layout.leaves_file(first)) as file:
            data = file.read(layout.SEGMENT_ENTRIES * HASH_BYTES + 1)
    except FileNotFoundError:
        return None
    return data if len(data) <= layout.SEGMENT_ENTRIES * HASH_BYTES else None
