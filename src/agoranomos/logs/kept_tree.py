"""The tree of a log while it is written, and the hashes of it that are kept in files."""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.logs.merkle import root_of
from agoranomos.logs.segment_tree import TILE_ENTRIES, SegmentTree

Kept = tuple[bytes, bytes]
"""Hashes of levels 1 and 2, joined: roots of complete 256 and 65,536 entries."""


class KeptTree:
    """A growing tree; `take` gives each time the hashes of levels 1 and 2 that were completed since.

    A tree that goes on is given its size, the roots of its largest complete subtrees (the largest first), and the roots
    of those complete tiles that are not yet under a hash of level 2.
    """

    def __init__(self, size: int = 0, subtrees: Sequence[bytes] = (), tiles: Sequence[bytes] = ()) -> None:
        self._tree = SegmentTree((), size, subtrees)
        self._open = [*tiles]

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._tree.size

    def root(self) -> bytes:
        """The root over all leaves."""
        return self._tree.root()

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Append leaf hashes."""
        self._tree.extend(leaves)

    def take(self) -> Kept:
        """What is to be kept since the last time; both are empty as long as no tile was completed."""
        completed = self._tree.tile_roots
        if not completed:
            return b"", b""
        self._tree.tile_roots = []
        above = b""
        for root in completed:
            self._open.append(root)
            if len(self._open) == TILE_ENTRIES:
                above += root_of(self._open)
                self._open.clear()
        return b"".join(completed), above
