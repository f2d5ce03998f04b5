"""The journal: every checkpoint that was ever signed, each as a 4-byte length (big-endian) and the note."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from agoranomos.logs.checkpoint import Checkpoint, open_checkpoint
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier
from agoranomos.logs.note import MAX_NOTE_BYTES

_LENGTH_BYTES = 4


def frame(note: bytes) -> bytes:
    """The bytes that are appended to the journal for one note."""
    return len(note).to_bytes(_LENGTH_BYTES, "big") + note


def read_notes(path: Path) -> Iterator[bytes]:
    """The notes of a journal in order; raises `LogFault` where it ends within one, or holds what can be none."""
    with path.open("rb") as file:
        while head := file.read(_LENGTH_BYTES):
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


def signed_checkpoints(path: Path, verifier: Verifier) -> list[Checkpoint]:
    """The checkpoints, less a last one that a crash tore; raises `LogFault` for a bad note before a good one."""
    checkpoints: list[Checkpoint] = []
    torn: LogFault | None = None
    try:
        for note in read_notes(path):
            try:
                checkpoint = open_checkpoint(note, verifier)
            except LogFault as fault:
                torn = torn or fault
                continue
            if torn is not None:
                raise LogFault("tampered", f"a bad note stands before a good one ({torn.message})")
            if checkpoints and checkpoint.size <= checkpoints[-1].size:
                raise LogFault("tampered", f"size {checkpoint.size} follows size {checkpoints[-1].size}")
            checkpoints.append(checkpoint)
    except LogFault as fault:
        if fault.kind == "tampered":
            raise
    return checkpoints
