"""File systems that break: one records what a disk may hold after a crash, one fails at the n-th operation."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agoranomos.logs import DiskStorage

SECTOR = 512


@dataclass
class File:
    """What is surely on disk, and what was written since."""

    synced: bytes = b""
    pending: bytes = b""

    def may_hold(self) -> Iterator[bytes]:
        """Every length of the pending bytes (thinned when long); its full length with any sectors still zero."""
        n, base = len(self.pending), len(self.synced)
        whole = self.synced + self.pending
        yield whole
        if n == 0:
            return
        for cut in sorted({0, 1, n - 1, *range(0, n, 1 + n // 24), *(s - base for s in range(0, base + n, SECTOR))}):
            if 0 <= cut < n:
                yield whole[: base + cut]
        sectors = range(base // SECTOR, (base + n - 1) // SECTOR + 1)
        for lost in itertools.product((False, True), repeat=len(sectors)):
            image = bytearray(whole)
            for sector, gone in zip(sectors, lost, strict=True):
                if gone:
                    start, end = max(base, sector * SECTOR), min(base + n, (sector + 1) * SECTOR)
                    image[start:end] = bytes(end - start)
            yield bytes(image)


Image = dict[Path, bytes | None]


class Folder:
    """A name that leads to a folder."""


class Absent:
    """A name that leads nowhere."""


Node = File | Folder | Absent


@dataclass
class Name:
    """What a path may lead to after a crash: the last of these, or, until its folder is synced, any before it."""

    nodes: list[Node]

    @property
    def now(self) -> Node:
        return self.nodes[-1]


class RecordingStorage(DiskStorage):
    """Works on real files, and keeps for each step every image that a disk may hold if power fails after it.

    `promised` is set by the test after each acknowledgement; `crashes` lists (promised, image). Files are independent
    of each other; a name is certain once its folder was synced; a folder's own name likewise. `adopt` takes in what
    lies on disk already.
    """

    def __init__(self, root: Path, *, liar: str = "") -> None:
        self.root = root
        self.liar = liar  # a part of a path whose syncs are lies: a planted fault that the check must find
        self.promised = 0
        self.crashes: list[tuple[int, Image]] = []
        self._seen: set[object] = set()
        self.operations = 0
        self._names: dict[Path, Name] = {}
        self._handles: dict[int, Path] = {}

    def adopt(self, folder: Path) -> None:
        """Everything under `folder` was on disk before the recording began."""
        for path in [folder, *folder.rglob("*")]:
            self._names[path] = Name([Folder() if path.is_dir() else File(path.read_bytes())])

    def _after(self) -> None:
        self.operations += 1
        self.crashes.extend((self.promised, image) for image in self._images())

    def _images(self) -> Iterator[Image]:
        paths = sorted(self._names)
        uncertain = [path for path in paths if len(self._names[path].nodes) > 1]
        # All uncertain names there, none there, or all but one: folders are synced apart, so these span the cases.
        choices: list[dict[Path, int]] = [dict.fromkeys(uncertain, -1), dict.fromkeys(uncertain, 0)]
        choices += [{other: -1 if other != path else 0 for other in uncertain} for path in uncertain]
        for choice in choices:
            options: list[list[tuple[Path, bytes | None]]] = []
            gone: set[Path] = set()
            for path in paths:
                node = self._names[path].nodes[choice.get(path, -1)]
                if isinstance(node, Absent):
                    gone.add(path)
                elif isinstance(node, Folder):
                    options.append([(path, None)])
                else:
                    held = list(dict.fromkeys(node.may_hold()))
                    if path.parent.name not in {"entries", "checkpoints"} and len(held) > 3:
                        held = [held[0], held[1], held[-1]]  # whole, not there yet, zeros
                    options.append([(path, data) for data in held])
            for combination in itertools.product(*options):
                if (key := (self.promised, combination)) in self._seen:
                    continue
                self._seen.add(key)
                yield {path: data for path, data in combination if not gone & set(path.parents)}

    def _set(self, path: Path, node: Node) -> None:
        old = self._names.get(path)
        self._names[path] = Name([*(old.nodes if old is not None else [Absent()]), node])

    def _file(self, handle: int) -> File:
        node = self._names[self._handles[handle]].now
        assert isinstance(node, File)
        return node

    def make_folder(self, path: Path) -> None:
        super().make_folder(path)
        self._set(path, Folder())
        self._after()

    def create(self, path: Path) -> int:
        handle = super().create(path)
        self._handles[handle] = path
        self._set(path, File())
        self._after()
        return handle

    def open(self, path: Path) -> int:
        handle = super().open(path)
        self._handles[handle] = path
        return handle

    def append(self, handle: int, data: bytes) -> None:
        super().append(handle, data)
        if handle in self._handles:
            self._file(handle).pending += data
            self._after()

    def fdatasync(self, handle: int) -> None:
        super().fdatasync(handle)
        if self.liar and self.liar in str(self._handles[handle]):
            return
        file = self._file(handle)
        file.synced, file.pending = file.synced + file.pending, b""
        self._after()

    def replace(self, path: Path, data: bytes, *, sync: bool) -> None:
        super().replace(path, data, sync=sync)
        self._set(path, File(data, b"") if sync else File(b"", data))
        self._after()

    def rewrite(self, path: Path, length: int) -> None:
        kept = path.read_bytes()[:length]
        super().rewrite(path, length)
        self._set(path, File(kept))
        self._after()

    def remove(self, path: Path) -> None:
        super().remove(path)
        self._set(path, Absent())
        self._after()

    def fsync_folder(self, path: Path) -> None:
        super().fsync_folder(path)
        if self.liar == "folder":
            return
        for child, name in list(self._names.items()):
            if child.parent == path:
                name.nodes = name.nodes[-1:]
                if isinstance(name.now, Absent):
                    del self._names[child]
        self._after()

    def close(self, handle: int) -> None:
        super().close(handle)
        self._handles.pop(handle, None)

    def lock(self, path: Path) -> int:
        handle = super().lock(path)
        self._after()
        return handle


def put_image(image: Image, old: Path, new: Path) -> None:
    """Lay an image of files under `old` down under `new`."""
    for path, data in sorted(image.items()):
        target = new / path.relative_to(old)
        if data is None:
            target.mkdir(parents=True, exist_ok=True)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)


class FailingStorage(DiskStorage):
    """Fails at the n-th operation with `error`; an append writes half of its data first when `half` is set."""

    def __init__(self, at: int, error: int, *, half: bool = False) -> None:
        self.at = at
        self.error = error
        self.half = half
        self.done = 0

    def _step(self) -> bool:
        self.done += 1
        return self.done == self.at

    def _fail(self) -> None:
        raise OSError(self.error, os.strerror(self.error))

    def make_folder(self, path: Path) -> None:
        if self._step():
            self._fail()
        super().make_folder(path)

    def create(self, path: Path) -> int:
        if self._step():
            self._fail()
        return super().create(path)

    def open(self, path: Path) -> int:
        if self._step():
            self._fail()
        return super().open(path)

    def rewrite(self, path: Path, length: int) -> None:
        if self._step():
            self._fail()
        super().rewrite(path, length)

    def remove(self, path: Path) -> None:
        if self._step():
            self._fail()
        super().remove(path)

    def lock(self, path: Path) -> int:
        if self._step():
            self._fail()
        return super().lock(path)

    def append(self, handle: int, data: bytes) -> None:
        if self._step():
            if self.half:
                super().append(handle, data[: len(data) // 2])
            self._fail()
        super().append(handle, data)

    def pread(self, handle: int, length: int, offset: int) -> bytes:
        if self._step():
            self._fail()
        return super().pread(handle, length, offset)

    def fdatasync(self, handle: int) -> None:
        if self._step():
            self._fail()
        super().fdatasync(handle)

    def replace(self, path: Path, data: bytes, *, sync: bool) -> None:
        if self._step():
            self._fail()
        super().replace(path, data, sync=sync)

    def fsync_folder(self, path: Path) -> None:
        if self._step():
            self._fail()
        super().fsync_folder(path)

    def close(self, handle: int) -> None:
        super().close(handle)
        if self._step():
            self._fail()
