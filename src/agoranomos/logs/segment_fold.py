"""Puts what was found in each segment together, in order: every root that was signed must come out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agoranomos.logs import layout
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.faults import LogFault
from agoranomos.logs.merkle import HASH_BYTES, CompactRange
from agoranomos.logs.plain_file import open_plain
from agoranomos.logs.segment_pass import Check, SegmentFound, SegmentJob

KEPT_LEVELS = (1, 2)
"""Levels whose hashes a log keeps beside its leaf hashes: roots of 256 and of 65,536 entries."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Entries that were verified before and are not read again: how many, and the compact range over them."""

    size: int = 0
    subtrees: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Extent:
    """What is to be verified of a log: the checkpoints it signed, the last of which is its head, after `covered`.

    `segment` is the number of entries in a file. `asked`, if given, is a size whose root is wanted as well.
    """

    folder: Path
    checkpoints: Sequence[Checkpoint]
    segment: int
    covered: Covered = Covered()
    asked: int | None = None

    @property
    def size(self) -> int:
        """The signed size."""
        return self.checkpoints[-1].size

    @property
    def segments(self) -> int:
        """How many segments hold something to be read."""
        return -(-self.size // self.segment) - self.covered.size // self.segment

    def jobs(self, *, read_entries: bool, check: Check | None) -> Iterator[SegmentJob]:
        """A job for each segment that holds something to be read, in order."""
        sizes = [checkpoint.size for checkpoint in self.checkpoints]
        if self.asked is not None and self.asked not in sizes:
            sizes = sorted([*sizes, self.asked])
        begin = self.covered.size // self.segment * self.segment
        whole = (self.covered.size // self.segment).bit_count()
        for first in range(begin, self.size, self.segment):
            skip = max(0, self.covered.size - first)
            count = min(self.segment, self.size - first)
            dues = sizes[bisect_right(sizes, first + skip) : bisect_right(sizes, first + count)]
            subtrees = self.covered.subtrees[whole:] if skip else ()
            if count > skip:
                yield SegmentJob(self.folder, first, count, tuple(dues), read_entries, check, skip, subtrees)


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the log stops being what was signed: between the sizes `good`, whose root fits, and `end`.

    `root`: another root than the signed one. `short`: entries are missing. `long`: a segment holds too many.
    """

    how: Literal["root", "short", "long"]
    good: int
    end: int
    job: SegmentJob
    found: SegmentFound


class Fold:
    """Takes the findings of one segment after another; `broken` is set by the first that does not fit."""

    def __init__(self, extent: Extent) -> None:
        whole = extent.covered.size // extent.segment
        subtrees = extent.covered.subtrees[: whole.bit_count()]
        self._extent = extent
        self._signed = {checkpoint.size: checkpoint.root for checkpoint in extent.checkpoints}
        self._prefix = CompactRange(whole, subtrees)
        self._kept = [
            _KeptAbove(extent, level, whole, subtrees) for level in KEPT_LEVELS if 256**level >= extent.segment
        ]
        self.good = extent.covered.size
        self.size = extent.covered.size
        self.subtrees: tuple[bytes, ...] = extent.covered.subtrees
        self.asked_root: bytes | None = None
        self.broken: Broken | None = None
        self.refused: LogFault | None = None
        self.segments: list[SegmentFound] = []

    def take(self, job: SegmentJob, found: SegmentFound) -> bool:
        """Add a segment; returns whether the next one is of interest."""
        self.segments.append(found)
        self.refused = self.refused or found.refused
        for due, partial in zip(job.dues, found.asked, strict=False):
            root = self._prefix.root(partial)
            if due == self._extent.asked:
                self.asked_root = root
            if due in self._signed:
                if root != self._signed[due]:
                    return self._break("root", job, found, due)
                self.good = due
        if found.size < job.count:
            return self._break("short", job, found)
        if found.unsigned_bytes and job.first + job.count < self._extent.size:
            return self._break("long", job, found)
        self.size = job.first + job.count
        self.subtrees = (*self._prefix.subtrees, *found.subtrees)
        if job.count == self._extent.segment:
            self._prefix.extend([found.root])
            self.subtrees = self._prefix.subtrees
            for kept in self._kept:
                kept.take(found.root)
        found.asked = []
        return True

    def _break(
        self, how: Literal["root", "short", "long"], job: SegmentJob, found: SegmentFound, end: int | None = None
    ) -> bool:
        if end is None:
            end = next(due for due in self._signed if due > self.good)
        self.broken = Broken(how, self.good, end, job, found)
        return False

    def kept_differs(self, *, absent: bool) -> tuple[int, int] | None:
        """Level and number of the first kept hash above the leaves that is not that of the entries.

        With `absent`, also of one that is missing from its file or was never written.
        """
        places = [(1, found.tile_differs) for found in self.segments]
        places += [(kept.level, kept.differs) for kept in self._kept]
        if absent:
            places += [(1, found.tile_absent) for found in self.segments]
            places += [(kept.level, kept.absent) for kept in self._kept]
        return min(((level, place) for level, place in places if place is not None), default=None)

    def kept_absent(self) -> int | None:
        """The first level above the leaves of which hashes are kept, but not all."""
        if any(found.tile_absent is not None for found in self.segments):
            return 1
        return next((kept.level for kept in self._kept if kept.absent is not None), None)


class _KeptAbove:
    """Compares the kept hashes of a level that spans one segment or more, as whole segments come in."""

    def __init__(self, extent: Extent, level: int, whole: int, subtrees: Sequence[bytes]) -> None:
        self.level = level
        self._path = extent.folder / layout.hashes_file(level)
        self._segments = 256**level // extent.segment
        self._number, rest = divmod(whole, self._segments)
        self._group = CompactRange(rest, subtrees[len(subtrees) - rest.bit_count() :])
        self.differs: int | None = None
        self.absent: int | None = None

    def take(self, root: bytes) -> None:
        self._group.extend([root])
        if self._group.size < self._segments:
            return
        expected, self._group = self._group.root(), CompactRange()
        number, self._number = self._number, self._number + 1
        try:
            with open_plain(self._path) as file:
                file.seek(number * HASH_BYTES)
                kept = file.read(HASH_BYTES)
        except FileNotFoundError:  # a writer that lives may make it before the next hash is asked for
            return
        if len(kept) < HASH_BYTES or not any(kept):
            self.absent = number if self.absent is None else self.absent
        elif kept != expected and self.differs is None:
            self.differs = number
