"""The journal: every checkpoint that was ever signed, each as a 4-byte length (big-endian) and the note."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agoranomos.logs.checkpoint import Checkpoint, open_checkpoint
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier
from agoranomos.logs.note import MAX_NOTE_BYTES
from agoranomos.logs.plain_file import open_plain

_LENGTH_BYTES = 4


def frame(note: bytes) -> bytes:
    """The bytes that are appended to the journal for one note."""
    return len(note).to_bytes(_LENGTH_BYTES, "big") + note


def read_notes(path: Path) -> Iterator[bytes]:
    """The notes of a journal in order; raises `LogFault` where it ends within one, or holds what can be none.

    What a writer adds meanwhile is not read: it might add faster than signatures are checked.
    """
    with open_plain(path) as file:
        end = os.fstat(file.fileno()).st_size
        while file.tell() < end and (head := file.read(_LENGTH_BYTES)):
            length = int.from_bytes(head, "big")
            if len(head) < _LENGTH_BYTES or not 0 < length <= MAX_NOTE_BYTES:
                raise LogFault("damaged", "it ends within a note, or a note's length is not one")
            note = file.read(length)
            if len(note) < length:
                raise LogFault("damaged", "it ends within a note")
            yield note


def read_checkpoints(path: Path, verifier: Verifier) -> list[Checkpoint]:
    """Every checkpoint, each verified, of growing size; raises `LogFault` for the first that is not."""
    checkpoints: list[Checkpoint] = []
    for number, note in enumerate(read_notes(path)):
        try:
            checkpoint = open_checkpoint(note, verifier)
        except LogFault as fault:
            raise LogFault(fault.kind, f"note {number}: {fault.message}") from None
        if checkpoints and checkpoint.size <= checkpoints[-1].size:
            raise LogFault("tampered", f"note {number}: size {checkpoint.size} follows size {checkpoints[-1].size}")
        checkpoints.append(checkpoint)
    return checkpoints


@dataclass(frozen=True, slots=True)
class Journalled:
    """What a journal durably holds, whether or not its writer lived.

    `checkpoints` are verified and grow; `head` is the note of the last one (empty where there is none); `length` is how
    many bytes of the file they take; `torn` says what follows them: a note that was not wholly written.
    """

    checkpoints: tuple[Checkpoint, ...]
    head: bytes
    length: int
    torn: LogFault | None


def read_journal(path: Path, verifier: Verifier) -> Journalled:
    """The good notes of a journal, and what a crash left after them.

    Only the last note may be torn, since each is on disk before the next is signed: raises `LogFault` where anything
    follows a bad one, and where sizes do not grow.
    """
    checkpoints: list[Checkpoint] = []
    head, length = b"", 0
    torn: LogFault | None = None
    for number, note in enumerate(_notes(path)):
        if torn is not None:
            raise LogFault("tampered", f"a bad note stands before another ({torn.message})")
        try:
            if isinstance(note, LogFault):
                raise note
            checkpoint = open_checkpoint(note, verifier)
        except LogFault as fault:
            torn = LogFault(fault.kind, f"note {number}: {fault.message}")
            continue
        if checkpoints and checkpoint.size <= checkpoints[-1].size:
            raise LogFault("tampered", f"note {number}: size {checkpoint.size} follows size {checkpoints[-1].size}")
        checkpoints.append(checkpoint)
        head = note
        length += len(frame(note))
    return Journalled(tuple(checkpoints), head, length, torn)


def _notes(path: Path) -> Iterator[bytes | LogFault]:
    """The notes, and the fault where the file ends within one."""
    try:
        yield from read_notes(path)
    except LogFault as fault:
        yield fault
