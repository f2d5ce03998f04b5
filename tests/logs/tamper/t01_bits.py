"""T1: every bit of every file that matters, and every byte set to 00 and FF."""

from __future__ import annotations

from pathlib import Path

from logs.building import entry, open_log
from logs.tamper.tally import Tally, take, verify

SIZES = (100, 100, 56, 44)
"""300 entries: a full tile of 256, and more."""


def build(folder: Path) -> Path:
    log = open_log(folder)
    for size in SIZES:
        log.append([entry(index, "as entries have it ") for index in range(log.size, log.size + size)])
    log.close()
    return folder


def files(folder: Path) -> list[Path]:
    """Every file of the log but the lock, which is empty."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)


def flips(folder: Path, step: int, shard: int = 0) -> Tally:
    """One bit at a time: of each file in turn, every `step`-th bit of the whole log."""
    tally, mine, number = Tally(), take(step, shard), 0
    for path in files(folder):
        good = path.read_bytes()
        with path.open("r+b", buffering=0) as file:
            for bit in range(len(good) * 8):
                number += 1
                if mine(number):
                    place, changed = bit // 8, good[bit // 8] ^ 1 << bit % 8
                    _one_byte(tally, file, folder, place, changed, good[place], f"{path.name}: bit {bit}")
    return tally


def bytes_set(folder: Path, step: int, shard: int = 0) -> Tally:
    """One byte at a time set to 00 and to FF, where it is neither already."""
    tally, mine, number = Tally(), take(step, shard), 0
    for path in files(folder):
        good = path.read_bytes()
        with path.open("r+b", buffering=0) as file:
            for place, was in enumerate(good):
                for value in {0x00, 0xFF} - {was}:
                    number += 1
                    if mine(number):
                        _one_byte(tally, file, folder, place, value, was, f"{path.name}: byte {place} is {value}")
    return tally


def _one_byte(tally: Tally, file, folder: Path, place: int, changed: int, was: int, what: str) -> None:
    file.seek(place)
    file.write(bytes([changed]))
    try:
        tally.look(what, lambda: verify(folder))
    finally:
        file.seek(place)
        file.write(bytes([was]))
