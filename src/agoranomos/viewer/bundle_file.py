"""Reads a bundle back into the folder of its log, so that the project's one verifier checks the page's bytes."""

from __future__ import annotations

import atexit
import base64
import gzip
import tempfile
import zlib
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import layout
from agoranomos.logs.journal import frame
from agoranomos.logs.merkle import HASH_BYTES
from agoranomos.logs.plain_file import open_plain
from agoranomos.logs.tree import MAX_BLOB_BYTES
from agoranomos.viewer.bundle_text import element_text, read_file, read_line

MAX_OCTETS = 1 << 30
"""The longest file that is taken for a bundle."""

_for_good = ExitStack()
atexit.register(_for_good.close)


def unbundled(path: Path) -> Path | None:
    """The log of a bundle as a folder that is there until this process ends; None of a file that is no bundle.

    Nothing is verified: octets that no bundle writes come into the folder as they stand, and whatever verifies it says
    so. Raises `MachineError` where the file cannot be read, `UsageError` for one that is too long.
    """
    try:
        if not path.is_file():
            return None
        with open_plain(path) as file:
            page = file.read(MAX_OCTETS + 1)
    except OSError as error:
        raise MachineError(f"cannot read {path}: {error.strerror}") from error
    if element_text(page, "entries") is None or element_text(page, "log.vkey") is None:
        return None
    if len(page) > MAX_OCTETS:
        raise UsageError(f"{path} is longer than any bundle ({MAX_OCTETS} octets)")
    folder = Path(_for_good.enter_context(tempfile.TemporaryDirectory(prefix="agora-bundle-")))
    for name, content in _files(page).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return folder


def _files(page: bytes) -> dict[str, bytes]:
    """The files of the log's folder, by their paths."""
    files = {
        name: read_file(element_text(page, name) or b"")
        for name in (layout.VKEY, layout.CERTIFICATE, layout.CHECKPOINT)
    }
    notes = element_text(page, "checkpoints")
    journal = [files[layout.CHECKPOINT]] if notes is None else [read_line(line) or line for line in _lines(notes)]
    files[layout.JOURNAL] = b"".join(map(frame, journal))
    entries = read_file(element_text(page, "entries") or b"").split(b"\n")
    whole, rest = entries[:-1], entries[-1]
    leaves = [_leaf(line) for line in _lines(element_text(page, "leaves") or b"")]
    for first in range(0, max(len(whole), 1), layout.SEGMENT_ENTRIES):
        segment = slice(first, first + layout.SEGMENT_ENTRIES)
        files[layout.entries_file(first)] = b"".join(line + b"\n" for line in whole[segment])
        files[layout.leaves_file(first)] = b"".join(leaves[segment])
    files[layout.entries_file(max(len(whole) - 1, 0) // layout.SEGMENT_ENTRIES * layout.SEGMENT_ENTRIES)] += rest
    for line in _lines(element_text(page, "blobs") or b""):
        name, _, content = line.partition(b" ")
        digest = name.decode("ascii", "replace")
        files[layout.blob_file(digest if set(digest) <= set("0123456789abcdef") else "0" * 64)] = _unpacked(content)
    return files


def _lines(text: bytes) -> list[bytes]:
    lines = text.split(b"\n")
    return lines if lines[-1] else lines[:-1]


def _leaf(line: bytes) -> bytes:
    """A leaf hash; zeros, which are none, for what nobody writes."""
    try:
        data = base64.b64decode(line)
    except ValueError:
        return bytes(HASH_BYTES)
    return data if len(data) == HASH_BYTES and base64.b64encode(data) == line else bytes(HASH_BYTES)


def _unpacked(content: bytes) -> bytes:
    """A blob; what cannot be unpacked comes as it stands, and has another digest."""
    try:
        data = base64.b64decode(content, validate=True)
        with gzip.GzipFile(fileobj=BytesIO(data)) as file:
            return file.read(MAX_BLOB_BYTES)
    except (ValueError, OSError, EOFError, zlib.error):
        return content
