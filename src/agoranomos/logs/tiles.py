"""Tiles (c2sp.org/tlog-tiles): hashes of a tree 256 at a time, and bundles of the entries under each.

The tile `number` of `level` holds the roots of complete subtrees of 256**level leaves. A partial tile is the last of
its level. A bundle holds the entries of the tile of level 0 with its number, each behind its length in two bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agoranomos.logs.faults import LogFault

TILE_WIDTH = 256
ENTRY_BUNDLES = "entries"

_LENGTH_BYTES = 2
MAX_BUNDLE_BYTES = TILE_WIDTH * (_LENGTH_BYTES + 0xFFFF)


def tile_path(level: int | str, number: int, width: int = TILE_WIDTH) -> str:
    """Where a tile lies; `level` is "entries" for a bundle. Number 1234067 of level 0: `tile/0/x001/x234/067`."""
    *above, last = f"{number:,}".split(",")
    folders = "".join(f"x{group:0>3}/" for group in above)
    return f"tile/{level}/{folders}{last:0>3}" + ("" if width == TILE_WIDTH else f".p/{width}")


def tile_paths(size: int) -> Iterator[str]:
    """The files of a tree of `size` entries: bundles and hash tiles, level by level."""
    yield from _paths_of(ENTRY_BUNDLES, size)
    level = 0
    while hashes := size >> 8 * level:
        yield from _paths_of(level, hashes)
        level += 1


def _paths_of(level: int | str, hashes: int) -> Iterator[str]:
    for number in range(hashes // TILE_WIDTH):
        yield tile_path(level, number)
    if hashes % TILE_WIDTH:
        yield tile_path(level, hashes // TILE_WIDTH, hashes % TILE_WIDTH)


def make_bundle(entries: Sequence[bytes]) -> bytes:
    """The bundle of these entries, each of at most 65,535 bytes."""
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)


def parse_bundle(data: bytes, width: int) -> list[bytes]:
    """The entries of a bundle; raises `LogFault` unless it holds exactly `width` of them and nothing else."""
    entries: list[bytes] = []
    at = 0
    for _ in range(width):  # where the data is cut short, this ends behind it
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(data[at:start], "big")
        entries.append(data[start:at])
    if at != len(data):
        raise LogFault("damaged", f"it does not hold exactly {width} entries")
    return entries
