"""Are several copies of a log one history? Folders, exported trees and lone checkpoints, of one origin."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agoranomos.errors import UsageError
from agoranomos.logs import layout
from agoranomos.logs.certificate import certified_by, read_certificate
from agoranomos.logs.checkpoint import Checkpoint, parse_checkpoint
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.fork import Fork, verify_fork
from agoranomos.logs.hashes import KeptHashes, TileHashes, TreeHashes
from agoranomos.logs.heads import open_heads
from agoranomos.logs.keys import Verifier
from agoranomos.logs.note import open_note, parse_note
from agoranomos.logs.plain_file import unreadable
from agoranomos.logs.proofs import verify_consistency
from agoranomos.logs.reader import read_small, read_vkey


@dataclass(frozen=True, slots=True)
class View:
    """What one place shows of a log. `tree` has the hashes of its entries; there are none beside a lone checkpoint."""

    name: str
    note: bytes
    checkpoint: Checkpoint
    certificate: bytes | None
    tree: TreeHashes | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What views of one log, the smallest first, are to each other.

    `fork` is evidence, verified, that there are two histories; `between` the two views that show it, and `agree` how
    many entries these have in common at their beginning, where both hold entries. `undecided` says which views could
    not be compared.
    """

    views: tuple[View, ...]
    fork: Fork | None = None
    between: tuple[View, ...] = ()
    agree: int | None = None
    undecided: tuple[str, ...] = ()


def read_view(place: Path) -> View:
    """What lies in `place`: the folder of a log, an exported tree, or a checkpoint in a file. Nothing is verified."""
    place = Path(place)
    try:
        if not place.is_dir():
            note = read_small(place.parent, place.name)
            with within(str(place)):
                return View(str(place), note, parse_checkpoint(parse_note(note).text), None, None)
        with within(str(place)):
            return _read_folder(place)
    except OSError as error:
        raise unreadable(error, place) from error


def _read_folder(place: Path) -> View:
    certificate = read_small(place, layout.CERTIFICATE) if (place / layout.CERTIFICATE).exists() else None
    if (place / layout.JOURNAL).exists():
        heads = open_heads(place, read_vkey(place))
        return View(str(place), heads.note, heads.head, certificate, KeptHashes(place, heads.head.size))
    note = read_small(place, layout.CHECKPOINT)
    checkpoint = parse_checkpoint(parse_note(note).text)
    return View(str(place), note, checkpoint, certificate, TileHashes(place, checkpoint.size))


def compare_views(views: Sequence[View], trusted: Sequence[Verifier]) -> Comparison:
    """Whether the views are one history.

    `trusted` are keys of the log itself, or of those who certify it. Raises `UsageError` when the origins differ, and
    `LogFault`: `undecided` when no trusted key vouches for a view, `tampered` when a signature fails, `damaged` when
    the hashes of a view are not those that were signed.
    """
    views = tuple(sorted(views, key=lambda view: view.checkpoint.size))
    if len({view.checkpoint.origin for view in views}) > 1:
        named = ", ".join(f"{view.name} is of {view.checkpoint.origin}" for view in views)
        raise UsageError(f"these are different logs: {named}")
    certificates = tuple(dict.fromkeys(view.certificate for view in views if view.certificate is not None))
    certificates = _of_trusted(certificates, trusted)
    keys = (*trusted, *(read_certificate(one).log for one in certificates))
    for view in views:
        _require_signed(view, keys)
    undecided = []
    for first, second in itertools.combinations(views, 2):
        if first.checkpoint.size != second.checkpoint.size and second.tree is None:
            if not _bridged(second, views):
                undecided.append(f"{first.name} and {second.name}: the larger one has no entries to compare with")
            continue
        fork = _fork(first, second, certificates)
        if fork is not None:
            verify_fork(fork, trusted)
            return Comparison(views, fork, (first, second), _agreement(first, second))
    return Comparison(views, undecided=tuple(undecided))


def _of_trusted(certificates: Sequence[bytes], trusted: Sequence[Verifier]) -> tuple[bytes, ...]:
    found = []
    for certificate in certificates:
        try:
            certified_by(certificate, trusted)
        except LogFault as fault:
            if fault.kind != "undecided":
                raise
        else:
            found.append(certificate)
    return tuple(found)


def _require_signed(view: View, keys: Sequence[Verifier]) -> None:
    own = tuple(dict.fromkeys(key for key in keys if key.name == view.checkpoint.origin))
    with within(view.name):
        try:
            open_note(view.note, own)
        except LogFault as fault:
            if fault.kind != "undecided":
                raise
            raise LogFault(
                "undecided",
                f"the checkpoint of {view.checkpoint.origin} is {fault.message}",
                advice="Give the key of the log, or that of the workspace and a copy with its certificate, by --key.",
            ) from None


def _bridged(view: View, views: Sequence[View]) -> bool:
    """Whether some view with entries is as large: then each is compared with that one."""
    return any(other.tree is not None and other.checkpoint.size >= view.checkpoint.size for other in views)


def _fork(first: View, second: View, certificates: tuple[bytes, ...]) -> Fork | None:
    smaller, larger = first.checkpoint, second.checkpoint
    if smaller.size == larger.size:
        return None if smaller.root == larger.root else Fork(first.note, second.note, certificates=certificates)
    if smaller.size == 0:
        return None
    assert second.tree is not None
    root, proof = proof_of(second.name, second.tree, smaller.size, larger)
    return None if root == smaller.root else Fork(first.note, second.note, root, proof, certificates)


def proof_of(name: str, tree: TreeHashes, old: int, head: Checkpoint) -> tuple[bytes, tuple[bytes, ...]]:
    """The root that a tree had at size `old`, and the consistency proof from there to its head.

    The proof is checked: hashes that are kept may be damaged, and damage must not look like a fork. Raises `LogFault`.
    """
    with within(name):
        try:
            root = tree.root(0, old)
            proof = tuple(tree.consistency_proof(old, head.size))
        except OSError as error:
            raise unreadable(error, Path(name)) from error
        try:
            verify_consistency(old, head.size, root, head.root, proof)
        except LogFault:
            raise LogFault(
                "damaged",
                "its hashes are not those of its signed root",
                advice="agora log verify says what is wrong with it; nothing was compared.",
            ) from None
    return root, proof


def _agreement(first: View, second: View) -> int | None:
    """How many entries are the same at the beginning of both, by their prefixes' roots; None where it is not known."""
    if first.tree is None or second.tree is None:
        return None
    try:
        if first.tree.root() != first.checkpoint.root:
            return None
        return _first_difference(first.tree, second.tree, first.checkpoint.size)
    except (LogFault, OSError):  # the fork is proved without; a copy with gaps cannot say where it begins
        return None


def _first_difference(first: TreeHashes, second: TreeHashes, size: int) -> int:
    same, other = 0, size
    while other - same > 1:
        middle = (same + other) // 2
        if first.root(0, middle) == second.root(0, middle):
            same = middle
        else:
            other = middle
    return same
