"""Forged receipts (A1): an entry that was never there, shown with a path that seems to lead to the signed root."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

from agoranomos.campaigns.attack.forgery import EVERYTHING, Forgery
from agoranomos.campaigns.attack.laying import notes_of
from agoranomos.campaigns.attack.signed_lies import lie
from agoranomos.campaigns.attack.twin import Twin
from agoranomos.logs.merkle import leaf_hashes
from agoranomos.logs.proof_file import ProofFile
from agoranomos.logs.proofs import inclusion_proof

Change = Callable[[Twin, ProofFile], ProofFile]


def receipt_of(twin: Twin, index: int) -> ProofFile:
    """The true receipt of an entry of the twin."""
    note = notes_of(twin.lines, twin.sizes[-1:], twin.keys.run)[0]
    return ProofFile(index, tuple(inclusion_proof(leaf_hashes(twin.lines), index)), note, twin.lines[index])


def _receipt(*changes: Change) -> Callable[[Twin, Random, int], Path]:
    """One turn for each of `changes`, to the true receipt of some entry."""

    def forge(twin: Twin, rng: Random, turn: int) -> Path:
        true = receipt_of(twin, rng.randrange(len(twin.lines) - 1))
        return twin.file(changes[turn](twin, true).data)

    return forge


def _another_entry(_twin: Twin, true: ProofFile) -> ProofFile:
    return replace(true, extra=(true.extra or b"").replace(b":", b": ", 1))


def _of_the_lie(twin: Twin, true: ProofFile) -> ProofFile:
    """Entry and path of another run at the same index, under this run's checkpoint."""
    lines = lie(twin.lines)
    return replace(true, index=0, path=tuple(inclusion_proof(leaf_hashes(lines), 0)), extra=lines[0])


def _node_as_leaf(twin: Twin, true: ProofFile) -> ProofFile:
    """Two leaf hashes, which are what a node is made of, shown as an entry one level above the leaves."""
    leaves = leaf_hashes(twin.lines)
    return ProofFile(0, tuple(inclusion_proof(leaves, 0)[1:]), true.note, leaves[0] + leaves[1])


def _longer(_twin: Twin, true: ProofFile) -> ProofFile:
    return replace(true, path=(*true.path, true.path[-1]))


def _shorter(_twin: Twin, true: ProofFile) -> ProofFile:
    return replace(true, path=true.path[:-1])


def _turned_round(_twin: Twin, true: ProofFile) -> ProofFile:
    return replace(true, path=true.path[1:] + true.path[:1] if len(set(true.path)) > 1 else true.path[:-1])


def _beyond(twin: Twin, true: ProofFile) -> ProofFile:
    return replace(true, index=len(twin.lines))


def _elsewhere(_twin: Twin, true: ProofFile) -> ProofFile:
    return replace(true, index=true.index + 1)


def _far_beyond(_twin: Twin, true: ProofFile) -> ProofFile:
    return replace(true, index=2**62)


def _older_checkpoint(twin: Twin, true: ProofFile) -> ProofFile:
    return replace(true, note=notes_of(twin.lines, (1,), twin.keys.run)[0])


def _strangers_checkpoint(twin: Twin, _true: ProofFile) -> ProofFile:
    """A whole log of the stranger's, with the same origin, and a proof that holds in it."""
    lines = lie(twin.lines)
    note = notes_of(lines, (len(lines),), twin.keys.stranger_run)[0]
    return ProofFile(0, tuple(inclusion_proof(leaf_hashes(lines), 0)), note, lines[0])


def _changed_root(twin: Twin, true: ProofFile) -> ProofFile:
    """A proof that holds under a root that was never signed: the text is changed, the signature stays."""
    lines = lie(twin.lines)
    signature = true.note[true.note.rindex(b"\n\n") :]
    text = notes_of(lines, (len(lines),), twin.keys.run)[0].partition(b"\n\n")[0]
    return ProofFile(0, tuple(inclusion_proof(leaf_hashes(lines), 0)), text + signature, lines[0])


def _two(twin: Twin) -> str:
    return "" if len(twin.lines) > 3 else "this log is too short for a path to bend"


FORGERIES: tuple[Forgery[Twin], ...] = (
    Forgery(
        "a receipt of an entry that was never there", "A1", EVERYTHING, _receipt(_another_entry, _of_the_lie), 2, _two
    ),
    Forgery("an inner node of the tree shown as an entry", "A1", EVERYTHING, _receipt(_node_as_leaf), 1, _two),
    Forgery(
        "a path that is too long, too short, turned round, or of another place",
        "A1",
        EVERYTHING,
        _receipt(_longer, _shorter, _turned_round, _beyond, _elsewhere, _far_beyond),
        6,
        _two,
    ),
    Forgery(
        "a receipt under another checkpoint",
        "A1",
        EVERYTHING,
        _receipt(_older_checkpoint, _strangers_checkpoint, _changed_root),
        3,
        _two,
    ),
)
