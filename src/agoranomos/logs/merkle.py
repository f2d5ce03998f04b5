"""The Merkle tree of RFC 6962, section 2.1: hashes of leaves and nodes, and the root of a growing list.

A leaf's hash and a node's hash begin with different bytes, so that no entry can pass for a node.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

HASH_BYTES = 32
LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
EMPTY_ROOT = sha256(b"").digest()
"""The root of the tree without leaves."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256 of 0x00 and the entry."""
    return sha256(LEAF_PREFIX + entry).digest()


def leaf_hashes(entries: Sequence[bytes]) -> list[bytes]:
    """The leaf hash of each entry; the hot path of writing and of verifying."""
    return [sha256(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256 of 0x01, the left and the right hash."""
    return sha256(NODE_PREFIX + left + right).digest()


def parents(hashes: Sequence[bytes]) -> list[bytes]:
    """The node over each pair of hashes, an odd last one left out; the hot path of every root and proof."""
    return [sha256(b"\x01" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2])]  # noqa: B905


class CompactRange:
    """The roots of the largest complete subtrees that cover leaves 0 .. size - 1: all that a growing tree must keep."""

    __slots__ = ("_complete", "size")

    def __init__(self, size: int = 0, subtrees: Sequence[bytes] = ()) -> None:
        """The range of `size` leaves whose subtrees' roots are `subtrees`, as the property of that name gives them."""
        if len(subtrees) != size.bit_count():
            raise ValueError(f"{size} leaves are covered by {size.bit_count()} subtrees, not by {len(subtrees)}")
        self.size = size
        smallest_first = list(subtrees)[::-1]
        # By height; set exactly where the size has a 1 bit.
        self._complete: list[bytes | None] = [
            smallest_first.pop(0) if size >> height & 1 else None for height in range(size.bit_length())
        ]

    @property
    def subtrees(self) -> tuple[bytes, ...]:
        """The roots of the subtrees, the largest first."""
        return tuple(root for root in reversed(self._complete) if root is not None)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Append leaf hashes, a level at a time."""
        level: list[bytes] = list(leaves)
        self.size += len(level)
        height = 0
        while level:
            if height == len(self._complete):
                self._complete.append(None)
            waiting = self._complete[height]
            if waiting is not None:
                level.insert(0, waiting)
            self._complete[height] = level.pop() if len(level) % 2 else None
            level = parents(level)
            height += 1

    def root(self, tail: bytes | None = None) -> bytes:
        """The root of the leaves so far; with `tail`, of those and of a smaller tree with that root after them.

        The tree after them must fit below the smallest subtree, as a part of a segment does after whole segments.
        """
        root = tail
        for subtree in self._complete:
            if subtree is not None:
                root = subtree if root is None else node_hash(subtree, root)
        return EMPTY_ROOT if root is None else root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root of a list of leaf hashes, or of the roots of subtrees of one size, the last of which may be smaller.

    Level by level: an odd last node goes up as it is, which gives the tree of section 2.1.
    """
    level = list(leaves) or [EMPTY_ROOT]
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = parents(level) + odd
    return level[0]
