"""The tamper matrix: for each of T1 to T22 what is forged, and how all of it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from logs.tamper import t01_bits, t02_lines, t03_cuts, t22_same
from logs.tamper.tally import Tally

Play = Callable[[Path, int, int], Tally]
"""Makes every `step`-th forgery, beginning at `shard`, in an empty folder."""


@dataclass(frozen=True)
class Row:
    """One test: either forgeries that are counted here, or tests that count for it, by their files."""

    test: str
    what: str
    play: Play | None = None
    shards: bool = True  # whether the work can be cut into parts
    files: tuple[str, ...] = ()


def _bits(place: Path, step: int, shard: int) -> Tally:
    return t01_bits.flips(t01_bits.build(place / "log"), step, shard)


def _bytes(place: Path, step: int, shard: int) -> Tally:
    return t01_bits.bytes_set(t01_bits.build(place / "log"), step, shard)


def _lines(place: Path, step: int, shard: int) -> Tally:
    tally = Tally()
    for size in range(1, 41):
        _named(tally, t02_lines.small(place / f"{size}", size, step, shard))
    _named(tally, t02_lines.borders(place / "tile", 300, range(254, 259), step, shard))
    _named(tally, t02_lines.borders(place / "segment", 65_540, range(65_533, 65_539), step, shard))
    return tally


def _named(tally: Tally, played: tuple[Tally, list[str]]) -> None:
    """A forgery whose first bad entry is named wrongly counts as one that was not found."""
    found, misnamed = played
    tally.add(found)
    for what in misnamed:
        tally.classes["tampered"] -= 1
        tally.missed.append(what)


def _cuts(place: Path, step: int, shard: int) -> Tally:
    return t03_cuts.cuts(t03_cuts.build(place / "log"), step, shard)


def _same(place: Path, _step: int, _shard: int) -> Tally:
    return Tally(missed=t22_same.differing(place))


MATRIX = (
    Row("T1 bits", "each bit of each file of a 300-entry log flipped", _bits),
    Row("T1 bytes", "each byte of it set to 00 and to FF", _bytes),
    Row("T2", "lines swapped, deleted, doubled, inserted: logs of 1 to 40, borders of tile and segment", _lines),
    Row("T3", "each file cut at every byte (entries: at every border, and at each byte of the last three)", _cuts),
    Row("T13", "verified under other clocks: an hour back, ten years ahead, 1970, a leap day", None, False,
        ("tests/logs/tamper/test_clock.py",)),
    Row("T14", "time stamps: saved ones, over other text, by namesakes, expired, each byte changed", None, False,
        ("tests/logs/test_timestamp.py",)),
)  # fmt: skip
