"""Verifies an exported log by all that a reader holds beside a key: a policy of witnesses, and what was seen before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from agoranomos.logs.anchors import NOBODY
from agoranomos.logs.checkpoint import Checkpoint, parse_checkpoint
from agoranomos.logs.cosignature import cosigned_by
from agoranomos.logs.diagnosis import files_changed
from agoranomos.logs.hashes import TileHashes
from agoranomos.logs.keys import Verifier
from agoranomos.logs.note import MAX_NOTE_BYTES, parse_note
from agoranomos.logs.plain_file import unreadable
from agoranomos.logs.policy import NONE, Policy
from agoranomos.logs.remembered import Remembered, RememberedCheckpoints
from agoranomos.logs.tree import read_file, verify_tree
from agoranomos.logs.verification import Verification


def verify_exported(
    folder: Path,
    trusted: Sequence[Verifier],
    *,
    policy: Policy | None = None,
    remembered: RememberedCheckpoints | None = None,
) -> Verification:
    """Verify a tree of tiles, every entry of it, as `verify_tree` does; its logs and its quorum as `policy` says.

    Raises `LogFault`, and `MachineError` when a file cannot be read.
    """
    try:
        note = read_file(folder, "checkpoint", MAX_NOTE_BYTES)
        found = verify_tree(folder, [*trusted, *(log.key for log in policy.logs)] if policy is not None else trusted)
        head = found.checkpoint
        if parse_checkpoint(parse_note(note).text) != head:
            raise files_changed()
        hashes = TileHashes(folder, head.size)
        known = remembered.of(head.origin) if remembered is not None else None
        if known is not None:
            _require_continued(known, found.signer, head, hashes, note)
        witnesses = NOBODY
        if policy is not None and policy.quorum != NONE:
            witnesses = policy.require(cosigned_by(note, policy.keys))
        return Verification(
            origin=head.origin,
            size=head.size,
            root=head.root,
            signer=found.signer.vkey,
            trusted_by=found.trusted_by.vkey,
            checkpoints=1,
            note=note,
            subtrees=_subtrees(hashes, head.size),
            closed=None,
            witnesses=witnesses,
            remembered=known,
            noted=(
                "an exported copy: the log itself may have gone on since",
                "verify.py, README.md and policy, where they are there, are signed by nobody: trust your own copies",
            ),
        )
    except OSError as error:
        raise unreadable(error, folder) from error


def _require_continued(known: Remembered, signer: Verifier, head: Checkpoint, hashes: TileHashes, note: bytes) -> None:
    known.require_key(signer, note)
    known.require_growth(head, note)
    known.require_root(hashes.root(0, known.checkpoint.size), note)


def _subtrees(hashes: TileHashes, size: int) -> tuple[bytes, ...]:
    """The compact range over the first `size` leaves, the largest subtree first."""
    heights = [height for height in reversed(range(size.bit_length())) if size >> height & 1]
    return tuple(hashes.subtree(height, (size >> height) - 1) for height in heights)
