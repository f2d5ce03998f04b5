"""Cosignatures that were attached to a log: `cosignatures/<size>`, signature lines over the checkpoint of that size."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from agoranomos.errors import MachineError
from agoranomos.logs.checkpoint import parse_checkpoint
from agoranomos.logs.cosignature import Cosigned, WitnessKey, cosigned_by
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.note import MAX_NOTE_BYTES, parse_note
from agoranomos.logs.plain_file import open_plain, unreadable
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
        with open_plain(Path(folder) / name) as file:
            lines = file.read(MAX_NOTE_BYTES + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise unreadable(error, Path(folder) / name) from error
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
    mine = [line for line in lines.splitlines(keepends=True) if cosigned_by(text.encode() + b"\n" + line, witnesses)]
    target = Path(folder) / cosignatures_file(parse_checkpoint(text).size)
    try:
        if not target.parent.is_dir():
            with suppress(FileExistsError):  # another line came in meanwhile
                storage.make_folder(target.parent)
            storage.fsync_folder(target.parent.parent)
        with _alone(target.parent):
            there = read_cosignatures(folder, checkpoint_note)
            joined = there + b"".join(line for line in mine if line not in there.splitlines(keepends=True))
            _check_lines(checkpoint_note, joined)
            storage.replace(target, joined, sync=True)
            storage.fsync_folder(target.parent)
    except OSError as error:
        raise MachineError(f"cannot write {target}: {error.strerror}") from error
    return found


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time: the lines of two witnesses may come in at once."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _check_lines(checkpoint_note: bytes, lines: bytes) -> None:
    """Raises `LogFault` unless the checkpoint with these lines after it is the same checkpoint with more signatures."""
    note = parse_note(checkpoint_note)
    if parse_note(checkpoint_note + lines).text != note.text:
        raise LogFault("damaged", "not signature lines: there is an empty line among them")
