"""Every operation on files that writing a log needs, in one place, so that tests can record and break each of them."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path
from typing import Protocol

_COPIED_BYTES = 1 << 20


class Storage(Protocol):
    """What a log's writer asks of a file system. Handles are small integers. Every method may raise `OSError`."""

    def make_folder(self, path: Path) -> None:
        """Make one folder; its parent is there. Raises `FileExistsError` when it is there already."""
        ...

    def create(self, path: Path) -> int:
        """Make a new file, open for appending and reading; raises `FileExistsError` when there is one."""
        ...

    def open(self, path: Path) -> int:
        """Open a file that is there, for appending and reading."""
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

    def rewrite(self, path: Path, length: int) -> None:
        """Put a copy of the file's first `length` bytes, which is on disk, in place of the file."""
        ...

    def remove(self, path: Path) -> None:
        """Take a file away."""
        ...

    def fsync_folder(self, path: Path) -> None:
        """Return when the names in the folder are on disk."""
        ...

    def lock(self, path: Path) -> int:
        """Hold a folder alone until the handle is closed or the process ends; `BlockingIOError` where another does."""
        ...

    def holds(self, handle: int, path: Path) -> bool:
        """Whether `path` still leads to the folder that is held."""
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

    def open(self, path: Path) -> int:
        """`open` with O_APPEND."""
        return os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)

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

    def rewrite(self, path: Path, length: int) -> None:
        """A copy beside it, synced, then `rename`: what failed to reach the disk may still stand in the cache."""
        temporary = path.with_name(f".{path.name}.new")
        source = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            target = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
            try:
                done = 0
                while done < length:
                    part = self.pread(source, min(length - done, _COPIED_BYTES), done)
                    if not part:
                        raise OSError(errno.EIO, "the file became shorter while it was read")
                    self.append(target, part)
                    done += len(part)
                os.fdatasync(target)
            finally:
                os.close(target)
        finally:
            os.close(source)
        temporary.replace(path)

    def remove(self, path: Path) -> None:
        """`unlink`."""
        path.unlink()

    def fsync_folder(self, path: Path) -> None:
        """`fsync` of the folder."""
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def lock(self, path: Path) -> int:
        """`flock` of the folder itself, exclusive, without waiting: there is no lock file that could be taken away."""
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BaseException:
            os.close(handle)
            raise
        return handle

    def holds(self, handle: int, path: Path) -> bool:
        """Whether `stat` gives the same folder for both."""
        held = os.fstat(handle)
        try:
            there = path.stat()
        except FileNotFoundError:
            return False
        return (held.st_dev, held.st_ino) == (there.st_dev, there.st_ino)

    def close(self, handle: int) -> None:
        """`close`."""
        os.close(handle)
