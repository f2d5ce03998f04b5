"""Cosignatures that were attached to a log: `cosignatures/<size>`, signature lines over the checkpoint of that size."""

from __future__ import annotations

from pathlib import Path

from agoranomos.errors import MachineError
from agoranomos.logs.checkpoint import parse_checkpoint
from agoranomos.logs.cosignature import Cosigned, WitnessKey, cosigned_by
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.note import MAX_NOTE_BYTES, parse_note
from agoranomos.logs.storage import DiskStorage, Storage

COSIGNATURES = "cosignatures"


def cosignatures_file(size: int) -> str:
    """The file, in a log's folder, of the cosignatures over the checkpoint of that size."""
    return f"{COSIGNATURES}/{size}"


def read_cosignatures(folder: Path, checkpoint_note: bytes) -> bytes:
    """The lines attached to this checkpoint; none where there is no file. Nothing about them is verified.

    The note with these lines after it is a note again: hand it to `cosigned_by`. Raises `LogFault` when the file is too
    long, or holds anything but signature lines.
    """
    note = parse_note(checkpoint_note)
    name = cosignatures_file(parse_checkpoint(note.text).size)
    try:
        with (Path(folder) / name).open("rb") as file:
            lines = file.read(MAX_NOTE_BYTES + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise MachineError(f"cannot read {Path(folder) / name}: {error.strerror}") from error
    with within(name):
        _check_lines(checkpoint_note, lines)
    return lines


def attach_cosignatures(
    folder: Path,
    checkpoint_note: bytes,
    lines: bytes,
    witnesses: tuple[WitnessKey, ...],
    *,
    storage: Storage | None = None,
) -> tuple[Cosigned, ...]:
    """Verify `lines`, as a witness answered them, and keep those of `witnesses` beside the log; returns who signed.

    A line that is there already is kept once; older cosignatures of the same witness stay. All at once, on disk when
    this returns. Raises `LogFault` when none of the lines is of one of the witnesses, or one of theirs fails, and then
    changes nothing; `MachineError` when it cannot be written.
    """
    storage = storage or DiskStorage()
    _check_lines(checkpoint_note, lines)
    text = parse_note(checkpoint_note).text
    found = cosigned_by(text.encode() + b"\n" + lines, witnesses) if lines else ()
    if not found:
        raise LogFault("undecided", "no line of it is by a witness whose key was given")
    there = read_cosignatures(folder, checkpoint_note)
    kept = there.splitlines(keepends=True)
    for line in lines.splitlines(keepends=True):
        if line not in kept and cosigned_by(text.encode() + b"\n" + line, witnesses):
            kept.append(line)
    joined = b"".join(kept)
    _check_lines(checkpoint_note, joined)
    target = Path(folder) / cosignatures_file(parse_checkpoint(text).size)
    try:
        if not target.parent.is_dir():
            storage.make_folder(target.parent)
            storage.fsync_folder(target.parent.parent)
        storage.replace(target, joined, sync=True)
        storage.fsync_folder(target.parent)
    except OSError as error:
        raise MachineError(f"cannot write {target}: {error.strerror}") from error
    return found


def _check_lines(checkpoint_note: bytes, lines: bytes) -> None:
    """Raises `LogFault` unless the checkpoint with these lines after it is the same checkpoint with more signatures."""
    note = parse_note(checkpoint_note)
    if parse_note(checkpoint_note + lines).text != note.text:
        raise LogFault("damaged", "not signature lines: there is an empty line among them")
