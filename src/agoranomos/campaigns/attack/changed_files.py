"""Forgeries by whoever may write the files and holds no key (A2): bits, lines, files, an older state."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from random import Random

from agoranomos.campaigns.attack.forgery import EVERYTHING, OUTSIDE, Forgery
from agoranomos.campaigns.attack.laying import (
    lay_checkpoints,
    lay_entries,
    lay_identity,
    lay_leaves,
    notes_of,
    overwrite,
)
from agoranomos.campaigns.attack.twin import Twin
from agoranomos.logs import layout
from agoranomos.logs.merkle import leaf_hashes

_SEQ = re.compile(rb'"seq":[0-9]+}\Z')


def renumbered(lines: Sequence[bytes]) -> list[bytes]:
    """The lines, each saying that it stands where it stands now."""
    return [_SEQ.sub(b'"seq":%d}' % index, line) for index, line in enumerate(lines)]


def _flipped(path: Path, rng: Random) -> None:
    data = bytearray(path.read_bytes())
    place = rng.randrange(len(data) * 8)
    data[place // 8] ^= 1 << place % 8
    overwrite(path, bytes(data))


def _flip_in_entries(twin: Twin, rng: Random, _turn: int) -> Path:
    folder = twin.copy()
    _flipped(folder / layout.entries_file(0), rng)
    return folder


_OTHER_FILES = (layout.leaves_file(0), layout.JOURNAL, layout.CHECKPOINT, layout.CERTIFICATE, layout.VKEY)


def _flip_elsewhere(twin: Twin, rng: Random, turn: int) -> Path:
    folder = twin.copy()
    _flipped(folder / _OTHER_FILES[turn % len(_OTHER_FILES)], rng)
    return folder


def _flip_in_blob(twin: Twin, rng: Random, _turn: int) -> Path:
    folder = twin.copy()
    _flipped(rng.choice(list(layout.blob_files(folder))), rng)
    return folder


def _no_blob(twin: Twin) -> str:
    return "" if next(layout.blob_files(twin.folder), None) else "this log keeps no content outside its entries"


def _with_lines(twin: Twin, lines: Sequence[bytes], turn: int) -> Path:
    """On odd turns the forger is careful: lines are numbered anew and the kept leaf hashes made to fit."""
    folder = twin.copy()
    careful = renumbered(lines) if turn % 2 else list(lines)
    lay_entries(folder, careful)
    if turn % 2:
        lay_leaves(folder, leaf_hashes(careful))
    return folder


def _insert(twin: Twin, rng: Random, turn: int) -> Path:
    lines = list(twin.lines)
    lines.insert(rng.randrange(len(lines) + 1), rng.choice(lines))
    return _with_lines(twin, lines, turn)


def _delete(twin: Twin, rng: Random, turn: int) -> Path:
    lines = list(twin.lines)
    del lines[rng.randrange(len(lines))]
    return _with_lines(twin, lines, turn)


def _swap(twin: Twin, rng: Random, turn: int) -> Path:
    lines = list(twin.lines)
    first = rng.randrange(len(lines) - 1)
    lines[first], lines[first + 1] = lines[first + 1], lines[first]
    return _with_lines(twin, lines, turn)


def _duplicate(twin: Twin, rng: Random, turn: int) -> Path:
    lines = list(twin.lines)
    place = rng.randrange(1, len(lines))
    lines[place] = lines[place - 1]
    return _with_lines(twin, lines, turn)


def _one_entry(twin: Twin) -> str:
    return "" if len(twin.lines) > 1 else "this log has one entry"


def _cut(twin: Twin, rng: Random, turn: int) -> Path:
    folder = twin.copy()
    kept = rng.randrange(len(twin.lines))
    lay_entries(folder, twin.lines[:kept])
    if turn % 2:
        lay_leaves(folder, leaf_hashes(twin.lines[:kept]))
    return folder


def _cut_within(twin: Twin, rng: Random, _turn: int) -> Path:
    folder = twin.copy()
    path = folder / layout.entries_file(0)
    data = path.read_bytes()
    overwrite(path, data[: rng.randrange(len(data) - len(twin.lines[-1]), len(data))])
    return folder


def _append(twin: Twin, _rng: Random, turn: int) -> Path:
    return _with_lines(twin, renumbered([*twin.lines, twin.lines[-1]]), turn)


def _roll_back(twin: Twin, rng: Random, _turn: int) -> Path:
    return roll_back_to(twin, rng.randrange(len(twin.sizes) - 1))[0]


def roll_back_to(twin: Twin, number: int) -> tuple[Path, int]:
    """The older state is whole: its lines, its leaf hashes, its journal, its checkpoint, each really signed then."""
    folder, size = twin.copy(), twin.sizes[number]
    lay_entries(folder, twin.lines[:size])
    lay_leaves(folder, leaf_hashes(twin.lines[:size]))
    lay_checkpoints(folder, notes_of(twin.lines, twin.sizes[: number + 1], twin.keys.run))
    return folder, size


def _older_checkpoint(twin: Twin, _rng: Random, _turn: int) -> Path:
    folder = twin.copy()
    overwrite(folder / layout.CHECKPOINT, notes_of(twin.lines, twin.sizes[:1], twin.keys.run)[0])
    return folder


def _one_checkpoint(twin: Twin) -> str:
    return "" if len(twin.sizes) > 1 else "this log was signed once: there is no older state to put back"


def _remove_file(twin: Twin, _rng: Random, turn: int) -> Path:
    folder = twin.copy()
    names = (layout.entries_file(0), *_OTHER_FILES)
    (folder / names[turn % len(names)]).unlink()
    return folder


def _swap_key_file(twin: Twin, _rng: Random, turn: int) -> Path:
    """Another public key beside the log; on odd turns with a certificate by a workspace of the same name."""
    if turn % 2:
        return twin.laid(twin.lines, twin.sizes, key=twin.keys.stranger_run, certifier=twin.keys.stranger)
    folder = twin.copy()
    lay_identity(folder, twin.keys.stranger_run.vkey, (folder / layout.CERTIFICATE).read_bytes())
    return folder


FORGERIES: tuple[Forgery[Twin], ...] = (
    Forgery("one bit of an entry flipped", "A2, A6", EVERYTHING, _flip_in_entries, 24),
    Forgery("one bit of another file flipped", "A2, A6", EVERYTHING, _flip_elsewhere, 25),
    Forgery("one bit of a blob flipped", "A2, A6", EVERYTHING, _flip_in_blob, 2, _no_blob),
    Forgery("an entry inserted", "A2", EVERYTHING, _insert, 4),
    Forgery("an entry deleted", "A2", EVERYTHING, _delete, 4, _one_entry),
    Forgery("two entries swapped", "A2", EVERYTHING, _swap, 4, _one_entry),
    Forgery("an entry put in the place of the next", "A2", EVERYTHING, _duplicate, 4, _one_entry),
    Forgery("an entry added after the end", "A2", EVERYTHING, _append, 2),
    Forgery("the last entries cut off", "A2, A6", EVERYTHING, _cut, 4),
    Forgery("cut within the last entry", "A2, A6", EVERYTHING, _cut_within, 4),
    Forgery("a file taken away", "A2", EVERYTHING, _remove_file, 6),
    Forgery("an older checkpoint put back, entries left", "A2", EVERYTHING, _older_checkpoint, 1, _one_checkpoint),
    Forgery(
        "rolled back: cut, with the older checkpoint and journal",
        "A2",
        OUTSIDE,
        _roll_back,
        2,
        _one_checkpoint,
    ),
    Forgery("the key beside the log swapped", "A2", EVERYTHING, _swap_key_file, 2),
)
"""All but the rollback are found with the key alone."""
