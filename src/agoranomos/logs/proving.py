"""Makes proofs from the files of a log, or of an export of one. No proof leaves here that was not verified."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agoranomos.errors import UsageError
from agoranomos.logs import layout
from agoranomos.logs.attached import read_cosignatures
from agoranomos.logs.checkpoint import Checkpoint, open_checkpoint
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.hashes import KeptHashes, TileHashes, TreeHashes
from agoranomos.logs.heads import open_heads
from agoranomos.logs.keys import Verifier
from agoranomos.logs.merkle import leaf_hash
from agoranomos.logs.plain_file import unreadable
from agoranomos.logs.proof_file import ProofFile
from agoranomos.logs.proofs import verify_consistency, verify_inclusion
from agoranomos.logs.reader import read_small, read_vkey
from agoranomos.logs.segments import read_lines, read_segment
from agoranomos.logs.tiles import ENTRY_BUNDLES, MAX_BUNDLE_BYTES, TILE_WIDTH, parse_bundle, tile_path
from agoranomos.logs.witness_request import WitnessRequest


class ProvableLog:
    """A log in its folder, or in an export, under its published checkpoint (or, without one, the last journalled).

    The checkpoint is verified under the key that lies beside it; who trusts that key is another question. `note` is the
    signed note with the cosignatures that are attached to it. Raises `LogFault`, and `MachineError`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        with readable(self.folder):
            self.signer: Verifier = read_vkey(self.folder)
            exported = not (self.folder / layout.ENTRIES).is_dir()
            if exported or (self.folder / layout.CHECKPOINT).exists():
                self.note = read_small(self.folder, layout.CHECKPOINT)
            else:
                self.note = open_heads(self.folder, self.signer).note
            with within(layout.CHECKPOINT):
                self.checkpoint: Checkpoint = open_checkpoint(self.note, self.signer)
            if not exported:
                self.note += read_cosignatures(self.folder, self.note)
        hashes: type[KeptHashes] | type[TileHashes] = TileHashes if exported else KeptHashes
        self.tree: TreeHashes = hashes(self.folder, self.checkpoint.size)
        self._exported = exported
        self._segment, self._at = -1, 0  # what was read last: lines from entry `_at` on, and those that follow
        self._lines: list[bytes] = []
        self._batches: Iterator[list[bytes]] = iter(())

    @property
    def certificate(self) -> bytes | None:
        """The note that certifies the log's key, None where there is none."""
        return read_small(self.folder, layout.CERTIFICATE) if (self.folder / layout.CERTIFICATE).exists() else None

    def entry(self, index: int) -> bytes:
        """The entry of that index, as it lies there; raises `UsageError` for one that the checkpoint does not cover."""
        self._check_index(index)
        with readable(self.folder):
            if self._exported:
                return self._bundle(index // TILE_WIDTH)[index % TILE_WIDTH]
            return self._entry_of_segment(index)

    def entries(self) -> Iterator[bytes]:
        """The entries that the checkpoint covers, in order, as they lie there."""
        size = self.checkpoint.size
        with readable(self.folder):
            if self._exported:
                for first in range(0, size, TILE_WIDTH):
                    yield from self._bundle(first // TILE_WIDTH)
            else:
                done = 0
                for lines in read_lines(self.folder, size):
                    yield from lines[: size - done]
                    done += len(lines)

    def inclusion(self, index: int, entry: bytes | None = None) -> ProofFile:
        """The proof that `entry` (default: the one that lies there) is entry `index` under the signed root.

        Raises `UsageError` for an index that is not in the log, `LogFault` when there is no such proof.
        """
        self._check_index(index)
        entry = self.entry(index) if entry is None else entry
        head = self.checkpoint
        with readable(self.folder), self._proving():
            path = self.tree.inclusion_proof(index)
            verify_inclusion(leaf_hash(entry), index, head.size, head.root, path)
        return ProofFile(index, tuple(path), self.note, entry)

    def consistency(self, old: int, old_root: bytes | None = None) -> WitnessRequest:
        """The proof that the first `old` entries (with that root, if one is given) are a prefix of the signed ones.

        Raises `UsageError` for a size that the log never had, `LogFault` when there is no such proof.
        """
        head = self.checkpoint
        if not 0 < old <= head.size:
            raise UsageError(f"there is no proof from size {old}: the log has {head.size} entries")
        with readable(self.folder), self._proving():
            proof = self.tree.consistency_proof(old)
            root = self.tree.root(0, old) if old_root is None else old_root
            verify_consistency(old, head.size, root, head.root, proof)
        return WitnessRequest(old, tuple(proof), self.note)

    def _check_index(self, index: int) -> None:
        if not 0 <= index < self.checkpoint.size:
            raise UsageError(f"there is no entry {index}: the log has entries 0 to {self.checkpoint.size - 1}")

    def _entry_of_segment(self, index: int) -> bytes:
        """Goes on from the entry that was read last, if that was before it in the same segment."""
        segment = index - index % layout.SEGMENT_ENTRIES
        if segment != self._segment or index < self._at:
            self._segment, self._at, self._lines = segment, segment, []
            self._batches = read_segment(self.folder, segment)
        while index >= self._at + len(self._lines):
            self._at += len(self._lines)
            self._segment = -1  # until there are more lines
            self._lines = next(self._batches, [])
            if not self._lines:
                raise LogFault("damaged", f"entry {self._at} is missing: the entries end before it", entry=self._at)
            self._segment = segment
        return self._lines[index - self._at]

    def _bundle(self, number: int) -> list[bytes]:
        width = min(TILE_WIDTH, self.checkpoint.size - number * TILE_WIDTH)
        name = tile_path(ENTRY_BUNDLES, number, width)
        bundle = read_small(self.folder, name, MAX_BUNDLE_BYTES)
        with within(name):
            return parse_bundle(bundle, width)

    @contextmanager
    def _proving(self) -> Iterator[None]:
        try:
            yield
        except LogFault as fault:
            raise LogFault(
                fault.kind,
                f"no proof can be made of {self.checkpoint.origin} as it lies there: {fault.message}",
                entry=fault.entry,
                advice=f"Find out what was changed: agora log verify {self.folder}",
            ) from None


@contextmanager
def readable(folder: Path) -> Iterator[None]:
    """Turns an error of the system into a `LogFault` or a `MachineError` that names the file."""
    try:
        yield
    except OSError as error:
        raise unreadable(error, folder) from error
