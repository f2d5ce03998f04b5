"""Writes a log as a plain C2SP tlog-tiles tree that others can verify, and serve, without this program."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import layout
from agoranomos.logs.anchors import TIME_STAMPS
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.exported import own_policy, readme
from agoranomos.logs.faults import LogFault
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.plain_file import open_plain
from agoranomos.logs.proving import ProvableLog, readable
from agoranomos.logs.segments import read_lines
from agoranomos.logs.standalone import standalone
from agoranomos.logs.tiles import ENTRY_BUNDLES, TILE_WIDTH, make_bundle, tile_path

Watch = Callable[[int, int], object]
"""Is told how many entries were written, of how many."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    checkpoint: Checkpoint
    folder: Path
    blobs: int


def export_log(
    folder: Path, out: Path, *, policy: bytes | None = None, blobs: bool = False, watch: Watch | None = None
) -> Exported:
    """Write the log in `folder` to `out`, which must be new or empty; the same log gives the same bytes each time.

    Everything is written to a folder beside `out` (`.NAME.XXXX.part`) that takes its name at the end, so whoever sees
    `out` sees all of it; after a power cut, verify it. `policy` is the text of a C2SP tlog-policy to hand out in place
    of one that names no witness. Memory does not grow with the log. Raises `UsageError`, `MachineError`, and `LogFault`
    when the entries do not lead to the signed root: then nothing is exported.
    """
    log, out = ProvableLog(folder), Path(out)
    if not (log.folder / layout.ENTRIES).is_dir():
        raise UsageError(f"{folder} is an export already", advice="Copy it as it is.")
    if log.checkpoint.size == 0:
        raise LogFault("damaged", "the log is empty: there is nothing in it to export")
    with written_beside(out) as part:
        tiles = TileWriter(part)
        with readable(log.folder):
            for lines in read_lines(log.folder, log.checkpoint.size):
                tiles.append(lines[: log.checkpoint.size - tiles.size])
                if watch is not None:
                    watch(tiles.size, log.checkpoint.size)
                if tiles.size == log.checkpoint.size:
                    break
        if tiles.size != log.checkpoint.size or tiles.finish() != log.checkpoint.root:
            raise LogFault(
                "tampered",
                f"the entries of {log.checkpoint.origin} do not lead to its signed root: nothing was exported",
                advice=f"Find out what was changed: agora log verify {log.folder}",
            )
        put_file(part, layout.CHECKPOINT, log.note)
        put_file(part, layout.VKEY, f"{log.signer.vkey}\n".encode())
        if log.certificate is not None:
            put_file(part, layout.CERTIFICATE, log.certificate)
        put_file(part, "policy", own_policy(log.signer) if policy is None else policy)
        put_file(part, "verify.py", standalone().encode())
        put_file(part, "README.md", readme(log.checkpoint, log.signer))
        _copy_time_stamps(log, part)
        copied = _copy_blobs(log, part) if blobs else 0
    return Exported(log.checkpoint, out, copied)


class TileWriter:
    """Writes bundles and hash tiles of a growing tree; only the last tile of each level is held."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._entries: list[bytes] = []
        self._levels: list[list[bytes]] = []
        self._written = 0

    @property
    def size(self) -> int:
        """How many entries were appended."""
        return self._written + len(self._entries)

    def append(self, entries: Sequence[bytes]) -> None:
        """Append entries; a bundle and its tile are written as they fill."""
        self._entries += entries
        while len(self._entries) >= TILE_WIDTH:
            self._write_bundle(self._entries[:TILE_WIDTH])
            del self._entries[:TILE_WIDTH]

    def finish(self) -> bytes:
        """Write the partial tiles; returns the root over all."""
        if self._entries:
            self._write_bundle(self._entries)
        below: list[bytes] = []
        for level, tile in enumerate(self._levels):
            if tile:
                self._write_tile(level, self._written // TILE_WIDTH ** (level + 1), tile)
                below = [root_of(tile + below)]
        return root_of(below)

    def _write_bundle(self, entries: Sequence[bytes]) -> None:
        number = self._written // TILE_WIDTH
        put_file(self._folder, tile_path(ENTRY_BUNDLES, number, len(entries)), make_bundle(entries))
        self._written += len(entries)
        self._add(0, number, leaf_hashes(entries))

    def _add(self, level: int, number: int, hashes: Sequence[bytes]) -> None:
        if level == len(self._levels):
            self._levels.append([])
        tile = self._levels[level]
        tile += hashes
        if len(tile) == TILE_WIDTH:
            self._write_tile(level, number, tile)
            self._add(level + 1, number // TILE_WIDTH, [root_of(tile)])
            tile.clear()

    def _write_tile(self, level: int, number: int, hashes: Sequence[bytes]) -> None:
        put_file(self._folder, tile_path(level, number, len(hashes)), b"".join(hashes))


def put_file(folder: Path, name: str, data: bytes) -> None:
    """Write a new file, and the folders above it; raises `MachineError`."""
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror}", advice="Nothing is left of it.") from error


def _check_target(out: Path) -> None:
    try:
        taken = out.is_symlink() or (out.exists() and (not out.is_dir() or any(out.iterdir())))
    except OSError as error:
        raise MachineError(f"cannot read {out}: {error.strerror}") from error
    if taken:
        raise UsageError(f"{out} is there already, and not an empty folder", advice="Name a new folder.")


@contextmanager
def written_beside(out: Path) -> Iterator[Path]:
    """A folder beside `out` that becomes `out` when all went well, and is removed when it did not.

    Raises `UsageError` when `out` is there and is not an empty folder, `MachineError` when the disk fails.
    """
    _check_target(out)
    place = Path(os.path.abspath(out))  # noqa: PTH100  (resolve() would follow links)
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{place.name}.", suffix=".part", dir=place.parent))
    except OSError as error:
        raise MachineError(f"cannot write into {place.parent}: {error.strerror}") from error
    try:
        yield part
        try:
            part.chmod(0o755)
            part.rename(place)
        except OSError as error:
            raise MachineError(f"cannot name {place}: {error.strerror}") from error
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise


def _copy_time_stamps(log: ProvableLog, part: Path) -> None:
    """Those over states that the export holds: any reader can make the text of such a checkpoint from the tiles."""
    with readable(log.folder):
        for path in sorted((log.folder / TIME_STAMPS).glob("*.tsr")):
            if path.stem.isascii() and path.stem.isdecimal() and int(path.stem) <= log.checkpoint.size:
                with open_plain(path) as file:
                    put_file(part, f"{TIME_STAMPS}/{path.name}", file.read(1 << 20))


def _copy_blobs(log: ProvableLog, part: Path) -> int:
    copied = 0
    with readable(log.folder):
        for path in layout.blob_files(log.folder):
            with open_plain(path) as file:
                content = file.read()
            digest = sha256(content).hexdigest()
            if path.name != digest:
                raise LogFault("tampered", f"blob {path.name}: its content is not what its name says")
            put_file(part, layout.blob_file(digest), content)
            copied += 1
    return copied
