"""A log that is kept in memory only: for benchmarks, tests, and checking without a disk."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from agoranomos.logs.log import Acknowledgement, check_blob, check_entries
from agoranomos.logs.merkle import CompactRange, leaf_hashes


class MemoryLog:
    """Takes entries as `LogWriter` does, with the same checks and the same root; signs and keeps nothing on disk."""

    def __init__(self) -> None:
        self.entries: list[bytes] = []
        self.blobs: dict[str, bytes] = {}
        self._tree = CompactRange()

    def append(self, entries: Sequence[bytes]) -> Acknowledgement:
        """Keep `entries`; raises `UsageError` for one that no log takes, and then keeps none of them."""
        first = len(self.entries)
        check_entries(entries, first)
        self._tree.extend(leaf_hashes(entries))
        self.entries.extend(entries)
        return Acknowledgement(first, len(self.entries), self._tree.root())

    def put_blob(self, content: bytes) -> str:
        """Keep `content`; returns its SHA-256 in hex."""
        check_blob(content)
        digest = sha256(content).hexdigest()
        self.blobs[digest] = content
        return digest

    def close(self) -> Acknowledgement:
        """The size and root at the end."""
        return Acknowledgement(len(self.entries), len(self.entries), self._tree.root())
