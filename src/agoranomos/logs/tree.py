"""Verifies a plain C2SP tlog-tiles tree (what `agora log export` writes) from its files and from trusted keys.

Every entry to its leaf, to the hash tiles, to the root, to the checkpoint, to the key that signs it, to a key that was
trusted before. This module, with those that it needs, is also the `verify.py` of each export: see `standalone`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from agoranomos.logs.certificate import certified_by, read_certificate
from agoranomos.logs.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from agoranomos.logs.cosignature import Cosigned, WitnessKey, cosigned_by
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.keys import Verifier
from agoranomos.logs.merkle import HASH_BYTES, leaf_hashes, root_of
from agoranomos.logs.note import MAX_NOTE_BYTES, parse_note
from agoranomos.logs.tiles import ENTRY_BUNDLES, MAX_BUNDLE_BYTES, TILE_WIDTH, parse_bundle, tile_path

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class VerifiedTree:
    """What was verified: the head, who signed it, the trusted key that vouches for the signer, and who cosigned it."""

    checkpoint: Checkpoint
    signer: Verifier
    trusted_by: Verifier
    cosigned: tuple[Cosigned, ...]
    blobs: int

    @property
    def not_excluded(self) -> tuple[str, ...]:
        """What such a check cannot see."""
        content = (
            "false content: a signature says who committed to these bytes, not that they are true or complete",
            "entries that break the institution's rules: none was judged again (agora log verify does, on the log)",
            "a blob that was left out: only those that are there were checked",
        )
        if self.cosigned:
            return ("a second history, or a rollback, in which all of the witnesses named here took part", *content)
        return (
            "rollback: the tree may be an older state of the log (no witness was given)",
            "a second history: the holder of the log's key could have signed another log of this origin",
            "replacement: the holder of the certifying key can make a new key and a whole new log of this origin",
            *content,
        )


def verify_tree(folder: Path, trusted: Sequence[Verifier], witnesses: Sequence[WitnessKey] = ()) -> VerifiedTree:
    """Check a tree whose checkpoint is signed by a trusted key, or by one that a trusted key certifies.

    Every one of `witnesses` must have cosigned the checkpoint. Raises `LogFault`, whose `kind` is `undecided` when
    all is consistent and yet nobody who is trusted vouches for it, and `OSError` when a file cannot be read.
    """
    note = read_file(folder, "checkpoint", MAX_NOTE_BYTES)
    with within("checkpoint"):
        origin = parse_checkpoint(parse_note(note).text).origin
    certificate = read_file(folder, "certificate", MAX_NOTE_BYTES) if (folder / "certificate").exists() else None
    signer, vouched = signer_of(origin, certificate, trusted)
    if read_file(folder, "log.vkey", MAX_NOTE_BYTES) != f"{signer.vkey}\n".encode():
        raise LogFault("tampered", f"log.vkey is not the key {signer.vkey}")
    with within("checkpoint"):
        checkpoint = open_checkpoint(note, signer)
        cosigned = cosigned_by(note, witnesses)
    if checkpoint.size == 0:
        raise LogFault("damaged", "the log is empty: there is nothing in it to verify")
    _check_entries(folder, checkpoint)
    blobs = _check_blobs(folder)
    if isinstance(vouched, LogFault):
        raise vouched
    missing = [witness.name for witness in witnesses if witness not in [one.witness for one in cosigned]]
    if missing:
        raise LogFault("undecided", f"checkpoint: not cosigned by {', '.join(missing)}")
    return VerifiedTree(checkpoint, signer, vouched, cosigned, blobs)


def signer_of(
    origin: str, certificate: bytes | None, trusted: Sequence[Verifier]
) -> tuple[Verifier, Verifier | LogFault]:
    """The key that signs for `origin`, and the trusted key that vouches for it, or the fault that says that none does.

    The fault is for when all else was looked at. Raises `LogFault` for a bad certificate, and when no key is known.
    """
    if certificate is None:
        own = [key for key in trusted if key.name == origin]
        if len(own) != 1:
            raise LogFault("undecided", f"there is no certificate, and not one key of {origin} was given")
        return own[0], own[0]
    with within("certificate"):
        signer = read_certificate(certificate).log
        if signer.name != origin:
            raise LogFault("tampered", f"it is for {signer.name}, the checkpoint is of {origin}")
        if signer in trusted:
            return signer, signer
        try:
            return signer, certified_by(certificate, trusted)
        except LogFault as fault:
            if fault.kind != "undecided":
                raise
            return signer, LogFault("undecided", f"consistent in itself, but the certificate is {fault.message}")


def read_file(folder: Path, name: str, limit: int) -> bytes:
    """The bytes of a file; raises `LogFault` when it is missing, no plain file, or longer than `limit`."""
    path = folder / name
    if not path.is_file():  # a pipe or a device may never end
        raise LogFault("damaged", f"{name} is missing")
    with path.open("rb") as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise LogFault("damaged", f"{name} is longer than {limit} bytes")
    return data


def _check_entries(folder: Path, checkpoint: Checkpoint) -> None:
    """Raises `LogFault` unless the bundles lead to the root, and every hash tile is the one that follows from them."""
    tiles = _Tiles(folder)
    for first in range(0, checkpoint.size, TILE_WIDTH):
        width = min(TILE_WIDTH, checkpoint.size - first)
        name = tile_path(ENTRY_BUNDLES, first // TILE_WIDTH, width)
        with within(name):
            entries = parse_bundle(read_file(folder, name, MAX_BUNDLE_BYTES), width)
        tiles.add(0, leaf_hashes(entries))
    if tiles.root() != checkpoint.root:
        found = tiles.differs.message if tiles.differs is not None else "no hash tile tells where"
        entry = tiles.differs.entry if tiles.differs is not None else None
        raise LogFault("tampered", f"the entries do not lead to the signed root; {found}", entry=entry)
    if tiles.differs is not None:
        raise LogFault("damaged", f"the entries are as they were signed, but {tiles.differs.message}")


class _Tiles:
    """The last tile of each level as it fills; `differs` is the first difference from the files that was met."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._levels: list[list[bytes]] = []
        self._full: list[int] = []
        self.differs: LogFault | None = None

    def add(self, level: int, hashes: Sequence[bytes]) -> None:
        """Append hashes to a level; they do not cross the end of a tile."""
        if level == len(self._levels):
            self._levels.append([])
            self._full.append(0)
        tile = self._levels[level]
        tile += hashes
        if len(tile) == TILE_WIDTH:
            self._compare(level)
            self.add(level + 1, [root_of(tile)])
            self._full[level] += 1
            tile.clear()

    def root(self) -> bytes:
        """The root over all; the partial tiles are compared on the way."""
        below: list[bytes] = []
        for level, tile in enumerate(self._levels):
            if tile:
                self._compare(level)
                below = [root_of(tile + below)]
        return root_of(below)

    def _compare(self, level: int) -> None:
        tile, number = self._levels[level], self._full[level]
        name = tile_path(level, number, len(tile))
        kept = read_file(self._folder, name, TILE_WIDTH * HASH_BYTES)
        if len(kept) != len(tile) * HASH_BYTES:
            raise LogFault("damaged", f"{name} has {len(kept)} bytes, not {len(tile) * HASH_BYTES}")
        for place, value in enumerate(tile):
            if self.differs is None and kept[place * HASH_BYTES :][:HASH_BYTES] != value:
                index = number * TILE_WIDTH + place
                what = f"entry {index} does not have the hash" if level == 0 else f"hash {place} is not that"
                entry = index if level == 0 else None
                self.differs = LogFault("tampered", f"{what} that stands in {name}", entry=entry)


def _check_blobs(folder: Path) -> int:
    """How many blobs there are; raises `LogFault` unless each has the SHA-256 that its name says."""
    count = 0
    for path in sorted((folder / "blobs").rglob("*")):
        if path.is_dir() and not path.is_symlink():
            continue
        digest = sha256()
        if path.is_file():
            with path.open("rb") as file:
                while chunk := file.read(CHUNK_BYTES):
                    digest.update(chunk)
        if path != folder / "blobs" / "sha256" / digest.hexdigest()[:2] / digest.hexdigest():
            raise LogFault("tampered", f"blob {path.name!r}: its content is not what its name says")
        count += 1
    return count
