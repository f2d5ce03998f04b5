"""One archive of many files, the same bytes for the same files: a gzipped tar in the order given, without times."""

from __future__ import annotations

import errno
import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Self

from agoranomos.errors import Finding, MachineError, UsageError

_NO_PLACE = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)
_CHUNK = 1 << 20
LEVEL = 6

MAX_HEADER_BYTES = 1 << 16
"""The longest extended header that is read: tar's own reader takes one into memory whole, whatever size it claims."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of the archive: its path, its size, its SHA-256 in hex, and its bytes or where they lie."""

    path: str
    size: int
    sha256: str
    content: bytes | Path


def digest_of(content: bytes | Path) -> tuple[str, int]:
    """SHA-256 in hex and size in bytes; raises `MachineError` for a file that cannot be read."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest(), len(content)
    try:
        with content.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            return digest.hexdigest(), file.tell()
    except OSError as error:
        raise MachineError(f"cannot read {content}: {error.strerror}") from error


def write_archive(out: Path, top: str, members: Iterable[Member]) -> None:
    """Write the members below the folder `top`; the archive takes its name at the end.

    Raises `Finding` for a file that changes meanwhile, `MachineError` where it cannot be written.
    """
    partial = out.with_name(f".{out.name}.part")
    try:
        # No name and no time in gzip's header, no owner and no time in tar's: nothing but the files is said.
        with (
            partial.open("wb") as raw,
            gzip.GzipFile(filename="", mode="wb", fileobj=raw, compresslevel=LEVEL, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
        ):
            for member in members:
                _add(archive, top, member)
        partial.replace(out)
    except OSError as error:
        raise MachineError(f"cannot write {out}: {error.strerror or error}") from error
    finally:
        with suppress(OSError):
            partial.unlink()


def _add(archive: tarfile.TarFile, top: str, member: Member) -> None:
    info = tarfile.TarInfo(f"{top}/{member.path}")
    info.size, info.mode, info.mtime = member.size, 0o644, 0
    if isinstance(member.content, bytes):
        archive.addfile(info, io.BytesIO(member.content))
        return
    with member.content.open("rb") as file:
        hashed = _Hashed(file)
        archive.addfile(info, hashed)
        if hashed.digest.hexdigest() != member.sha256 or file.read(1):
            raise Finding(f"{member.content} changed while it was packed", advice="Wait until nobody writes there.")


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self.digest.update(data)
        return data


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What an archive holds: the folder that all lies in, and each file's SHA-256 and size by its path below that."""

    top: str
    files: dict[str, tuple[str, int]]


def unpack(archive: Path, into: Path, *, limit: int) -> Unpacked:
    """Unpack an archive of `write_archive` into a folder; `limit` bounds the bytes of all its files.

    An archive is somebody else's: only plain files below one folder are taken, none twice, none outside. Raises
    `Finding` for anything else, `UsageError` where there is no such file, `MachineError` where the disk takes no more.
    """
    try:
        with tarfile.open(archive, "r|gz", tarinfo=_Header) as opened:
            return _unpack(opened, into, limit)
    except FileNotFoundError:
        raise UsageError(f"there is no file {archive}") from None
    except IsADirectoryError:
        raise UsageError(f"{archive} is a folder; a package's file was expected") from None
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, ValueError) as error:
        raise Finding(f"{archive} is no package, or is cut off: {error}") from None
    except OSError as error:
        raise MachineError(f"cannot unpack {archive}: {error.strerror or error}") from error


class _Header(tarfile.TarInfo):
    """A header of somebody else's archive."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        header = super().frombuf(buf, encoding, errors)
        if not header.isreg() and header.size > MAX_HEADER_BYTES:
            raise Finding(f"the package holds a header of {header.size:,} bytes: it is none of `agora publish`")
        return header


def _unpack(opened: tarfile.TarFile, into: Path, limit: int) -> Unpacked:
    found: dict[str, tuple[str, int]] = {}
    tops: set[str] = set()
    left = limit
    for member in opened:
        top, path = _placed(member)
        tops.add(top)
        if len(tops) > 1:
            raise Finding(f"the package holds more than one folder: {', '.join(sorted(tops))}")
        if path in found:
            raise Finding(f"the package holds {path!r} twice")
        left -= member.size
        if left < 0:
            raise Finding(f"the package unpacks to more than {limit:,} bytes", advice="--limit takes another bound.")
        source = opened.extractfile(member)
        if source is None:
            raise Finding(f"the package's {path!r} is no plain file")
        found[path] = _copy(source, into / path)
    if not found:
        raise Finding("the package is empty")
    return Unpacked(tops.pop(), found)


def _placed(member: tarfile.TarInfo) -> tuple[str, str]:
    name = member.name
    parts = PurePosixPath(name).parts
    safe = not name.startswith("/") and ".." not in parts and "\\" not in name and "\0" not in name
    if not member.isreg() or member.issparse() or not safe or len(parts) < 2 or "/".join(parts) != name:
        raise Finding(f"the package holds {name!r}, which is no plain file below one folder")
    return parts[0], "/".join(parts[1:])


def _copy(source: object, target: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with _new_file(target) as file:
        for chunk in _chunks(source):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
    return digest.hexdigest(), size


def _new_file(target: Path) -> BinaryIO:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("xb")
    except OSError as error:
        if error.errno not in _NO_PLACE:
            raise
        name = target.name if len(target.name) <= 80 else f"{target.name[:77]}..."
        raise Finding(f"the package's {name!r} cannot lie where it is said to: {error.strerror}") from None


def _chunks(source: object) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):  # type: ignore[attr-defined]
        yield chunk
