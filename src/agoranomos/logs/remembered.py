"""What was verified before: one checkpoint an origin, kept by whoever verifies, and held against the log ever after.

A log's files alone can never show that they are not an older state of themselves, or another history signed for this
reader. A checkpoint that the reader kept shows both, back to the first look (docs/log-format.md).
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from agoranomos.errors import MachineError
from agoranomos.logs.checkpoint import Checkpoint, open_checkpoint
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier, strict_base64
from agoranomos.logs.merkle import HASH_BYTES, CompactRange
from agoranomos.logs.storage import DiskStorage

FORMAT = "agoranomos remembered checkpoint v1"
_MAX_FILE_BYTES = 1 << 22
_FIELDS = {"format", "note", "signer", "subtrees", "verified_unix_s"}


class HistoryFault(LogFault):
    """The log is not the one that was verified before. `evidence` holds both signed notes, the remembered one first."""

    def __init__(self, message: str, evidence: tuple[bytes, bytes], *, advice: str = "") -> None:
        super().__init__("tampered", message, advice=advice)
        self.evidence = evidence


@dataclass(frozen=True, slots=True)
class Remembered:
    """A checkpoint that was verified at `verified_unix_s` (seconds since 1970, by the reader's clock).

    `note` is as it was signed by `signer` (a vkey); `subtrees` is the compact range over its entries.
    """

    checkpoint: Checkpoint
    note: bytes
    signer: str
    subtrees: tuple[bytes, ...]
    verified_unix_s: int

    def require_key(self, signer: Verifier, note: bytes) -> None:
        """Raises `HistoryFault` unless the log at hand is signed by the key that signed the remembered checkpoint."""
        if signer.vkey != self.signer:
            raise HistoryFault(
                f"another history: the log is signed by {signer.vkey}; when it was verified before, by {self.signer}",
                (self.note, note),
            )

    def require_growth(self, head: Checkpoint, note: bytes) -> None:
        """Raises `HistoryFault` where the log at hand, of which `note` is the head, is smaller than it was."""
        if head.size < self.checkpoint.size:
            raise HistoryFault(
                f"rollback: the log has {head.size} entries; it had {self.checkpoint.size} when it was verified before",
                (self.note, note),
                advice="Both signed checkpoints are the evidence: entries that were signed have been taken away.",
            )

    def require_root(self, root: bytes, note: bytes) -> None:
        """Raises `HistoryFault` where the log at hand has another root at the remembered size."""
        if root != self.checkpoint.root:
            raise HistoryFault(
                f"another history: the first {self.checkpoint.size} entries are not those that were verified before",
                (self.note, note),
                advice="Both signed checkpoints are the evidence: the holder of the log's key signed two histories.",
            )


class RememberedCheckpoints:
    """The folder of the remembered checkpoints, one file an origin."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    def file(self, origin: str) -> Path:
        """Where the checkpoint of an origin lies."""
        return self.folder / f"{sha256(origin.encode()).hexdigest()[:32]}.json"

    def of(self, origin: str) -> Remembered | None:
        """The remembered checkpoint of an origin, None where there is none.

        Raises `LogFault` where the file is damaged: what cannot be read is refused, and never taken for nothing.
        """
        path = self.file(origin)
        try:
            with path.open("rb") as file:
                data = file.read(_MAX_FILE_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise MachineError(f"cannot read {path}: {error.strerror}") from error
        try:
            found = _parsed(data)
            if found.checkpoint.origin != origin:
                raise LogFault("damaged", f"it is of {found.checkpoint.origin}")
        except LogFault as fault:
            raise LogFault(
                "damaged",
                f"the checkpoint remembered of {origin} cannot be read: {path}: {fault.message}",
                advice="Find out what changed it. To forget what was verified before, move the file away.",
            ) from None
        return found

    def remember(self, verified: Remembered) -> None:
        """Keep a checkpoint, on disk when this returns, in place of a smaller one of its origin.

        Raises `HistoryFault` rather than replace one that it does not continue as far as sizes show, `LogFault` where
        the one that is there is damaged, `MachineError` when it cannot be written.
        """
        path = self.file(verified.checkpoint.origin)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._alone():
                before = self.of(verified.checkpoint.origin)
                if before is not None:
                    before.require_growth(verified.checkpoint, verified.note)
                    if before.checkpoint.size == verified.checkpoint.size:
                        before.require_root(verified.checkpoint.root, verified.note)
                disk = DiskStorage()
                disk.replace(path, _encoded(verified), sync=True)
                disk.fsync_folder(self.folder)
        except OSError as error:
            raise MachineError(f"cannot write {path}: {error.strerror}") from error

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two verifications at once must not put the smaller checkpoint in place of the larger."""
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _encoded(remembered: Remembered) -> bytes:
    document = {
        "format": FORMAT,
        "note": remembered.note.decode(),
        "signer": remembered.signer,
        "subtrees": [base64.b64encode(root).decode() for root in remembered.subtrees],
        "verified_unix_s": remembered.verified_unix_s,
    }
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True).encode() + b"\n"


def _parsed(data: bytes) -> Remembered:
    if len(data) > _MAX_FILE_BYTES:
        raise LogFault("damaged", f"it is longer than {_MAX_FILE_BYTES} bytes")
    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise LogFault("damaged", "it is not JSON") from None
    if not isinstance(document, dict) or document.keys() != _FIELDS or document["format"] != FORMAT:
        raise LogFault("damaged", f"it is no `{FORMAT}`")
    note, signer, time = document["note"], document["signer"], document["verified_unix_s"]
    subtrees = document["subtrees"]
    if not (isinstance(note, str) and isinstance(signer, str) and type(time) is int and isinstance(subtrees, list)):
        raise LogFault("damaged", f"it is no `{FORMAT}`")
    hashes = tuple(strict_base64(text) if isinstance(text, str) else b"" for text in subtrees)
    signed = note.encode("utf-8", "replace")
    checkpoint = open_checkpoint(signed, Verifier.from_vkey(signer))
    fits = len(hashes) == checkpoint.size.bit_count() and all(len(root) == HASH_BYTES for root in hashes)
    if not fits or CompactRange(checkpoint.size, hashes).root() != checkpoint.root:
        raise LogFault("tampered", "its range is not that of its checkpoint")
    return Remembered(checkpoint, signed, signer, hashes, time)
