"""T3: every file cut at every byte (of the entries: of the last three records, and at every border of records)."""

from __future__ import annotations

from pathlib import Path

from agoranomos.logs import layout
from logs.building import make_log
from logs.tamper.tally import Tally, take, verify


def build(folder: Path) -> Path:
    make_log(folder, (20, 12, 8), "append")
    return folder


def cuts(folder: Path, step: int, shard: int = 0) -> Tally:
    tally, mine, number = Tally(), take(step, shard), 0
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size):
        good = path.read_bytes()
        for length in _lengths(path, good):
            number += 1
            if mine(number):
                path.write_bytes(good[:length])
                tally.look(f"{path.name} cut to {length}", lambda: verify(folder))
        path.write_bytes(good)
    return tally


def _lengths(path: Path, data: bytes) -> list[int]:
    if path.parent.name != layout.ENTRIES:
        return list(range(len(data)))
    borders = [place + 1 for place, byte in enumerate(data) if byte == 0x0A]
    return sorted({0, *borders[:-1], *range(borders[-4], len(data))})
