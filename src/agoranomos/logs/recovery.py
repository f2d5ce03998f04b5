"""Brings a log that goes on back to its last signed state: what a crash left after it is moved away, never signed.

A signed size is a promise. Where entries below it are gone or changed, or the published checkpoint is newer than the
journal, nothing is repaired: such a log is never signed again. Everything here may be broken off and done again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from agoranomos.logs import layout
from agoranomos.logs.checkpoint import open_checkpoint
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.hashes import KeptHashes
from agoranomos.logs.journal import Journalled, read_journal
from agoranomos.logs.kept_tree import Kept, KeptTree
from agoranomos.logs.keys import Verifier
from agoranomos.logs.log_files import FOLDERS
from agoranomos.logs.merkle import HASH_BYTES, leaf_hashes
from agoranomos.logs.reader import read_small, read_vkey
from agoranomos.logs.segment_tree import TILE_ENTRIES
from agoranomos.logs.segments import read_leaf_hashes, read_segment
from agoranomos.logs.storage import Storage

_CHUNK_BYTES = 1 << 20
_NEVER = "It is never signed again: put back a copy that holds what was signed."


@dataclass(frozen=True, slots=True)
class Tail:
    """Bytes that stood after the last signed entry and were moved to `recovery/`: nobody was promised them."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a log was when it was taken up again: `size` and `root` of its last signed state.

    `tails` were cut off since the last entry was appended, by this recovery or by one before it that did not live to
    append anything; `rebuilt` names files that were made anew from the entries, or from what they durably held.
    """

    size: int
    root: bytes
    tails: tuple[Tail, ...]
    rebuilt: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Whether nothing was cut off and nothing had to be made anew."""
        return not self.tails and not self.rebuilt


@dataclass(frozen=True, slots=True)
class Resumed:
    """A log ready to be appended to: its tree, and the last segment's first entry and bytes."""

    tree: KeptTree
    segment: int
    segment_bytes: int
    recovery: Recovery


def resume(folder: Path, verifier: Verifier, certificate: bytes, storage: Storage) -> Resumed:
    """Recover the log of `verifier` in `folder`, which is held alone, and say where it goes on.

    Raises `LogFault` where it must never be signed again, `OSError` when the storage fails.
    """
    return _Resuming(folder, verifier, certificate, storage).resume()


class _Resuming:
    def __init__(self, folder: Path, verifier: Verifier, certificate: bytes, storage: Storage) -> None:
        self._folder = folder
        self._verifier = verifier
        self._certificate = certificate
        self._storage = storage
        self._rebuilt: list[str] = []

    def resume(self) -> Resumed:
        self._require_own()
        journal = self._journal()
        published = self._published(journal)
        size = journal.checkpoints[-1].size if journal.checkpoints else 0
        if size == 0:
            return self._anew()
        segment = (size - 1) // layout.SEGMENT_ENTRIES * layout.SEGMENT_ENTRIES
        tile = size - ((size - 1) % TILE_ENTRIES + 1)
        start, end = line_ends(self._folder, segment, (tile - segment, size - segment))
        tree = self._tree(segment, tile, start, end)
        root = journal.checkpoints[-1].root
        if tree is None or tree.root() != root:
            tree = self._from_entries(size)
        if tree.root() != root:
            raise LogFault(
                "tampered", f"its first {size} entries are not those that the last checkpoint signs", advice=_NEVER
            )
        cut = self._cut(size, segment, end)
        if cut or journal.torn is not None or published != size:
            # After a failed sync the cache may show what the disk does not hold: what is kept is written once more.
            self._storage.rewrite(self._folder / layout.entries_file(segment), end)
            self._storage.rewrite(self._folder / layout.JOURNAL, journal.length)
            self._rebuilt += [layout.entries_file(segment), layout.JOURNAL]
        if published != size:
            self._storage.replace(self._folder / layout.CHECKPOINT, journal.head, sync=True)
            self._rebuilt.append(layout.CHECKPOINT)
        return self._resumed(tree, segment, end, root)

    def _resumed(self, tree: KeptTree, segment: int, end: int, root: bytes) -> Resumed:
        if self._rebuilt:
            for name in (*FOLDERS, layout.HASHES, ""):
                if (self._folder / name).is_dir():
                    self._storage.fsync_folder(self._folder / name)
        recovery = Recovery(tree.size, root, self._tails(tree.size), tuple(dict.fromkeys(self._rebuilt)))
        return Resumed(tree, segment, end, recovery)

    def _require_own(self) -> None:
        """Under another key every note of the journal looks torn, and nothing of a log seems to be signed."""
        journal = self._folder / layout.JOURNAL
        if journal.is_file() and journal.stat().st_size and (found := read_vkey(self._folder)) != self._verifier:
            raise LogFault(
                "undecided",
                f"it is the log of {found.vkey}, and the key at hand is {self._verifier.vkey}",
                advice="Use the key store (AGORA_HOME) with which the log was begun.",
            )

    def _journal(self) -> Journalled:
        path = self._folder / layout.JOURNAL
        if not path.is_file():
            return Journalled((), b"", 0, None)
        with within(layout.JOURNAL):
            try:
                return read_journal(path, self._verifier)
            except LogFault as fault:
                raise LogFault(fault.kind, fault.message, advice=_NEVER) from None

    def _published(self, journal: Journalled) -> int:
        """The size of the published checkpoint, 0 where there is none; it may not be newer than the journal."""
        if not (self._folder / layout.CHECKPOINT).exists():
            return 0
        with within(layout.CHECKPOINT):
            published = open_checkpoint(read_small(self._folder, layout.CHECKPOINT), self._verifier)
        if published not in journal.checkpoints:
            raise LogFault(
                "damaged",
                f"{layout.JOURNAL} does not hold the checkpoint of size {published.size} that was published",
                advice=_NEVER,
            )
        return published.size

    def _anew(self) -> Resumed:
        """Nothing was ever signed: whatever a writer left is moved away, and the log begins."""
        self._save_tail(0, layout.entries_file(0), 0)
        for name in FOLDERS:
            if not (self._folder / name).is_dir():
                self._storage.make_folder(self._folder / name)
        empty = dict.fromkeys((layout.JOURNAL, layout.entries_file(0), layout.leaves_file(0)), b"")
        identity = {layout.VKEY: self._verifier.vkey.encode() + b"\n", layout.CERTIFICATE: self._certificate}
        for name, data in (empty | identity).items():
            self._storage.replace(self._folder / name, data, sync=True)
        self._rebuilt += [*empty, *identity]
        self._storage.fsync_folder(self._folder.parent)
        tree = KeptTree()
        return self._resumed(tree, 0, 0, tree.root())

    def _tree(self, segment: int, tile: int, start: int, end: int) -> KeptTree | None:
        """The tree from kept hashes and the lines of the last tile; None where hashes are missing or do not agree.

        Of segments before the last, which were synced when they were full, only their roots are read.
        """
        with (self._folder / layout.entries_file(segment)).open("rb") as file:
            file.seek(start)
            lines = file.read(end - start).split(b"\n")[:-1]
        try:
            kept = KeptHashes(self._folder, segment)
            first = segment // TILE_ENTRIES**2 * TILE_ENTRIES
            tiles = [kept.subtree(8, index) for index in range(first, segment // TILE_ENTRIES)]
            tree = KeptTree(segment, kept.subtrees(), tiles)
        except LogFault:
            return None
        leaves = leaf_hashes(lines)
        stored = read_leaf_hashes(self._folder, segment) or b""
        before = (tile - segment) * HASH_BYTES
        tree.extend([stored[at : at + HASH_BYTES] for at in range(0, before, HASH_BYTES)])
        tree.extend(leaves)
        agreed = stored[before:] == b"".join(leaves) and self._keeps(segment, tree.take())
        return tree if agreed else None

    def _keeps(self, segment: int, kept: Kept) -> bool:
        """Whether the files of levels 1 and 2 end with these hashes of the last segment."""
        for level, hashes in enumerate(kept, 1):
            path = self._folder / layout.hashes_file(level)
            before = segment // TILE_ENTRIES**level * HASH_BYTES
            if not path.exists():
                if before or hashes:
                    return False
                continue
            with path.open("rb") as file:
                file.seek(before)
                if path.stat().st_size != before + len(hashes) or file.read() != hashes:
                    return False
        return True

    def _from_entries(self, size: int) -> KeptTree:
        """The tree from every line; the kept hashes of all segments are made anew where they differ."""
        tree = KeptTree()
        levels = [b"", b""]
        for first in layout.segments(size):
            leaves = self._leaves(first, min(size - first, layout.SEGMENT_ENTRIES))
            tree.extend(leaves)
            levels = [kept + more for kept, more in zip(levels, tree.take(), strict=True)]
            self._mend(layout.leaves_file(first), b"".join(leaves))
        for level, hashes in enumerate(levels, 1):
            if hashes and not (self._folder / layout.HASHES).is_dir():
                self._storage.make_folder(self._folder / layout.HASHES)
            if hashes or (self._folder / layout.hashes_file(level)).exists():
                self._mend(layout.hashes_file(level), hashes)
        return tree

    def _leaves(self, first: int, count: int) -> list[bytes]:
        leaves: list[bytes] = []
        try:
            for lines in read_segment(self._folder, first):
                leaves += leaf_hashes(lines[: count - len(leaves)])
                if len(leaves) == count:
                    break
        except LogFault as fault:
            if len(leaves) < count:
                raise LogFault(fault.kind, fault.message, entry=fault.entry, advice=_NEVER) from None
        if len(leaves) < count:
            entry = first + len(leaves)
            raise LogFault("damaged", f"entry {entry} is missing, and it was signed", entry=entry, advice=_NEVER)
        return leaves

    def _cut(self, size: int, segment: int, end: int) -> bool:
        """Move away what stands after the last signed entry; says whether there was anything."""
        cut = self._save_tail(size, layout.entries_file(segment), end)
        for name in (layout.ENTRIES, layout.LEAVES):
            for path in sorted((self._folder / name).iterdir()):
                if path.name.partition(".")[0].isdecimal() and int(path.name.partition(".")[0]) > segment:
                    if name == layout.ENTRIES:
                        self._save_tail(size, f"{name}/{path.name}", 0)
                    self._storage.remove(path)
                    self._rebuilt.append(f"{name}/{path.name}")
                    cut = True
        return cut

    def _save_tail(self, size: int, name: str, end: int) -> bool:
        path = self._folder / name
        if not path.exists() or path.stat().st_size <= end:
            return False
        with path.open("rb") as file:
            file.seek(end)
            tail = file.read()
        place = self._folder / layout.RECOVERY
        if not place.is_dir():
            self._storage.make_folder(place)
            self._storage.fsync_folder(self._folder)
        self._storage.replace(place / f"{size}-{sha256(tail).hexdigest()}.tail", tail, sync=True)
        self._storage.fsync_folder(place)
        return True

    def _tails(self, size: int) -> tuple[Tail, ...]:
        place = self._folder / layout.RECOVERY
        found = sorted(place.glob(f"{size}-*.tail")) if place.is_dir() else []
        return tuple(Tail(path.stat().st_size, path.stem.partition("-")[2]) for path in found)

    def _mend(self, name: str, data: bytes) -> None:
        path = self._folder / name
        if not path.exists() or path.read_bytes() != data:
            self._storage.replace(path, data, sync=True)
            self._rebuilt.append(name)


def line_ends(folder: Path, segment: int, counts: Sequence[int]) -> list[int]:
    """How many bytes the first lines of a segment take, for each of the growing `counts`; reads and hashes no line.

    Raises `LogFault` where there are fewer lines.
    """
    name = layout.entries_file(segment)
    found = [0 for count in counts if count == 0]
    lines = done = 0
    try:
        with (folder / name).open("rb") as file:
            while len(found) < len(counts) and (chunk := file.read(_CHUNK_BYTES)):
                here = lines + chunk.count(b"\n")
                at, passed = -1, lines
                while len(found) < len(counts) and counts[len(found)] <= here:
                    for _ in range(counts[len(found)] - passed):
                        at = chunk.index(b"\n", at + 1)
                    passed = counts[len(found)]
                    found.append(done + at + 1)
                lines = here
                done += len(chunk)
    except FileNotFoundError:
        raise LogFault("damaged", f"{name} is missing", entry=segment, advice=_NEVER) from None
    if len(found) < len(counts):
        entry = segment + lines
        raise LogFault(
            "damaged", f"entry {entry} is missing: {name} ends before it, and it was signed", entry=entry, advice=_NEVER
        )
    return found


def unsigned_tail(folder: Path, size: int) -> Tail | None:
    """What stands after the first `size` entries of a log, None where nothing does; raises `LogFault`, `OSError`."""
    segment = max(size - 1, 0) // layout.SEGMENT_ENTRIES * layout.SEGMENT_ENTRIES
    start = line_ends(folder, segment, (size - segment,))[0] if size else 0
    digest, length = sha256(), 0
    while (folder / layout.entries_file(segment)).is_file():
        with (folder / layout.entries_file(segment)).open("rb") as file:
            file.seek(start)
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                length += len(chunk)
        start = 0
        segment += layout.SEGMENT_ENTRIES
    return Tail(length, digest.hexdigest()) if length else None
