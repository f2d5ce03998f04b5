"""Files of content that is too long for an entry: each named by its SHA-256, and synced before what names it."""

from __future__ import annotations

from pathlib import Path

from agoranomos.logs import layout
from agoranomos.logs.storage import Storage

_MAX_OPEN = 64


class BlobFiles:
    """Writes blobs of one log, and remembers what of them is not on disk yet."""

    def __init__(self, folder: Path, storage: Storage) -> None:
        self._folder = folder
        self._storage = storage
        self._handles: list[int] = []  # whose bytes are to be synced
        self._folders: list[Path] = []  # whose names are to be synced

    def write(self, digest: str, content: bytes) -> None:
        """Write one blob, unless it is there; it is on disk after `sync`."""
        path = self._folder / layout.blob_file(digest)
        for parent in (path.parents[2], path.parents[1], path.parent):
            if not parent.exists():
                self._storage.make_folder(parent)
                self._folders.append(parent.parent)
        if path.exists():  # of a writer that died after it: the content is its name, or `verify` will say
            self._storage.replace(path, content, sync=True)
        else:
            handle = self._storage.create(path)
            self._handles.append(handle)
            self._storage.append(handle, content)
        self._folders.append(path.parent)
        if len(self._handles) >= _MAX_OPEN:
            self._sync_contents()

    def sync(self) -> None:
        """Everything that was written is on disk, names included, when this returns."""
        self._sync_contents()
        for path in dict.fromkeys(self._folders):
            self._storage.fsync_folder(path)
        self._folders.clear()

    def release(self) -> list[int]:
        """Forget everything; returns the handles that are open, for the caller to close."""
        handles, self._handles, self._folders = self._handles, [], []
        return handles

    def _sync_contents(self) -> None:
        while self._handles:
            self._storage.fdatasync(self._handles[-1])
            self._storage.close(self._handles.pop())
