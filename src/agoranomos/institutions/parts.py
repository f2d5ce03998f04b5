"""Entries that are longer than a log takes: written as parts on consecutive lines, and joined when they are read.

A log's entry has at most 65,535 bytes (C2SP `tlog-tiles`, "Log Entries": a 16-bit length). An entry of a run with many
agents is longer. Its line is then cut into pieces of at most 32,000 bytes of text, between characters, and each piece
stands in an entry of kind `part` of its own: `{"body":{"of":3,"part":1,"text":"..."},"kind":"part","round":4,"seq":9}`.
The pieces joined are the entry's canonical line, whose `seq` is that of its first part; the entry after it has the
index after its last part. There is one way to cut a line, and lines that are short enough are never cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agoranomos.errors import Finding
from agoranomos.institutions.entries import Body, Entry, Part, decode_entry, encode_entry
from agoranomos.logs import MAX_ENTRY_BYTES

PIECE_BYTES = 32_000
"""Bytes of text in a part. As JSON text a byte becomes two at most: what JSON would write longer stands escaped."""

MOST_PARTS = 4_096
"""An entry of more than 131 megabytes is nobody's."""

_PART = b'"kind":"part","round":'
_LONGEST_END = 80  # bytes from the kind on, of numbers as long as they may be


class Whole(NamedTuple):
    """One entry: the index of its first line, its line as if it had never been cut, and the lines that it has."""

    first: int
    line: bytes
    lines: tuple[bytes, ...]


def is_part(line: bytes) -> bool:
    """Whether the line is an entry of kind `part`."""
    return _PART in line[-_LONGEST_END:]


def encode_lines(body: Body, round_number: int, seq: int) -> tuple[bytes, ...]:
    """The lines of an entry: one, or its parts where one would be too long for a log."""
    line = encode_entry(body, round_number, seq)
    return (line,) if len(line) <= MAX_ENTRY_BYTES else _cut(line, round_number, seq)


class Joiner:
    """Puts entries together from lines that come in order, the first of which has the index `first`."""

    def __init__(self, first: int = 0) -> None:
        self._first = first
        self._lines: list[bytes] = []
        self._pieces: list[str] = []
        self._of = 0

    @property
    def waits(self) -> bool:
        """Whether an entry has begun whose last part has not come."""
        return bool(self._lines)

    def take(self, line: bytes) -> Whole | None:
        """The entry that ends with this line; None where it goes on. Raises `Finding` for parts that do not fit."""
        if not is_part(line):
            if self._lines:
                raise Finding(f"entry {self._first}: its part {len(self._lines) + 1} of {self._of} is missing")
            self._first += 1
            return Whole(self._first - 1, line, (line,))
        part = decode_entry(line)
        self._check(part)
        self._of = part.body.of
        self._lines.append(line)
        self._pieces.append(part.body.text)
        return self._joined(part) if len(self._lines) == self._of else None

    def end(self) -> None:
        """No line follows; raises `Finding` where a part is missing."""
        if self._lines:
            raise Finding(f"entry {self._first}: its part {len(self._lines) + 1} of {self._of} is missing")

    def _check(self, part: Entry[Part]) -> None:
        number = len(self._lines) + 1
        of = self._of if self._lines else part.body.of
        if part.body.part != number or part.body.of != of or not 2 <= of <= MOST_PARTS:
            raise Finding(
                f"entry {part.seq}: part {part.body.part} of {part.body.of} where part {number} of {of} belongs"
            )

    def _joined(self, last: Entry[Part]) -> Whole:
        line, lines, first = "".join(self._pieces).encode(), tuple(self._lines), self._first
        self._first, self._lines, self._pieces = first + len(lines), [], []
        own = line.endswith(b'"round":%d,"seq":%d}' % (last.round, first))
        if not own or is_part(line) or len(line) <= MAX_ENTRY_BYTES or _cut(line, last.round, first) != lines:
            raise Finding(f"entry {first}: its {len(lines)} parts are not those of an entry that stands here")
        return Whole(first, line, lines)


def whole_entries(lines: Iterable[bytes], first: int = 0) -> Iterator[Whole]:
    """The entries that `lines` hold, in order, the first line of which has the index `first`.

    Raises `Finding` for parts that do not fit together, and where the last part of an entry is missing. Of a joined
    line it is known that it was cut here, in this round, and no more: `decode_entry` reads and checks it.
    """
    joiner = Joiner(first)
    for line in lines:
        whole = joiner.take(line)
        if whole is not None:
            yield whole
    joiner.end()


def _cut(line: bytes, round_number: int, seq: int) -> tuple[bytes, ...]:
    pieces = []
    start = 0
    while start < len(line):
        end = min(start + PIECE_BYTES, len(line))
        while end < len(line) and line[end] & 0xC0 == 0x80:  # within a character of UTF-8
            end -= 1
        pieces.append(line[start:end].decode())
        start = end
    return tuple(
        encode_entry(Part(len(pieces), number, piece), round_number, seq + number - 1)
        for number, piece in enumerate(pieces, 1)
    )
