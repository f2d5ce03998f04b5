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

MAX_BLOB_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class VerifiedTree:
    """What was verified: the head, who signed it, the trusted key that vouches for the signer, and who cosigned it."""

    checkpoint: Checkpoint
    note: bytes
    signer: Verifier
    trusted_by: Verifier
    cosigned: tuple[Cosigned, ...]
    blobs: int

    @property
    def not_excluded(self) -> tuple[str, ...]:
        """What such a check cannot see."""
        history = "rollback: an older state of the log; a second history; a whole new log under a new certified key"
        how = "if all witnesses named here took part, or since" if self.cosigned else "(no witness was given)"
        return (
            f"{history} {how}",
            "false content: a signature says who committed to these bytes, not that they are true or complete",
            "wrong judgements, and blobs that were left out: agora log verify, on the log itself, looks at these",
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
    signer, vouched = log_key(origin, certificate, trusted)
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
    return VerifiedTree(checkpoint, note, signer, vouched, cosigned, blobs)


def log_key(
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
        raise LogFault("damaged", f"{name!r} is missing, or no plain file")
    if path.stat().st_size > limit:
        raise LogFault("damaged", f"{name!r} is longer than {limit} bytes")
    with path.open("rb") as file:
        return file.read(limit)


def _check_entries(folder: Path, checkpoint: Checkpoint) -> None:
    """Raises `LogFault` unless the bundles lead to the root, and every hash tile is the one that follows from them."""
    tiles = _Tiles(folder)
    for first in range(0, checkpoint.size, TILE_WIDTH):
        number, width = first // TILE_WIDTH, min(TILE_WIDTH, checkpoint.size - first)
        name = tile_path(ENTRY_BUNDLES, number, width)
        data = read_file(folder, name, MAX_BUNDLE_BYTES)
        with within(name):
            entries = parse_bundle(data, width)
        tiles.add(0, number, leaf_hashes(entries))
    if tiles.root(checkpoint.size) != checkpoint.root:
        found = tiles.differs or LogFault("tampered", "every hash tile agrees with them")
        raise LogFault("tampered", f"the entries do not lead to the signed root: {found.message}", entry=found.entry)
    if tiles.differs is not None:
        raise LogFault("damaged", f"the entries are as they were signed, but {tiles.differs.message}")


class _Tiles:
    """The last tile of each level as it fills; `differs` is the first difference from the files that was met."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._levels: list[list[bytes]] = []
        self.differs: LogFault | None = None

    def add(self, level: int, number: int, hashes: Sequence[bytes]) -> None:
        """Append hashes to tile `number`, which is the last of its level so far."""
        if level == len(self._levels):
            self._levels.append([])
        tile = self._levels[level]
        tile += hashes
        if len(tile) == TILE_WIDTH:
            self._compare(level, number)
            self.add(level + 1, number // TILE_WIDTH, [root_of(tile)])
            tile.clear()

    def root(self, size: int) -> bytes:
        """The root over all `size` entries; the partial tiles are compared on the way."""
        below: list[bytes] = []
        for level, tile in enumerate(self._levels):
            if tile:
                self._compare(level, size // TILE_WIDTH ** (level + 1))
                below = [root_of(tile + below)]
        return root_of(below)

    def _compare(self, level: int, number: int) -> None:
        tile = self._levels[level]
        name = tile_path(level, number, len(tile))
        kept = read_file(self._folder, name, TILE_WIDTH * HASH_BYTES)
        if len(kept) != len(tile) * HASH_BYTES:
            raise LogFault("damaged", f"{name} has {len(kept)} bytes, not {len(tile) * HASH_BYTES}")
        for place, value in enumerate(tile):
            if self.differs is None and kept[place * HASH_BYTES :][:HASH_BYTES] != value:
                entry = number * TILE_WIDTH + place if level == 0 else None
                what = f"entry {entry}" if level == 0 else "what is below it"
                self.differs = LogFault("tampered", f"{what} does not have hash {place} of {name}", entry=entry)


def _check_blobs(folder: Path) -> int:
    """How many blobs there are; raises `LogFault` unless each has the SHA-256 that its name says."""
    files = [path for path in (folder / "blobs").rglob("*") if path.is_symlink() or not path.is_dir()]
    for path in files:
        digest = sha256(read_file(path.parent, path.name, MAX_BLOB_BYTES)).hexdigest()
        if path != folder / "blobs" / "sha256" / digest[:2] / digest:
            raise LogFault("tampered", f"blob {path.name!r}: its content is not what its name says")
    return len(files)
