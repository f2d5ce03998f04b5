"""A witness with its state on disk: it checks, stores and only then signs, under one lock across threads and processes.

Its folder: `keys/` (private), `witness.vkey`, `trusted`, `heads` and `heads.mark`, `notes/` (the last checkpoint of
each log as the log signed it) and `evidence/` (two checkpoints of one size that one log signed).
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs.checkpoint import parse_checkpoint
from agoranomos.logs.cosignature import WitnessKey
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.fork import Fork, verify_fork
from agoranomos.logs.keys import Verifier, check_key_name
from agoranomos.logs.keystore import KeyStore
from agoranomos.logs.note import parse_note
from agoranomos.logs.reader import read_small
from agoranomos.logs.storage import DiskStorage, Storage
from agoranomos.logs.witness import Head, Refused, consider
from agoranomos.logs.witness_heads import HEADS, make_heads, read_heads, store_heads
from agoranomos.logs.witness_request import parse_witness_request
from agoranomos.logs.witness_trust import TRUSTED, KnownLog, Trusted, read_trusted

VKEY = "witness.vkey"
MAX_EVIDENCE = 100
"""Files of evidence that are kept; a log that forks once has said enough."""

_ROLE = "witness"
_CLOCK_SLACK = 60  # seconds that the clock may step back, as it does when it is set, without a refusal


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness answers: an HTTP status and a body. A status of 200 to a checkpoint brings signature lines."""

    status: int
    body: bytes
    content_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class WitnessedLog:
    """A log that a witness knows, and the head that it cosigned last, if any."""

    log: KnownLog
    head: Head | None


class WitnessStore:
    """The witness of one folder. `clock` gives POSIX seconds."""

    def __init__(self, folder: Path, cosigner: Cosigner, clock: Callable[[], int], storage: Storage | None) -> None:
        self.folder = folder
        self.key: WitnessKey = cosigner.key
        self._cosigner = cosigner
        self._clock = clock
        self._storage = storage or DiskStorage()
        self._failure = ""

    @classmethod
    def create(
        cls, folder: Path, name: str, *, clock: Callable[[], int], storage: Storage | None = None
    ) -> WitnessStore:
        """A new witness with a new key; raises `UsageError` for a folder in use or a bad name, `MachineError`."""
        folder = Path(folder)
        storage = storage or DiskStorage()
        try:
            if folder.exists() and next(folder.iterdir(), None) is not None:
                raise UsageError(f"{folder} is not empty", advice=_not_empty(folder))
            for missing in reversed([path for path in (folder, *folder.parents) if not path.exists()]):
                storage.make_folder(missing)
                storage.fsync_folder(missing.parent)
            folder.chmod(0o700)
            check_key_name(name)
            make_heads(folder, storage)
            storage.replace(folder / TRUSTED, Trusted().data, sync=True)
            cosigner = Cosigner(name, KeyStore(folder / "keys").signing_key(_ROLE))
            # Last: without this file there is no witness here, and nothing was signed.
            storage.replace(folder / VKEY, cosigner.key.vkey.encode() + b"\n", sync=True)
            storage.fsync_folder(folder)
        except OSError as error:
            raise MachineError(f"cannot make the witness {folder}: {error.strerror}") from error
        except LogFault as fault:
            raise UsageError(fault.message) from None
        return cls(folder, cosigner, clock, storage)

    @classmethod
    def open(cls, folder: Path, *, clock: Callable[[], int], storage: Storage | None = None) -> WitnessStore:
        """The witness of a folder; raises `UsageError` where there is none, `LogFault` when its state is not whole."""
        folder = Path(folder)
        if not (folder / VKEY).exists():
            raise UsageError(f"there is no witness in {folder}", advice="Make one: agora witness init NAME")
        with within(VKEY):
            key = WitnessKey.from_vkey(read_small(folder, VKEY, 4096).decode("utf-8", "replace").removesuffix("\n"))
        keys = KeyStore(folder / "keys")
        if not (keys.folder / f"{_ROLE}.key").exists():
            raise LogFault("damaged", f"the private key of {key.name} is gone", advice="Make a new witness.")
        cosigner = Cosigner(key.name, keys.signing_key(_ROLE))
        if cosigner.key != key:
            raise LogFault("tampered", f"the private key is not that of {VKEY}")
        read_heads(folder)
        return cls(folder, cosigner, clock, storage)

    def logs(self) -> list[WitnessedLog]:
        """The logs it knows, and how far it has cosigned each."""
        heads = read_heads(self.folder)
        return [WitnessedLog(log, heads.by_origin.get(log.key.name)) for log in self.trusted().logs]

    def trusted(self) -> Trusted:
        """The logs and certifiers it knows."""
        return read_trusted(self.folder)

    def trust(self, key: Verifier, *, certifier: bool = False) -> None:
        """Know the log of this key, or the logs that it certifies; raises `UsageError` for a key that may not be."""
        if key.public == self.key.public:
            raise UsageError("that is this witness's own key")
        with self._alone(), self._failing():
            trusted = self.trusted()
            self._store_trusted(trusted.with_certifier(key) if certifier else trusted.with_log(key))

    def add_log(self, certificate: bytes) -> Answer:
        """Know the log of a certificate by a certifier that is known: 200; an extension of the protocol.

        400 when it is no certificate, 403 when no certifier signed it, 409 when the log's key or origin may not be
        added. Raises as `add_checkpoint`.
        """
        with self._alone(), self._failing():
            try:
                trusted = self.trusted().with_certificate(certificate)
            except LogFault as fault:
                return Answer(400 if fault.kind == "damaged" else 403, f"{fault.message}\n".encode())
            except UsageError as error:
                return Answer(409, f"{error.message}\n".encode())
            self._store_trusted(trusted)
        return Answer(200, b"")

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer an add-checkpoint request; a cosignature is given only once its head is on disk.

        Raises `MachineError` when the disk or the clock fails, and from then on always (the clock excepted); `LogFault`
        when the state is broken or was put back. Nothing was signed then.
        """
        with self._alone(), self._failing():
            heads = read_heads(self.folder)
            decided = consider(body, self.trusted().keys, heads.by_origin)
            if isinstance(decided, Refused):
                if decided.fork:
                    self._keep_evidence(body)
                return Answer(decided.status, f"{decided.reason}\n".encode(), decided.content_type)
            time = self._time(heads.time)
            head = decided.head
            self._keep_note(head.origin, parse_witness_request(body).note)
            # Also when the head is the same: what is signed is on disk now, whatever became of an earlier write.
            store_heads(self.folder, heads.advanced(head.origin, Head(head.size, head.root), time), self._storage)
            return Answer(200, self._cosigner.cosign(decided.text, time))

    def _time(self, newest: int) -> int:
        now = self._clock()
        if now < newest - _CLOCK_SLACK:
            raise MachineError(
                f"the clock stands {newest - now} seconds before the last cosignature", advice="Set the clock."
            )
        return max(now, newest)

    def _store_trusted(self, trusted: Trusted) -> None:
        self._storage.replace(self.folder / TRUSTED, trusted.data, sync=True)
        self._storage.fsync_folder(self.folder)

    def _note_file(self, origin: str) -> Path:
        return self.folder / "notes" / sha256(origin.encode()).hexdigest()

    def _keep_note(self, origin: str, note: bytes) -> None:
        path = self._note_file(origin)
        if not path.parent.is_dir():
            self._storage.make_folder(path.parent)
        self._storage.replace(path, note, sync=False)  # evidence only: nothing is decided by it

    def _keep_evidence(self, body: bytes) -> None:
        note = parse_witness_request(body).note
        origin = parse_checkpoint(parse_note(note).text).origin
        folder = self.folder / "evidence"
        if not folder.is_dir():
            self._storage.make_folder(folder)
        path = folder / f"{sha256(note).hexdigest()[:16]}.json"
        if path.exists() or len(list(folder.iterdir())) >= MAX_EVIDENCE or not self._note_file(origin).exists():
            return
        fork = Fork(self._note_file(origin).read_bytes(), note)
        try:
            verify_fork(fork, self.trusted().keys[origin])
        except LogFault:  # the witness died between the note and its head: this note is of a later size
            return
        self._storage.replace(path, fork.data, sync=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One at a time, whoever asks: a lock on a handle of its own holds against threads and processes alike.

        It is the folder that is locked: a file for it could be deleted, and then two would hold it.
        """
        try:
            handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise MachineError(f"cannot lock {self.folder}: {error.strerror}") from error
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """After a failed write nobody knows what the disk holds: this process signs nothing more."""
        if self._failure:
            raise MachineError(
                f"the witness signs nothing more: {self._failure}", advice="Mend it, and start it again."
            )
        try:
            yield
        except OSError as error:
            self._failure = f"its state could not be written: {error.strerror or error}"
            raise MachineError(f"the witness signs nothing: {self._failure}") from error


def _not_empty(folder: Path) -> str:
    if (folder / VKEY).exists() or not (folder / HEADS).exists():
        return "A witness has a folder of its own."
    return "An earlier try was cut short before there was a witness: nothing was signed, and the folder can be deleted."
