"""T2: every swap of neighbours, deletion, duplicate and insertion, in small logs and across the borders of files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path

from agoranomos.campaigns.attack.changed_files import renumbered
from agoranomos.logs import layout
from agoranomos.logs.merkle import leaf_hashes
from logs.building import entry, make_log
from logs.tamper.tally import Tally, take, verify

Lines = list[bytes]


def changes(lines: Sequence[bytes], places: Sequence[int]) -> Iterator[tuple[str, int, Lines]]:
    """What is done, the first index that is no longer what was signed, and the lines that come of it."""
    for place in places:
        rest = list(lines)
        if place + 1 < len(lines):
            rest[place], rest[place + 1] = rest[place + 1], rest[place]
            yield f"{place} and the next swapped", place, rest
            rest = list(lines)
            rest[place + 1] = rest[place]
            yield f"{place} in the place of the next", place + 1, rest
        yield f"{place} deleted", place, [*lines[:place], *lines[place + 1 :]]
        yield f"{place} twice", place + 1, [*lines[: place + 1], *lines[place:]]
        yield f"a line inserted at {place}", place, [*lines[:place], entry(place, "z"), *lines[place:]]


def small(folder: Path, size: int, step: int = 1, shard: int = 0) -> tuple[Tally, list[str]]:
    """Every change of a log of `size` entries, with the kept leaf hashes left alone and with all of it made to fit."""
    sizes = _thirds(size)
    lines = make_log(folder, sizes, "append")
    return _play(folder, lines, list(accumulate(sizes)), range(size), step, shard)


def borders(folder: Path, size: int, places: Sequence[int], step: int = 1, shard: int = 0) -> tuple[Tally, list[str]]:
    """The same at a few places of a long log."""
    lines = make_log(folder, (size,), "close")
    return _play(folder, lines, [size], places, step, shard)


def _thirds(size: int) -> tuple[int, ...]:
    return tuple(part for part in (size // 3, size // 3, size - 2 * (size // 3)) if part)


def _play(
    folder: Path, lines: Sequence[bytes], signed_at: Sequence[int], places: Sequence[int], step: int, shard: int
) -> tuple[Tally, list[str]]:
    """The tally, and every change whose first bad entry was named wrongly."""
    tally, misnamed, mine, number = Tally(), [], take(step, shard), 0
    signed = leaf_hashes(lines)
    for what, first, changed in changes(lines, places):
        for careful in (False, True):
            number += 1
            if not mine(number):
                continue
            written = renumbered(changed) if careful else changed
            put(folder, written, leaf_hashes(written) if careful else signed)
            fault = tally.look(f"{what}, careful: {careful}", lambda: verify(folder))
            if fault is not None and not names(fault.entry, first, [] if not careful else [0, *signed_at]):
                misnamed.append(f"{what}, careful: {careful}: {fault.entry}: {fault.message}")
    put(folder, lines, signed)
    verify(folder)
    return tally, misnamed


def names(entry: int | None, first: int, bounds: Sequence[int]) -> bool:
    """The very entry where the signed leaf hashes are kept; else one within the checkpoints that bound it."""
    if not bounds:
        return entry == first
    good = max(size for size in bounds if size <= min(first, bounds[-1]))
    end = min((size for size in bounds if size > first), default=bounds[-1])
    return entry is not None and good <= entry <= end


def put(folder: Path, lines: Sequence[bytes], leaves: Sequence[bytes]) -> None:
    """Write lines and leaf hashes into the files of their segments, as a writer would have."""
    for name in (layout.ENTRIES, layout.LEAVES):
        for path in (folder / name).iterdir():
            path.unlink()
    for first in range(0, max(len(lines), 1), layout.SEGMENT_ENTRIES):
        end = first + layout.SEGMENT_ENTRIES
        (folder / layout.entries_file(first)).write_bytes(b"".join(line + b"\n" for line in lines[first:end]))
        (folder / layout.leaves_file(first)).write_bytes(b"".join(leaves[first:end]))
