"""Files of content that is too long for an entry: each named by its SHA-256, and on disk before what names it."""

from __future__ import annotations

from pathlib import Path

from agoranomos.logs import layout
from agoranomos.logs.storage import Storage


class BlobFiles:
    """Writes blobs of one log, and remembers which of their names are not on disk yet."""

    def __init__(self, folder: Path, storage: Storage) -> None:
        self._folder = folder
        self._storage = storage
        self._folders: list[Path] = []

    def write(self, digest: str, content: bytes) -> None:
        """Put one blob under its name, all at once: a crash leaves it whole or not at all. On disk after `sync`."""
        path = self._folder / layout.blob_file(digest)
        for parent in (path.parents[2], path.parents[1], path.parent):
            if not parent.exists():
                self._storage.make_folder(parent)
                self._folders.append(parent.parent)
        self._storage.replace(path, content, sync=True)
        self._folders.append(path.parent)

    def sync(self) -> None:
        """Every name is on disk, too, when this returns."""
        for path in dict.fromkeys(self._folders):
            self._storage.fsync_folder(path)
        self._folders.clear()
