"""The hashes that are kept of a tree, and the roots and proofs that follow from a few of them.

Kept are the roots of each complete 256**level leaves, level by level. A proof takes 256 of them from each level, and
no more. Nothing of it is authentic: what is made here is held against a signed root before it is believed.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path

from agoranomos.logs import layout
from agoranomos.logs.faults import LogFault
from agoranomos.logs.merkle import HASH_BYTES, CompactRange, leaf_hashes, parents
from agoranomos.logs.plain_file import open_plain
from agoranomos.logs.proofs import prove_consistency, prove_inclusion
from agoranomos.logs.segments import read_segment
from agoranomos.logs.tiles import ENTRY_BUNDLES, MAX_BUNDLE_BYTES, TILE_WIDTH, parse_bundle, tile_path

_TILE_HEIGHT = 8
_MAX_CACHED_TILES = 64  # 511 hashes each: some 3 MB

Nodes = list[list[bytes]]
"""The nodes of the tree over one tile: its hashes, their parents, and so on as far as they are complete."""


class TreeHashes(ABC):
    """A tree of `size` leaves, of which some hashes are kept; the rest is computed from those of the level below.

    Its methods raise `LogFault` where neither hashes nor entries are there.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._tiles: dict[tuple[int, int], Nodes] = {}

    @abstractmethod
    def kept(self, level: int, number: int, width: int) -> bytes:
        """The first `width` hashes of tile `number` of `level`, joined; fewer where fewer are kept."""

    @abstractmethod
    def leaves(self, number: int, width: int) -> list[bytes]:
        """The first `width` leaf hashes of tile `number`, made from the entries."""

    def root(self, first: int = 0, end: int | None = None) -> bytes:
        """The root over leaves `first` .. `end - 1`; of all leaves when nothing is given.

        `first` is a multiple of the largest power of 2 in the number of leaves, as in every hash of a proof.
        """
        end = self.size if end is None else end
        return CompactRange(end - first, self.subtrees(first, end)).root()

    def subtrees(self, first: int = 0, end: int | None = None) -> list[bytes]:
        """The roots of the largest complete subtrees that cover leaves `first` .. `end - 1`, the largest first."""
        end = self.size if end is None else end
        if not 0 <= first <= end <= self.size:
            raise ValueError(f"leaves {first} to {end} are not in a tree of {self.size}")
        found: list[bytes] = []
        at = first
        for height in reversed(range((end - first).bit_length())):
            if (end - first) >> height & 1:
                found.append(self.subtree(height, at >> height))
                at += 1 << height
        return found

    def subtree(self, height: int, index: int) -> bytes:
        """The root over the complete subtree of 2**height leaves that begins at leaf `index` * 2**height."""
        level, within = divmod(height, _TILE_HEIGHT)
        number, place = divmod(index, TILE_WIDTH >> within)
        return self._nodes(level, number)[within][place]

    def inclusion_proof(self, index: int, size: int | None = None) -> list[bytes]:
        """The hashes that lead from leaf `index` to the root of the first `size` leaves (default: all)."""
        return prove_inclusion(self.root, index, self.size if size is None else size)

    def consistency_proof(self, old: int, size: int | None = None) -> list[bytes]:
        """The hashes that show that the first `old` leaves are a prefix of the first `size` (default: all)."""
        return prove_consistency(self.root, old, self.size if size is None else size)

    def _nodes(self, level: int, number: int) -> Nodes:
        nodes = self._tiles.get((level, number))
        if nodes is None:
            nodes = [self._hashes(level, number)]
            while len(nodes[-1]) > 1:
                nodes.append(parents(nodes[-1]))
            if len(self._tiles) >= _MAX_CACHED_TILES:
                self._tiles.clear()
            self._tiles[level, number] = nodes
        return nodes

    def _hashes(self, level: int, number: int) -> list[bytes]:
        width = min(TILE_WIDTH, (self.size >> _TILE_HEIGHT * level) - number * TILE_WIDTH)
        kept = self.kept(level, number, width)
        hashes = [kept[at : at + HASH_BYTES] for at in range(0, len(kept) - HASH_BYTES + 1, HASH_BYTES)][:width]
        if len(hashes) == width:
            return hashes
        if level == 0:
            return self.leaves(number, width)
        first = number * TILE_WIDTH
        return [*hashes, *(self._nodes(level - 1, first + at)[_TILE_HEIGHT][0] for at in range(len(hashes), width))]


class KeptHashes(TreeHashes):
    """The hashes that lie in the folder of a log: `leaves/`, `hashes/1.sha256` and `hashes/2.sha256`."""

    def __init__(self, folder: Path, size: int) -> None:
        super().__init__(size)
        self._folder = Path(folder)
        self._segment: tuple[int, list[bytes]] = (-1, [])

    def kept(self, level: int, number: int, width: int) -> bytes:
        """Read from one place of one file."""
        first = number * TILE_WIDTH
        name = layout.hashes_file(level)
        if level == 0:
            segment, first = divmod(first, layout.SEGMENT_ENTRIES)
            name = layout.leaves_file(segment * layout.SEGMENT_ENTRIES)
        return _read_at(self._folder / name, first * HASH_BYTES, width * HASH_BYTES)

    def leaves(self, number: int, width: int) -> list[bytes]:
        """Made from the lines of the segment, which is read whole and kept at hand."""
        segment, first = divmod(number * TILE_WIDTH, layout.SEGMENT_ENTRIES)
        if self._segment[0] != segment:
            leaves: list[bytes] = []
            for lines in read_segment(self._folder, segment * layout.SEGMENT_ENTRIES):
                leaves += leaf_hashes(lines)
            self._segment = (segment, leaves)
        found = self._segment[1][first : first + width]
        if len(found) < width:
            missing = segment * layout.SEGMENT_ENTRIES + len(self._segment[1])
            raise LogFault("damaged", f"entry {missing} is missing: the entries end before it", entry=missing)
        return found


class TileHashes(TreeHashes):
    """The hashes that lie in the tiles of an exported tree."""

    def __init__(self, folder: Path, size: int) -> None:
        super().__init__(size)
        self._folder = Path(folder)

    def kept(self, level: int, number: int, width: int) -> bytes:
        """Read from one tile."""
        return _read_at(self._folder / tile_path(level, number, width), 0, width * HASH_BYTES)

    def leaves(self, number: int, width: int) -> list[bytes]:
        """Made from one bundle."""
        name = tile_path(ENTRY_BUNDLES, number, width)
        bundle = _read_at(self._folder / name, 0, MAX_BUNDLE_BYTES)
        if not bundle:
            raise LogFault("damaged", f"{name} is missing", entry=number * TILE_WIDTH)
        return leaf_hashes(parse_bundle(bundle, width))


def _read_at(path: Path, start: int, length: int) -> bytes:
    try:
        with open_plain(path) as file:
            file.seek(start)
            return file.read(length)
    except (FileNotFoundError, NotADirectoryError):
        return b""
