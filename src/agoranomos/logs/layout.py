"""Which file of a log's folder holds what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

SEGMENT_ENTRIES = 65_536
"""Entries in one file: 256 x 256, one full tile of level 1."""

CHECKPOINT = "checkpoint"
JOURNAL = "checkpoints/000.notes"
VKEY = "log.vkey"
CERTIFICATE = "certificate"
ENTRIES = "entries"
LEAVES = "leaves"
HASHES = "hashes"
BLOBS = "blobs"
RECOVERY = "recovery"
CHECKPOINTS = "checkpoints"


def entries_file(first: int) -> str:
    """The file of the segment whose first entry is `first`: one entry a line."""
    return f"{ENTRIES}/{first:012d}.jsonl"


def leaves_file(first: int) -> str:
    """The leaf hashes of the same segment, 32 bytes each."""
    return f"{LEAVES}/{first:012d}.sha256"


def hashes_file(level: int) -> str:
    """The roots of each complete 256**level entries, 32 bytes each; there is no file where there are none."""
    return f"{HASHES}/{level}.sha256"


def blob_file(digest: str) -> str:
    """The file of the content with this SHA-256."""
    return f"{BLOBS}/sha256/{digest[:2]}/{digest}"


def segments(size: int) -> Iterator[int]:
    """The first index of each segment of a log of `size` entries."""
    yield from range(0, size, SEGMENT_ENTRIES)


def blob_files(folder: Path) -> Iterator[Path]:
    """The blobs that are there, in order of their digests; a file that a crash left half written is none."""
    return (path for path in sorted((folder / BLOBS / "sha256").glob("*/*")) if not path.name.startswith("."))
