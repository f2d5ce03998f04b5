"""Writes one log: entries durable first, then the signed checkpoint over them, then the acknowledgement."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Literal

from agoranomos.errors import AgoraError, UsageError
from agoranomos.logs import layout
from agoranomos.logs.blob_files import BlobFiles
from agoranomos.logs.certificate import Certificate
from agoranomos.logs.checkpoint import Checkpoint, check_origin
from agoranomos.logs.faults import LogFault, WriteFailed
from agoranomos.logs.kept_tree import KeptTree
from agoranomos.logs.log import Acknowledgement, check_blob, check_entries
from agoranomos.logs.log_files import LogFiles
from agoranomos.logs.merkle import leaf_hashes
from agoranomos.logs.recovery import Recovery, resume
from agoranomos.logs.signing import SigningKey, sign_note
from agoranomos.logs.storage import DiskStorage, Storage

Durable = Literal["append", "close"]

_ADVICE = {
    errno.ENOSPC: "The disk is full: free some space and run the command again.",
    errno.EDQUOT: "The quota is used up: free some space and run the command again.",
    errno.EACCES: "The folder may not be written: check its owner and mode.",
    errno.EROFS: "The file system is read-only: choose another folder.",
}


class LogWriter:
    """The one writer of one log, made by `create` or `reopen`.

    After any failure it takes no further entry and signs nothing more; what was acknowledged stays on disk. It is for
    one process (a fork is refused) and for one thread at a time.
    """

    def __init__(
        self,
        folder: Path,
        key: SigningKey,
        certifier: SigningKey,
        durable: Durable,
        storage: Storage,
        *,
        goes_on: bool = False,
    ) -> None:
        self.folder = folder
        self.origin = key.name
        self._key: SigningKey | None = key
        self._certificate = sign_note(Certificate(key.verifier).text, certifier)
        self._durable = durable
        self._goes_on = goes_on
        self._storage = storage
        self._tree = KeptTree()
        self._failure: str | None = None
        self._pid = os.getpid()
        self._lock = -1
        self._note = b""
        self._files = LogFiles(folder, storage)
        self._blob_files = BlobFiles(folder, storage)
        self._buffer: list[bytes] = []  # entries, and their leaf hashes, that are written at close
        self._buffer_leaves: list[bytes] = []
        self._blobs: dict[str, bytes] = {}  # content by digest; empty once it is in a file

    @classmethod
    def create(
        cls,
        folder: Path,
        origin: str,
        *,
        key: SigningKey,
        certifier: SigningKey,
        durable: Durable,
        goes_on: bool = False,
        storage: Storage | None = None,
    ) -> LogWriter:
        """A new log in `folder`, which must be new or empty.

        `key` signs this log and nothing else; its name is the origin. `certifier` vouches for it. With durable "append"
        every append is on disk before it returns; with "close" nothing is written before `close`, and all is on disk
        when that returns. A log that `goes_on` publishes its checkpoint with every append, and is taken up again by
        `reopen`. Raises `UsageError` for a folder in use or a bad origin, `WriteFailed` when the disk fails.
        """
        try:
            check_origin(origin)
        except LogFault as fault:
            raise UsageError(fault.message) from None
        if key.name != origin:
            raise UsageError(f"the key of {key.name} cannot sign a log of origin {origin}")
        if goes_on and durable != "append":
            raise UsageError("a log that goes on is durable with every append")
        writer = cls(Path(folder), key, certifier, durable, storage or DiskStorage(), goes_on=goes_on)
        with writer._poisoning("make the log"):
            writer._make_log_folder()
            if durable == "append":
                writer._hold()
                writer._files.make(writer._signer.vkey.encode() + b"\n", writer._certificate)
                writer._files.make_journal()
                writer._files.start_segment(0)
                writer._files.sync_names()
        return writer

    @classmethod
    def reopen(
        cls, folder: Path, *, key: SigningKey, certifier: SigningKey, storage: Storage | None = None
    ) -> tuple[LogWriter, Recovery]:
        """Go on with a log that was created with `goes_on`, from its last signed state; what follows it is cut off.

        Raises `UsageError` while another writer has it, `LogFault` where signed entries are gone or changed (it is
        never signed again then), `WriteFailed` when the disk fails.
        """
        writer = cls(Path(folder), key, certifier, "append", storage or DiskStorage(), goes_on=True)
        with writer._poisoning("take up the log"):
            writer._hold()
            resumed = resume(writer.folder, key.verifier, writer._certificate, writer._storage)
            writer._tree = resumed.tree
            writer._files.reopen(resumed.segment, resumed.segment_bytes)
        return writer, resumed.recovery

    @property
    def size(self) -> int:
        """How many entries were taken."""
        return self._tree.size

    def append(self, entries: Sequence[bytes]) -> Acknowledgement:
        """Take `entries`, all or none; see `create` for when they are on disk.

        Raises `UsageError` for an entry that no log takes (nothing has changed then), `WriteFailed` when they could not
        be made durable, and from then on always.
        """
        self._check_usable()
        first = self.size
        check_entries(entries, first)
        if not entries:
            return Acknowledgement(first, first, self._tree.root())
        leaves = leaf_hashes(entries)
        if self._durable == "close":
            self._buffer.extend(entries)
            self._buffer_leaves.extend(leaves)
            self._tree.extend(leaves)
            return Acknowledgement(first, self.size, self._tree.root())
        with self._poisoning("append to the log"):
            self._blob_files.sync()
            self._files.write_entries(entries, leaves, first)
            self._tree.extend(leaves)
            self._files.keep(self._tree.take())
            self._sign_checkpoint()
            if self._goes_on:
                self._files.publish(self._note, for_good=False)
        return Acknowledgement(first, self.size, self._tree.root())

    def put_blob(self, content: bytes) -> str:
        """Keep `content` in a file of its own, once, and return its SHA-256 in hex.

        It is on disk when the next append returns (durable "append"), or at `close`.
        """
        self._check_usable()
        check_blob(content)
        digest = sha256(content).hexdigest()
        if digest in self._blobs:
            return digest
        if self._durable == "close":
            self._blobs[digest] = content
        else:
            with self._poisoning("keep a blob"):
                self._blob_files.write(digest, content)
            self._blobs[digest] = b""
        return digest

    def close(self) -> Acknowledgement:
        """Make everything durable and drop the key.

        No other checkpoint of this log can be signed afterwards, unless it goes on, by who holds its key elsewhere.
        """
        self._check_usable()
        with self._poisoning("close the log"):
            self._close_append() if self._durable == "append" else self._close_at_once()
            self._storage.fsync_folder(self.folder.parent)
        acknowledgement = Acknowledgement(self.size, self.size, self._tree.root())
        self._fail("it is closed")
        return acknowledgement

    def abandon(self) -> None:
        """Give up without a final checkpoint: the key is dropped, files are closed, nothing more is signed."""
        self._fail("it was abandoned")

    def _close_append(self) -> None:
        self._blob_files.sync()
        self._files.sync_kept()
        if not self._note and not (self._goes_on and self.size):
            self._sign_checkpoint()
        if self._note:
            self._files.publish(self._note, for_good=True)

    def _close_at_once(self) -> None:
        for digest, content in self._blobs.items():
            self._blob_files.write(digest, content)
        self._blob_files.sync()
        self._files.make(self._signer.vkey.encode() + b"\n", self._certificate)
        self._files.start_segment(0)
        self._files.write_entries(self._buffer, self._buffer_leaves, 0)
        self._files.keep(self._tree.take())
        self._storage.fsync_folder(self.folder / layout.ENTRIES)
        self._files.sync_kept()
        self._storage.fsync_folder(self.folder / layout.LEAVES)
        self._files.make_journal()
        self._storage.fsync_folder(self.folder / layout.CHECKPOINTS)
        self._storage.fsync_folder(self.folder)  # key and certificate are found before there is a signature to check
        self._sign_checkpoint()
        self._files.publish(self._note, for_good=True)

    def _make_log_folder(self) -> None:
        missing = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
        if not missing and next(self.folder.iterdir(), None) is not None:
            raise UsageError(
                f"{self.folder} is not empty; a log is never continued by a second writer",
                advice="Choose a new folder, or move the old one away.",
            )
        for path in reversed(missing):
            self._storage.make_folder(path)
            if path != self.folder:
                self._storage.fsync_folder(path.parent)

    def _hold(self) -> None:
        try:
            self._lock = self._storage.lock(self.folder)
        except BlockingIOError:
            raise UsageError(
                f"another process is writing {self.folder}",
                advice="A log has one writer: wait until it has ended.",
            ) from None

    def _sign_checkpoint(self) -> None:
        """Sign the head; it is in the journal, on disk, when this returns."""
        if self._lock >= 0 and not self._storage.holds(self._lock, self.folder):
            raise OSError(errno.ESTALE, "the folder was moved or deleted under its writer")
        self._note = sign_note(Checkpoint(self.origin, self.size, self._tree.root()).text, self._signer)
        self._files.add_note(self._note)

    @property
    def _signer(self) -> SigningKey:
        if self._key is None:
            raise WriteFailed(f"the key of {self.folder} is gone")
        return self._key

    def _check_usable(self) -> None:
        if os.getpid() != self._pid:
            raise WriteFailed(f"the log {self.folder} belongs to process {self._pid}; a fork may not write it")
        if self._failure is not None:
            raise WriteFailed(f"the log {self.folder} takes no more entries: {self._failure}")

    @contextmanager
    def _poisoning(self, what: str) -> Iterator[None]:
        """Whatever goes wrong inside ends the writer: after a failed sync nobody knows what the disk holds."""
        try:
            yield
        except OSError as error:
            reason = error.strerror or str(error)
            self._fail(f"it failed to {what}: {reason}")
            raise WriteFailed(
                f"cannot {what} {self.folder}: {reason}",
                advice=_ADVICE.get(
                    error.errno or 0, "Nothing of this step took effect; what was acknowledged is kept."
                ),
            ) from error
        except BaseException as error:
            self._fail(f"it failed to {what}: {error.message if isinstance(error, AgoraError) else repr(error)}")
            raise

    def _fail(self, reason: str) -> None:
        self._failure = self._failure or reason
        self._key = None
        handles = [*self._files.release(), *([self._lock] if self._lock >= 0 else [])]
        self._lock = -1
        self._blobs, self._buffer, self._buffer_leaves = {}, [], []
        for handle in handles:
            try:
                self._storage.close(handle)
            except OSError:  # the log is closed or failed already: a handle that does not close changes nothing
                continue
