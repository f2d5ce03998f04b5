"""Reads a bundle back into the folder of its log, so that the project's one verifier checks the page's bytes."""

from __future__ import annotations

import atexit
import base64
import re
import tempfile
import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import layout
from agoranomos.logs.journal import frame
from agoranomos.logs.merkle import HASH_BYTES
from agoranomos.logs.plain_file import open_plain
from agoranomos.logs.tree import MAX_BLOB_BYTES
from agoranomos.viewer.bundle_own import doubt_of
from agoranomos.viewer.bundle_parts import is_bundle, parts_of
from agoranomos.viewer.bundle_text import read_file, read_line

MAX_OCTETS = 1 << 30
"""The longest file that is taken for a bundle."""

_DIGEST = re.compile(rb"[0-9a-f]{64}")
_GZIP = 31
_for_good = ExitStack()
atexit.register(_for_good.close)


@dataclass(frozen=True, slots=True)
class Unbundled:
    """The log of a bundle, as a folder that is there until this process ends.

    `doubt` says why the page may show something else than this log; empty where it is this program's own page.
    """

    folder: Path
    doubt: str


def unbundled(path: Path) -> Unbundled | None:
    """The log in a bundle; None for a file that is no bundle.

    Nothing is verified: a line that no bundle writes comes into the folder as what no log holds, and whatever verifies
    it says so. Raises `LogFault` (damaged) for a bundle that is not put together as one, `MachineError` where the file
    cannot be read, `UsageError` for one that is too long.
    """
    try:
        if not path.is_file():
            return None
        with open_plain(path) as file:
            page = file.read(MAX_OCTETS + 1)
    except OSError as error:
        raise MachineError(f"cannot read {path}: {error.strerror}") from error
    if not is_bundle(page):
        return None
    if len(page) > MAX_OCTETS:
        raise UsageError(f"{path} is longer than any bundle ({MAX_OCTETS} octets)")
    parts = parts_of(page)
    files = _files(parts.texts, stain=sha256(page).hexdigest().encode())
    folder = Path(_for_good.enter_context(tempfile.TemporaryDirectory(prefix="agora-bundle-")))
    for name, content in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return Unbundled(folder, doubt_of(parts))


def _files(texts: Mapping[str, bytes], stain: bytes) -> dict[str, bytes]:
    """The files of the log's folder, by their paths.

    `stain` goes before whatever is not as a bundle writes it. It is the digest of the whole file, so that nothing in
    the file can have been made to come out right with it. An empty journal becomes one of an empty note, which is none.
    """
    files = {name: read_file(texts[name], stain) for name in (layout.VKEY, layout.CERTIFICATE, layout.CHECKPOINT)}
    if (notes := texts.get("checkpoints")) is None:
        journal = [files[layout.CHECKPOINT]]
    else:
        journal = [stain + line if (note := read_line(line)) is None else note for line in _lines(notes)] or [b""]
    files[layout.JOURNAL] = b"".join(map(frame, journal))
    entries = read_file(texts["entries"], stain).split(b"\n")
    whole, rest = entries[:-1], entries[-1]
    leaves = [_leaf(line) for line in _lines(texts["leaves"])]
    for first in range(0, max(len(whole), len(leaves), 1), layout.SEGMENT_ENTRIES):
        segment = slice(first, first + layout.SEGMENT_ENTRIES)
        files[layout.entries_file(first)] = b"".join(line + b"\n" for line in whole[segment])
        files[layout.leaves_file(first)] = b"".join(leaves[segment])
    files[layout.entries_file(max(len(whole) - 1, 0) // layout.SEGMENT_ENTRIES * layout.SEGMENT_ENTRIES)] += rest
    for line in _lines(texts["blobs"]):
        name, _, packed = line.partition(b" ")
        digest = name.decode() if _DIGEST.fullmatch(name) else "0" * 64  # which is the digest of nothing
        place = layout.blob_file(digest)
        content = None if place in files else _unpacked(packed)
        files[place] = stain + line if content is None else content
    return files


def _lines(text: bytes) -> list[bytes]:
    lines = text.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def _base64(line: bytes) -> bytes | None:
    """What the base64 says; None for any text but the one that says it."""
    try:
        data = base64.b64decode(line, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data) == line else None


def _leaf(line: bytes) -> bytes:
    """A leaf hash; zeros, which are none, for what nobody writes."""
    data = _base64(line)
    return data if data is not None and len(data) == HASH_BYTES else bytes(HASH_BYTES)


def _unpacked(packed: bytes) -> bytes | None:
    """A blob; None for what is no base64 of one gzip, or holds more than a blob may."""
    data = _base64(packed)
    if data is None:
        return None
    stream = zlib.decompressobj(_GZIP)
    try:
        content = stream.decompress(data, MAX_BLOB_BYTES + 1)
    except zlib.error:
        return None
    return content if stream.eof and not stream.unused_data and len(content) <= MAX_BLOB_BYTES else None
