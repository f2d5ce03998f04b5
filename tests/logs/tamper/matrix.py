"""The tamper matrix: for each of T1 to T22 what is forged, and how all of it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from logs.tamper import t01_anchors, t01_bits, t01_export, t02_lines, t03_cuts, t04_rollback, t15_actors
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


def _older(place: Path, _step: int, _shard: int) -> Tally:
    return t04_rollback.play(place, t04_rollback.older_states)[0]


def _rewritten(place: Path, _step: int, _shard: int) -> Tally:
    return t04_rollback.play(place, t04_rollback.rewritten)[0]


MATRIX = (
    Row("T1 bits", "each bit of each file of a 300-entry log flipped", _bits),
    Row("T1 bytes", "each byte of it set to 00 and to FF", _bytes),
    Row("T1 anchors", "each bit of its cosignatures and of the witness policy flipped", t01_anchors.flips),
    Row("T1 export", "each bit of tiles, bundles, checkpoint, key and certificate of its export", t01_export.flips),
    Row("T2", "lines swapped, deleted, doubled, inserted: logs of 1 to 40, borders of tile and segment", _lines),
    Row("T3", "each file cut at every byte (entries: at every border, and at each byte of the last three)", _cuts),
    Row("T4", "the whole folder as it was earlier: remembered, witnessed, stamped", _older, False),
    Row("T5", "runs deleted, given up, repeated, planned too late: the ledger lists each", None, False,
        ("tests/campaigns/test_tampered.py",)),
    Row("T6", "forks after every prefix, shown to readers and to witnesses", None, False,
        ("tests/logs/test_compare.py", "tests/logs/test_witness.py", "tests/logs/test_witness_store.py",
         "tests/logs/test_witness_http.py")),
    Row("T7", "each entry rewritten under the true keys: remembered, witnessed, stamped", _rewritten, False),
    Row("T8, T9", "keys, signatures, entries and proofs of other names, roles, logs and runs", None, False,
        ("tests/logs/tamper/test_anchors.py",)),
    Row("T10", "Wycheproof, edge cases, small order, S + L", None, False,
        ("tests/logs/test_keys.py", "tests/logs/test_note.py")),
    Row("T11", "published proofs, and every change to proofs made here", None, False, ("tests/logs/test_proofs.py",
        "tests/logs/test_proof_file.py", "tests/logs/test_proving.py", "tests/logs/test_tiles.py")),
    Row("T12", "entries that are none, or are written otherwise", None, False, ("tests/institutions/test_entries.py",
        "tests/institutions/test_canonical.py", "tests/campaigns/test_canonical_lines.py")),
    Row("T13", "verified under other clocks: an hour back, ten years ahead, 1970, a leap day", None, False,
        ("tests/logs/tamper/test_clock.py::test_t13_a_verdict_does_not_depend_on_the_clock",)),
    Row("T14", "time stamps: saved ones, over other text, by namesakes, expired, each byte changed", None, False,
        ("tests/logs/test_timestamp.py",)),
    Row("T15", "actors' signatures left out, exchanged, moved; other actions, keys and heads", t15_actors.play),
    Row("T16", "receipts of entries that the log does not hold any more", None, False,
        ("tests/logs/test_receipts.py",)),
    Row("T17", "a dictionary of prompts against digests and commitments", None, False,
        ("tests/campaigns/test_private.py::test_a_dictionary_of_prompts_finds_a_bare_digest_and_no_commitment",)),
    Row("T18", "loose modes, links, other owners, broken key files", None, False, ("tests/logs/test_keystore.py",)),
    Row("T19", "huge lines, deep nesting, a million signatures or hashes, in place of every file", None, False,
        ("tests/cli/test_hostile.py", "tests/cli/test_hostile_beside.py")),
    Row("T20", "trees and proofs against the recursive text of the RFC, and against stock Go packages", None, False,
        ("tests/logs/test_merkle.py", "tests/logs/go/test_go.py")),
    Row("T22", "two logs of the same entries and key, compared in every byte", None, False,
        ("tests/logs/tamper/test_clock.py::test_t22_one_key_and_the_same_entries_give_the_same_bytes",)),
)  # fmt: skip
