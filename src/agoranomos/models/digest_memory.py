"""Digests of large files, remembered as long as the files stay untouched."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Literal

import msgspec

from agoranomos.errors import MachineError
from agoranomos.models.weights import file_sha256
from agoranomos.workspace import state_folder

SETTLED_SECONDS = 2.0
"""A file that was changed this short a time ago may be changed again without a sign of it: no digest is remembered."""

MOST_FILES = 4096
"""Beyond so many the oldest are forgotten."""


class _Known(msgspec.Struct, frozen=True):
    """The file: by path what told the file apart when it was read, and its digest."""

    files: dict[str, tuple[list[int], str]]
    version: Literal[1] = 1


_known = msgspec.json.Decoder(_Known)


class DigestMemory:
    """SHA-256 of files, read again only when size, times or inode of a file are others.

    The time of the last change of the inode is among them: it cannot be set back as the time of modification can. What
    is remembered lies in `place` (default: `models/digests.json` in the state folder); `clock`: seconds since 1970.
    """

    def __init__(self, place: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._place = place or state_folder() / "models" / "digests.json"
        self._clock = clock

    def digest(self, path: Path) -> str:
        """SHA-256, in hex, of the file's bytes; raises `MachineError` where it cannot be read or changes meanwhile."""
        try:
            file = path.resolve(strict=True)
            mark = _mark(file)
            known = self._known().get(str(file))
            if known is not None and known[0] == mark:
                return known[1]
            digest = file_sha256(file)
            if _mark(file) != mark:
                raise MachineError(f"{path} was changed while it was read", advice="Run the same command again.")
        except OSError as error:
            raise MachineError(f"cannot read {path}: {error.strerror or error}") from error
        if self._clock() - max(mark[1:3]) / 1e9 >= SETTLED_SECONDS:
            self._remember(str(file), (mark, digest))
        return digest

    def _known(self) -> dict[str, tuple[list[int], str]]:
        try:
            return _known.decode(self._place.read_bytes()).files
        except (OSError, ValueError):
            return {}  # Nothing is remembered: files are read.

    def _remember(self, name: str, known: tuple[list[int], str]) -> None:
        others = self._known()
        others.pop(name, None)
        newest = dict([*others.items(), (name, known)][-MOST_FILES:])
        with suppress(OSError):  # Where nothing can be written, files are read each time.
            self._place.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._place.parent, prefix=".digests-", delete=False) as file:
                file.write(msgspec.json.encode(_Known(newest)))
            Path(file.name).replace(self._place)


def _mark(path: Path) -> list[int]:
    """Size, times of modification and of change of the inode (nanoseconds), inode."""
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
