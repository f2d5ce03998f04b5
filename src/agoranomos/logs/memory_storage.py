"""Files in memory, for a log that is laid down elsewhere as a whole when it is closed."""

from __future__ import annotations

from pathlib import Path


class MemoryStorage:
    """What a log's writer asks of a file system, kept in memory. Nothing is ever durable: who takes `files` sees to it.

    It is for one log that is written at its close; it is never taken up again.
    """

    def __init__(self) -> None:
        self.files: dict[Path, bytearray] = {}
        self._opened: list[Path] = []

    def make_folder(self, path: Path) -> None:
        """Folders are only parts of names."""

    def create(self, path: Path) -> int:
        """A new, empty file."""
        if path in self.files:
            raise FileExistsError(str(path))
        self.files[path] = bytearray()
        return self._handle(path)

    def open(self, path: Path) -> int:
        """A file that is there."""
        if path not in self.files:
            raise FileNotFoundError(str(path))
        return self._handle(path)

    def append(self, handle: int, data: bytes) -> None:
        """Add to the file."""
        self.files[self._opened[handle]] += data

    def pread(self, handle: int, length: int, offset: int) -> bytes:
        """A copy of a part."""
        return bytes(self.files[self._opened[handle]][offset : offset + length])

    def fdatasync(self, handle: int) -> None:
        """Nothing is synced."""

    def replace(self, path: Path, data: bytes, *, sync: bool) -> None:
        """Other content under the name."""
        self.files[path] = bytearray(data)

    def rewrite(self, path: Path, length: int) -> None:
        """Cut the file."""
        del self.files[path][length:]

    def remove(self, path: Path) -> None:
        """Forget the file."""
        del self.files[path]

    def fsync_folder(self, path: Path) -> None:
        """Nothing is synced."""

    def lock(self, path: Path) -> int:
        """Nobody else can reach it."""
        return self._handle(path)

    def holds(self, handle: int, path: Path) -> bool:
        """Nobody can move it."""
        return True

    def close(self, handle: int) -> None:
        """Handles are not used again."""

    def _handle(self, path: Path) -> int:
        self._opened.append(path)
        return len(self._opened) - 1
