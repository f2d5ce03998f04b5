"""The files of one log while it is written: entries, kept hashes, journal, published checkpoint."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path

from agoranomos.logs import layout
from agoranomos.logs.journal import frame
from agoranomos.logs.kept_tree import Kept
from agoranomos.logs.storage import Storage

FOLDERS = (layout.ENTRIES, layout.LEAVES, layout.CHECKPOINTS)


class LogFiles:
    """Appends to a log's files. It orders writes and syncs; what may be written when is the writer's business.

    Every method raises `OSError` when the storage does. After that nothing here may be used but `release`.
    """

    def __init__(self, folder: Path, storage: Storage) -> None:
        self.folder = folder
        self._storage = storage
        self._entries = self._leaves = self._journal = -1
        self._kept = [-1, -1]
        self._segment_bytes = 0

    def make(self, vkey: bytes, certificate: bytes) -> None:
        """Make the folders, and the two files that say whose log it is, on disk."""
        for name in FOLDERS:
            self._storage.make_folder(self.folder / name)
        for name, data in ((layout.VKEY, vkey), (layout.CERTIFICATE, certificate)):
            handle = self._storage.create(self.folder / name)
            try:
                self._storage.append(handle, data)
                self._storage.fdatasync(handle)
            finally:
                self._storage.close(handle)

    def make_journal(self) -> None:
        """Make the journal, empty."""
        self._journal = self._storage.create(self.folder / layout.JOURNAL)

    def start_segment(self, first: int) -> None:
        """Make the files of the segment whose first entry is `first`."""
        self._entries = self._storage.create(self.folder / layout.entries_file(first))
        self._leaves = self._storage.create(self.folder / layout.leaves_file(first))
        self._segment_bytes = 0

    def reopen(self, first: int, segment_bytes: int) -> None:
        """Go on in files that are there: the segment at `first`, whose entries take `segment_bytes`."""
        self._journal = self._storage.open(self.folder / layout.JOURNAL)
        self._entries = self._storage.open(self.folder / layout.entries_file(first))
        self._leaves = self._storage.open(self.folder / layout.leaves_file(first))
        self._segment_bytes = segment_bytes
        for level in (1, 2):
            path = self.folder / layout.hashes_file(level)
            if path.exists():
                self._kept[level - 1] = self._storage.open(path)

    def sync_names(self) -> None:
        """Everything that the first append needs to be found again after a crash."""
        for name in FOLDERS:
            self._storage.fsync_folder(self.folder / name)
        self._storage.fsync_folder(self.folder)
        self._storage.fsync_folder(self.folder.parent)

    def write_entries(self, entries: Sequence[bytes], leaves: Sequence[bytes], first: int) -> None:
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

    def keep(self, kept: Kept) -> None:
        """Append hashes of levels 1 and 2. They are derived from the leaf hashes, and as little synced."""
        for level, hashes in enumerate(kept, 1):
            if not hashes:
                continue
            if self._kept[level - 1] < 0:
                if not (self.folder / layout.HASHES).is_dir():
                    self._storage.make_folder(self.folder / layout.HASHES)
                self._kept[level - 1] = self._storage.create(self.folder / layout.hashes_file(level))
            self._storage.append(self._kept[level - 1], hashes)

    def sync_kept(self) -> None:
        """What is derived from the entries is on disk when this returns."""
        for handle in (self._leaves, *self._kept):
            if handle >= 0:
                self._storage.fdatasync(handle)
        if any(handle >= 0 for handle in self._kept):
            self._storage.fsync_folder(self.folder / layout.HASHES)

    def add_note(self, note: bytes) -> None:
        """Append a signed checkpoint to the journal; it is on disk when this returns."""
        self._storage.append(self._journal, frame(note))
        self._storage.fdatasync(self._journal)

    def publish(self, note: bytes, *, for_good: bool) -> None:
        """Put the note in place of the published checkpoint: after a crash there is the old one or the new one.

        `for_good`, it is the new one.
        """
        self._storage.replace(self.folder / layout.CHECKPOINT, note, sync=True)
        if for_good:
            self._storage.fsync_folder(self.folder)

    def release(self) -> list[int]:
        """Forget the files; returns the handles that are open, for the caller to close."""
        handles = [handle for handle in (self._entries, self._leaves, self._journal, *self._kept) if handle >= 0]
        self._entries = self._leaves = self._journal = -1
        self._kept = [-1, -1]
        return handles

    def _next_segment(self, first: int) -> None:
        self.sync_kept()
        for handle in (self._entries, self._leaves):
            self._storage.close(handle)
        self._entries = self._leaves = -1
        self.start_segment(first)
        for name in (layout.ENTRIES, layout.LEAVES):
            self._storage.fsync_folder(self.folder / name)
