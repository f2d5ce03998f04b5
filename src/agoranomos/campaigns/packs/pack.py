"""A pack: the logs of many short runs of one arm in one ZIP file, each file of each log as it would lie in a folder.

Members are `<seed>/<file of the log>`, by seed and then by name, without times: any tool that unpacks ZIP files gives
the folders back, byte for byte (APPNOTE 6.3.10; only deflate and stored members are written and read).
"""

from __future__ import annotations

import errno
import os
import re
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from agoranomos.errors import MachineError
from agoranomos.logs import LogFault
from agoranomos.logs.faults import WriteFailed
from agoranomos.logs.plain_file import unreadable
from agoranomos.logs.tree import MAX_BLOB_BYTES

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a ZIP file can state: a pack states none."""

LEVEL = 6
STORED = (".sha256",)
"""Hashes cannot be made smaller."""

MAX_FILE_BYTES = MAX_BLOB_BYTES
"""The longest file of a log that is unpacked into memory; longer ones are in no pack."""

MAX_RUN_BYTES = 4 * MAX_FILE_BYTES
"""What the files of one run may come to when they are unpacked."""

_SEED = re.compile(r"0|[1-9][0-9]{0,18}")


def write_pack(path: Path, runs: Mapping[int, Mapping[str, bytes]]) -> None:
    """Lay down the files of each run, by seed, in one new pack; it is on disk, whole, when this returns.

    Raises `WriteFailed` when the disk does not take it; then there is no pack.
    """
    temporary = path.with_name(f".{path.name}.new")
    laid = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
        with temporary.open("wb") as file:
            with zipfile.ZipFile(file, "w") as pack:
                for seed in sorted(runs):
                    for name in sorted(runs[seed]):
                        pack.writestr(_member(f"{seed}/{name}"), runs[seed][name], compresslevel=LEVEL)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        laid = True
        for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
            _sync_folder(folder)
    except OSError as error:
        with suppress(OSError):
            (path if laid else temporary).unlink()
        raise WriteFailed(
            f"cannot write {path}: {error.strerror or error}",
            advice="Nothing of the runs in it took effect; free some space, and the same command runs them again.",
        ) from error


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.external_attr = 0o644 << 16
    info.create_system = 3
    info.compress_type = zipfile.ZIP_STORED if name.endswith(STORED) else zipfile.ZIP_DEFLATED
    return info


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Pack:
    """A pack that is read. What it holds proves nothing until it is verified as any log's files are.

    Raises `LogFault` (`damaged`) where it is no pack, or names what cannot be a file of a log; `MachineError` where it
    cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._runs: dict[int, dict[str, zipfile.ZipInfo]] = {}
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise self._damaged(str(error)) from None
        except OSError as error:
            raise unreadable(error, path) from error
        for info in self._zip.infolist():
            seed, name = self._place(info)
            if name in self._runs.setdefault(seed, {}):
                raise self._damaged(f"{info.filename!r} stands in it twice")
            self._runs[seed][name] = info

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of its runs."""
        return tuple(self._runs)

    def holds(self, seed: int) -> bool:
        """Whether it holds the run with this seed."""
        return seed in self._runs

    def names(self, seed: int) -> tuple[str, ...]:
        """The names of the files of a run's log; none where it does not hold the run."""
        return tuple(self._runs.get(seed, ()))

    def file(self, seed: int, name: str) -> bytes:
        """One file of one run's log; raises `LogFault` where it is not there, or is not what the pack says."""
        info = self._runs.get(seed, {}).get(name)
        if info is None:
            raise LogFault("damaged", f"{self._path.name}: {seed}/{name} is missing")
        return self._read(info)

    def extract(self, seed: int, target: Path) -> None:
        """Put the files of one run's log into the new folder `target`; raises as `file`, and `MachineError`."""
        if sum(info.file_size for info in self._runs.get(seed, {}).values()) > MAX_RUN_BYTES:
            raise self._damaged(f"run {seed} is longer than a packed log may be")
        for name, info in self._runs.get(seed, {}).items():
            content, place = self._read(info), target / name
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
            except OSError as error:
                raise MachineError(f"cannot unpack {self._path} into {target}: {error.strerror}") from error

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        if info.file_size > MAX_FILE_BYTES:
            raise self._damaged(f"{info.filename!r} is longer than a file of a packed log may be")
        try:
            with self._zip.open(info) as member:
                content = member.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
            raise self._damaged(f"{info.filename!r}: {error}") from None
        except OSError as error:
            raise unreadable(error, self._path) from error
        if len(content) != info.file_size:
            raise self._damaged(f"{info.filename!r} has not the length that it states")
        return content

    def _place(self, info: zipfile.ZipInfo) -> tuple[int, str]:
        """Whose file it is, and its name in the log's folder."""
        path = PurePosixPath(info.filename)
        seed, *names = path.parts or ("",)
        plain = bool(names) and ".." not in names and str(path) == info.filename and "\\" not in info.filename
        if not plain or not _SEED.fullmatch(seed):
            raise self._damaged(f"{info.filename[:80]!r} is no file of a run's log")
        return int(seed), "/".join(names)

    def _damaged(self, what: str) -> LogFault:
        return LogFault("damaged", f"{self._path.name} is no sound pack of runs: {what}")
