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
from agoranomos.logs.certificate import Certificate
from agoranomos.logs.checkpoint import Checkpoint, check_origin
from agoranomos.logs.faults import LogFault, WriteFailed
from agoranomos.logs.journal import frame
from agoranomos.logs.log import Acknowledgement, check_entries
from agoranomos.logs.merkle import CompactRange, leaf_hashes
from agoranomos.logs.signing import SigningKey, sign_note
from agoranomos.logs.storage import DiskStorage, Storage

Durable = Literal["append", "close"]

_MAX_OPEN_BLOBS = 64

_ADVICE = {
    errno.ENOSPC: "The disk is full: free some space and run the command again.",
    errno.EDQUOT: "The quota is used up: free some space and run the command again.",
    errno.EACCES: "The folder may not be written: check its owner and mode.",
    errno.EROFS: "The file system is read-only: choose another folder.",
}


class LogWriter:
    """The one writer of one log, made by `create`.

    After any failure it takes no further entry and signs nothing more; what was acknowledged stays on disk. It is for
    one process (a fork is refused) and for one thread at a time.
    """

    def __init__(
        self, folder: Path, key: SigningKey, certifier: SigningKey, durable: Durable, storage: Storage
    ) -> None:
        self.folder = folder
        self.origin = key.name
        self._key: SigningKey | None = key
        self._certificate = sign_note(Certificate(key.verifier).text, certifier)
        self._durable = durable
        self._storage = storage
        self._tree = CompactRange()
        self._failure: str | None = None
        self._pid = os.getpid()
        self._lock = self._journal = self._entries = self._leaves = -1
        self._segment_bytes = 0
        self._buffer: list[bytes] = []  # entries, and their leaf hashes, that are written at close
        self._buffer_leaves: list[bytes] = []
        self._blobs: dict[str, bytes] = {}  # content by digest; empty once it is in a file
        self._blob_handles: list[int] = []  # whose bytes are to be synced
        self._blob_folders: list[Path] = []  # whose names are to be synced

    @classmethod
    def create(
        cls,
        folder: Path,
        origin: str,
        *,
        key: SigningKey,
        certifier: SigningKey,
        durable: Durable,
        storage: Storage | None = None,
    ) -> LogWriter:
        """A new log in `folder`, which must be new or empty.

        `key` signs this log and nothing else; its name is the origin. `certifier` vouches for it. With durable "append"
        every append is on disk before it returns; with "close" nothing is written before `close`, and all is on disk
        when that returns. Raises `UsageError` for a folder in use or a bad origin, `WriteFailed` when the disk fails.
        """
        try:
            check_origin(origin)
        except LogFault as fault:
            raise UsageError(fault.message) from None
        if key.name != origin:
            raise UsageError(f"the key of {key.name} cannot sign a log of origin {origin}")
        writer = cls(Path(folder), key, certifier, durable, storage or DiskStorage())
        with writer._poisoning("make the log"):
            writer._make_log_folder()
            if durable == "append":
                writer._lock = writer._storage.lock(writer.folder / layout.LOCK)
                writer._make_identity()
                writer._make_journal()
                writer._start_segment(0)
                writer._sync_names()
        return writer

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
            self._sync_blobs()
            self._write_entries(entries, leaves, first)
            self._tree.extend(leaves)
            self._sign_checkpoint()
        return Acknowledgement(first, self.size, self._tree.root())

    def put_blob(self, content: bytes) -> str:
        """Keep `content` in a file of its own, once, and return its SHA-256 in hex.

        It is on disk when the next append returns (durable "append"), or at `close`.
        """
        self._check_usable()
        digest = sha256(content).hexdigest()
        if digest in self._blobs:
            return digest
        if self._durable == "close":
            self._blobs[digest] = content
        else:
            with self._poisoning("keep a blob"):
                self._write_blob(digest, content)
            self._blobs[digest] = b""
        return digest

    def close(self) -> Acknowledgement:
        """Make everything durable and drop the key: no other checkpoint of this log can be signed afterwards."""
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
        self._sync_blobs()
        self._storage.fdatasync(self._leaves)
        note = self._sign_checkpoint() if self.size == 0 else self._note
        self._storage.replace(self.folder / layout.CHECKPOINT, note, sync=True)
        self._storage.fsync_folder(self.folder)

    def _close_at_once(self) -> None:
        for digest, content in self._blobs.items():
            self._write_blob(digest, content)
        self._sync_blobs()
        self._make_identity()
        self._start_segment(0)
        self._write_entries(self._buffer, self._buffer_leaves, 0)
        self._storage.fsync_folder(self.folder / layout.ENTRIES)
        self._storage.fdatasync(self._leaves)
        self._storage.fsync_folder(self.folder / layout.LEAVES)
        self._make_journal()
        self._storage.fsync_folder(self.folder / layout.CHECKPOINTS)
        self._storage.fsync_folder(self.folder)  # key and certificate are found before there is a signature to check
        note = self._sign_checkpoint()
        self._storage.replace(self.folder / layout.CHECKPOINT, note, sync=True)
        self._storage.fsync_folder(self.folder)

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

    def _make_identity(self) -> None:
        for name in (layout.ENTRIES, layout.LEAVES, layout.CHECKPOINTS):
            self._storage.make_folder(self.folder / name)
        vkey = self._signer.vkey.encode() + b"\n"
        for name, data in ((layout.VKEY, vkey), (layout.CERTIFICATE, self._certificate)):
            handle = self._storage.create(self.folder / name)
            try:
                self._storage.append(handle, data)
                self._storage.fdatasync(handle)
            finally:
                self._storage.close(handle)

    def _make_journal(self) -> None:
        self._journal = self._storage.create(self.folder / layout.JOURNAL)

    def _sync_names(self) -> None:
        """Everything that the first append needs to be found again after a crash."""
        for name in (layout.ENTRIES, layout.LEAVES, layout.CHECKPOINTS):
            self._storage.fsync_folder(self.folder / name)
        self._storage.fsync_folder(self.folder)
        self._storage.fsync_folder(self.folder.parent)

    def _start_segment(self, first: int) -> None:
        self._entries = self._storage.create(self.folder / layout.entries_file(first))
        self._leaves = self._storage.create(self.folder / layout.leaves_file(first))
        self._segment_bytes = 0

    def _next_segment(self, first: int) -> None:
        self._storage.fdatasync(self._leaves)
        for handle in (self._entries, self._leaves):
            self._storage.close(handle)
        self._entries = self._leaves = -1
        self._start_segment(first)
        for name in (layout.ENTRIES, layout.LEAVES):
            self._storage.fsync_folder(self.folder / name)

    def _write_entries(self, entries: Sequence[bytes], leaves: Sequence[bytes], first: int) -> None:
        """Write and sync lines and leaf hashes, and read the lines back: what is signed is what the disk gives back."""
        done = 0
        while done < len(entries):
            used = (first + done) % layout.SEGMENT_ENTRIES
            if used == 0 and first + done > 0:
                self._next_segment(first + done)
            end = done + layout.SEGMENT_ENTRIES - used
            lines = b"\n".join(entries[done:end]) + b"\n"
            self._storage.append(self._entries, lines)
            # Not synced here: leaf hashes are derived from the entries, and are synced when their segment is full.
            self._storage.append(self._leaves, b"".join(leaves[done:end]))
            self._storage.fdatasync(self._entries)
            if self._storage.pread(self._entries, len(lines) + 1, self._segment_bytes) != lines:
                raise OSError(errno.EIO, "what was read back is not what was written")
            self._segment_bytes += len(lines)
            done = end

    def _sign_checkpoint(self) -> bytes:
        """Sign the head; it is in the journal, on disk, when this returns."""
        self._note = sign_note(Checkpoint(self.origin, self.size, self._tree.root()).text, self._signer)
        self._storage.append(self._journal, frame(self._note))
        self._storage.fdatasync(self._journal)
        return self._note

    def _write_blob(self, digest: str, content: bytes) -> None:
        path = self.folder / layout.blob_file(digest)
        for parent in (path.parents[2], path.parents[1], path.parent):
            if not parent.exists():
                self._storage.make_folder(parent)
                self._blob_folders.append(parent.parent)
        handle = self._storage.create(path)
        self._blob_handles.append(handle)
        self._storage.append(handle, content)
        self._blob_folders.append(path.parent)
        if len(self._blob_handles) >= _MAX_OPEN_BLOBS:
            self._sync_blob_contents()

    def _sync_blob_contents(self) -> None:
        while self._blob_handles:
            self._storage.fdatasync(self._blob_handles[-1])
            self._storage.close(self._blob_handles.pop())

    def _sync_blobs(self) -> None:
        self._sync_blob_contents()
        for path in dict.fromkeys(self._blob_folders):
            self._storage.fsync_folder(path)
        self._blob_folders.clear()

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
        handles = [handle for handle in (self._entries, self._leaves, self._journal, self._lock) if handle >= 0]
        handles += self._blob_handles
        self._entries = self._leaves = self._journal = self._lock = -1
        self._blobs, self._blob_handles, self._buffer, self._buffer_leaves = {}, [], [], []
        for handle in handles:
            try:
                self._storage.close(handle)
            except OSError:  # the log is closed or failed already: a handle that does not close changes nothing
                continue
