"""The tree over one segment, grown a tile at a time, with its root at every size that is asked for."""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.logs.merkle import CompactRange

TILE_ENTRIES = 256
"""Leaves under one hash of level 1 (c2sp.org/tlog-tiles)."""


class SegmentTree:
    """The leaves of one segment: `tile_roots` of each complete tile that was added, `asked` roots at the sizes `dues`.

    `dues` are sizes of this tree, growing. `size` and `subtrees` are those of leaves that are covered already, as
    `CompactRange` has them.
    """

    def __init__(self, dues: Sequence[int], size: int, subtrees: Sequence[bytes]) -> None:
        complete, rest = divmod(size, TILE_ENTRIES)
        self._tiles = CompactRange(complete, subtrees[: complete.bit_count()])
        self._tile = CompactRange(rest, subtrees[complete.bit_count() :])
        self._dues = [*dues]
        self.size = size
        self.tile_roots: list[bytes] = []
        self.asked: list[bytes] = []

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Append leaf hashes."""
        at = 0
        while at < len(leaves):
            stop = at + TILE_ENTRIES - self._tile.size
            if len(self.asked) < len(self._dues):
                stop = min(stop, at + self._dues[len(self.asked)] - self.size)
            added = leaves[at:stop]
            self._tile.extend(added)
            at = stop
            self.size += len(added)
            if self._tile.size == TILE_ENTRIES:
                root = self._tile.root()
                self.tile_roots.append(root)
                self._tiles.extend([root])
                self._tile = CompactRange()
            if len(self.asked) < len(self._dues) and self.size == self._dues[len(self.asked)]:
                self.asked.append(self.root())

    def root(self) -> bytes:
        """The root of the leaves so far."""
        return self._tiles.root(self._tile.root() if self._tile.size else None)

    @property
    def subtrees(self) -> tuple[bytes, ...]:
        """The roots of the largest complete subtrees, the largest first."""
        return (*self._tiles.subtrees, *self._tile.subtrees)
