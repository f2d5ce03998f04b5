"""Every operation on files that writing a log needs, in one place, so that tests can record and break each of them."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import Protocol


class Storage(Protocol):
    """What a log's writer asks of a file system. Handles are small integers. Every method may raise `OSError`."""

    def make_folder(self, path: Path) -> None:
        """Make one folder; its parent is there. Raises `FileExistsError` when it is there already."""
        ...

    def create(self, path: Path) -> int:
        """Make a new file, open for appending and reading; raises `FileExistsError` when there is one."""
        ...

    def append(self, handle: int, data: bytes) -> None:
        """Write all of `data` at the end of the file."""
        ...

    def pread(self, handle: int, length: int, offset: int) -> bytes:
        """Up to `length` bytes from `offset`."""
        ...

    def fdatasync(self, handle: int) -> None:
        """Return when the file's bytes and length are on disk; its name may not be."""
        ...

    def replace(self, path: Path, data: bytes, *, sync: bool) -> None:
        """Put a file with `data` in place of `path`, all at once; with `sync` its bytes are on disk before that."""
        ...

    def fsync_folder(self, path: Path) -> None:
        """Return when the names in the folder are on disk."""
        ...

    def lock(self, path: Path) -> int:
        """Make the file and hold it alone until the handle is closed or the process ends."""
        ...

    def close(self, handle: int) -> None:
        """Give the handle back."""
        ...


class DiskStorage:
    """The operating system's files."""

    def make_folder(self, path: Path) -> None:
        """`mkdir`."""
        path.mkdir()

    def create(self, path: Path) -> int:
        """`open` with O_EXCL and O_APPEND."""
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o644)

    def append(self, handle: int, data: bytes) -> None:
        """`write`, again and again until nothing is left: a write may take less than it is given."""
        rest = memoryview(data)
        while rest:
            written = os.write(handle, rest)
            if written <= 0:
                raise OSError(errno.EIO, "nothing could be written")
            rest = rest[written:]

    def pread(self, handle: int, length: int, offset: int) -> bytes:
        """`pread` until `length` bytes or the end of the file."""
        parts: list[bytes] = []
        while length and (part := os.pread(handle, length, offset)):
            parts.append(part)
            length -= len(part)
            offset += len(part)
        return b"".join(parts)

    def fdatasync(self, handle: int) -> None:
        """`fdatasync`."""
        os.fdatasync(handle)

    def replace(self, path: Path, data: bytes, *, sync: bool) -> None:
        """A temporary file beside it, then `rename`."""
        temporary = path.with_name(f".{path.name}.new")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        try:
            self.append(handle, data)
            if sync:
                os.fdatasync(handle)
        finally:
            os.close(handle)
        temporary.replace(path)

    def fsync_folder(self, path: Path) -> None:
        """`fsync` of the folder."""
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def lock(self, path: Path) -> int:
        """`flock`, exclusive, without waiting."""
        handle = self.create(path)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BaseException:
            os.close(handle)
            raise
        return handle

    def close(self, handle: int) -> None:
        """`close`."""
        os.close(handle)
