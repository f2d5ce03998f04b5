"""What every log offers to whoever records in it, and what an entry must look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agoranomos.errors import UsageError
from agoranomos.logs.tree import MAX_BLOB_BYTES

MAX_ENTRY_BYTES = 65_535
"""The longest entry: its length must fit the two bytes that C2SP's entry bundles give it."""


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The promise that an append gives: entries `first` .. `size - 1` are kept, and `root` is over all of them."""

    first: int
    size: int
    root: bytes


class Log(Protocol):
    """Takes entries in order, and raises when it cannot keep them."""

    def append(self, entries: Sequence[bytes]) -> Acknowledgement:
        """Keep the entries; they are kept, as durably as the log promises, when this returns."""
        ...

    def put_blob(self, content: bytes) -> str:
        """Keep content that is too long for an entry; returns its SHA-256 in hex."""
        ...

    def close(self) -> Acknowledgement:
        """No more entries follow."""
        ...


def seq_suffix(index: int) -> bytes:
    """How entry `index` ends: its own index is its last member, so that no line can stand in another's place."""
    return b'"seq":%d}' % index


def check_entries(entries: Sequence[bytes], first: int) -> None:
    """Raises `UsageError` unless each entry is one line of at most 65,535 bytes that ends in its own index."""
    for index, entry in enumerate(entries, first):
        if len(entry) > MAX_ENTRY_BYTES:
            raise UsageError(
                f"entry {index} has {len(entry):,} bytes; at most {MAX_ENTRY_BYTES:,} fit into a log",
                advice="Keep long content as a blob, and its SHA-256 in the entry.",
            )
        if b"\n" in entry or not entry.endswith(seq_suffix(index)):
            raise UsageError(f"entry {index} is not one line that ends in {seq_suffix(index).decode()}")


def check_blob(content: bytes) -> None:
    """Raises `UsageError` for content that is longer than a verifier would read."""
    if len(content) > MAX_BLOB_BYTES:
        raise UsageError(f"a blob of {len(content):,} bytes: at most {MAX_BLOB_BYTES:,} fit beside a log")
