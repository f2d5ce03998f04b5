"""One pass over one segment of a log: every line to its leaf, every leaf to the roots that are asked for.

What is found is a value that says nothing of the rest of the log, so segments may be passed over in any number of
processes; `segment_fold` puts them together. Memory: one segment's leaf hashes and a megabyte of lines.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agoranomos.errors import Finding
from agoranomos.logs import layout
from agoranomos.logs.faults import LogFault
from agoranomos.logs.log import seq_suffix
from agoranomos.logs.merkle import HASH_BYTES, leaf_hashes
from agoranomos.logs.plain_file import open_plain
from agoranomos.logs.segment_tree import TILE_ENTRIES, SegmentTree
from agoranomos.logs.segments import read_segment

Check = Callable[[bytes], object]
"""Looks at one line where it is hashed; raises `Finding`, or returns what is to be judged in order afterwards. It must
be picklable."""

_SEQ = re.compile(rb'"seq":(0|[1-9][0-9]{0,18})}\Z')
_ABSENT = bytes(HASH_BYTES)


@dataclass(frozen=True, slots=True)
class SegmentJob:
    """What is to be passed over: `count` signed entries from `first` on, in one segment of `folder`.

    `dues`: sizes of the whole log at which this segment's root is asked for. With `read_entries` false the kept leaf
    hashes stand in for the lines. The first `skip` entries are covered by `subtrees` already and are not hashed.
    """

    folder: Path
    first: int
    count: int
    dues: tuple[int, ...]
    read_entries: bool
    check: Check | None
    skip: int
    subtrees: tuple[bytes, ...]


@dataclass(slots=True)
class SegmentFound:
    """What the pass found. Indices are those of the whole log; None where nothing of the kind was found.

    `size` leaves were covered. `asked` has a root for each due that was reached, `root` the one of all. `kept_bytes` is
    the length of the file of kept leaf hashes. `leaf_differs`: the first kept leaf hash that is not the line's;
    `leaf_absent`: the first that is missing or was never written (zeros). `tile_differs` and `tile_absent`: the same of
    the kept roots of 256 entries. `stopped`: why no further line could be read. `unsigned_bytes` follow the last of the
    entries asked for. `refused`: what the check said of the first line that it refused; `checked` is what it returned
    of each line.
    """

    first: int
    size: int = field(init=False)
    asked: list[bytes] = field(init=False)
    root: bytes = field(init=False)
    subtrees: tuple[bytes, ...] = field(init=False)
    wrong_seq: int | None = None
    claimed: int | None = None
    kept_bytes: int = 0
    leaf_differs: int | None = None
    leaf_absent: int | None = None
    tile_differs: int | None = None
    tile_absent: int | None = None
    unsigned_bytes: int = 0
    stopped: LogFault | None = None
    refused: LogFault | None = None
    checked: list[object] = field(default_factory=list)


def pass_over(job: SegmentJob) -> SegmentFound:
    """The whole pass, in one call that another process can make."""
    passing = passing_over(job)
    while True:
        try:
            next(passing)
        except StopIteration as end:
            found: SegmentFound = end.value
            return found


def passing_over(job: SegmentJob) -> Generator[list[bytes], None, SegmentFound]:
    """The pass as a generator of the lines that were hashed, in batches; it returns what it found."""
    found = SegmentFound(job.first)
    tree = SegmentTree([due - job.first for due in job.dues], job.skip, job.subtrees)
    kept = _kept_leaves(job, found)
    if job.read_entries:
        for lines in _signed_lines(job, found):
            first = job.first + tree.size
            _check_seq(lines, first, found)
            leaves = leaf_hashes(lines)
            _compare(b"".join(leaves), kept, tree.size, job, found)
            tree.extend(leaves)
            if job.check is not None:
                _check(job.check, lines, first, found)
            yield lines
    else:
        usable = kept[job.skip * HASH_BYTES : len(kept) - len(kept) % HASH_BYTES]
        tree.extend([usable[at : at + HASH_BYTES] for at in range(0, len(usable), HASH_BYTES)])
    found.size, found.asked = tree.size, tree.asked
    found.root, found.subtrees = tree.root(), tree.subtrees
    _compare_tiles(job, tree, found)
    return found


def _signed_lines(job: SegmentJob, found: SegmentFound) -> Iterator[list[bytes]]:
    """The lines that are asked for, without those to be skipped; notes how many bytes follow them in the file."""
    index = taken_bytes = 0
    try:
        for batch in read_segment(job.folder, job.first):
            lines = batch[: job.count - index]
            taken_bytes += sum(map(len, lines)) + len(lines)
            wanted = lines[max(0, job.skip - index) :]
            index += len(lines)
            if wanted:
                yield wanted
            if index == job.count:
                break
    except LogFault as fault:
        found.stopped = fault
        return
    size = (job.folder / layout.entries_file(job.first)).stat().st_size
    found.unsigned_bytes = size - taken_bytes


def _check_seq(lines: Sequence[bytes], first: int, found: SegmentFound) -> None:
    if found.wrong_seq is not None:
        return
    for index, line in enumerate(lines, first):
        if not line.endswith(seq_suffix(index)):
            match = _SEQ.search(line[-32:])
            found.wrong_seq, found.claimed = index, int(match[1]) if match else None
            return


def _check(check: Check, lines: Sequence[bytes], first: int, found: SegmentFound) -> None:
    if found.refused is not None:
        return
    for index, line in enumerate(lines, first):
        try:
            found.checked.append(check(line))
        except Finding as fault:
            kind = fault.kind if isinstance(fault, LogFault) else "tampered"
            message = f"entry {index}: {fault.message.removeprefix(f'entry {index}: ')}"
            found.refused = LogFault(kind, message, entry=index, advice=fault.advice)
            return


def _kept_leaves(job: SegmentJob, found: SegmentFound) -> bytes:
    """The kept leaf hashes of the entries asked for; empty where there are none."""
    try:
        with open_plain(job.folder / layout.leaves_file(job.first)) as file:
            found.kept_bytes = os.fstat(file.fileno()).st_size
            return file.read(job.count * HASH_BYTES)
    except FileNotFoundError:
        return b""


def _compare(leaves: bytes, kept: bytes, at: int, job: SegmentJob, found: SegmentFound) -> None:
    """Hold the leaf hashes of a batch, which begins at leaf `at` of the segment, against those that are kept."""
    start = at * HASH_BYTES
    if kept[start : start + len(leaves)] == leaves:
        return
    for offset in range(0, len(leaves), HASH_BYTES):
        stored = kept[start + offset : start + offset + HASH_BYTES]
        index = job.first + at + offset // HASH_BYTES
        if len(stored) < HASH_BYTES or stored == _ABSENT:
            if found.leaf_absent is None:
                found.leaf_absent = index
        elif found.leaf_differs is None and stored != leaves[offset : offset + HASH_BYTES]:
            found.leaf_differs = index


def _compare_tiles(job: SegmentJob, tree: SegmentTree, found: SegmentFound) -> None:
    """Hold the roots of complete tiles against those that are kept, where any are kept at all."""
    first = (job.first + job.skip) // TILE_ENTRIES
    try:
        with open_plain(job.folder / layout.hashes_file(1)) as file:
            file.seek(first * HASH_BYTES)
            kept = file.read(len(tree.tile_roots) * HASH_BYTES)
    except FileNotFoundError:
        return
    for number, root in enumerate(tree.tile_roots):
        stored = kept[number * HASH_BYTES : (number + 1) * HASH_BYTES]
        if len(stored) < HASH_BYTES or stored == _ABSENT:
            if found.tile_absent is None:
                found.tile_absent = first + number
        elif stored != root and found.tile_differs is None:
            found.tile_differs = first + number
