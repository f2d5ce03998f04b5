"""Verifies a log from its files and from keys that are trusted beforehand. Raises; gives no verdict to overlook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import layout
from agoranomos.logs.certificate import certified_by, read_certificate
from agoranomos.logs.checkpoint import Checkpoint, open_checkpoint
from agoranomos.logs.diagnosis import why_not
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.journal import read_checkpoints
from agoranomos.logs.keys import Verifier
from agoranomos.logs.log import seq_suffix
from agoranomos.logs.merkle import CompactRange, leaf_hashes
from agoranomos.logs.reader import read_small, read_vkey
from agoranomos.logs.segments import read_leaf_hashes, read_lines

NOT_EXCLUDED = (
    "rollback: the whole folder may be an older state of itself, cut at an earlier checkpoint (no remembered "
    "checkpoint, no witness and no ledger was given)",
    "a second history: the holder of the run's key, while it lived, could have signed another log of this origin",
    "replacement: the holder of the certifying key can make a new run key and write a whole new log of this origin",
    "false content: a signature says who committed to these bytes, not that they are true or complete",
    "a blob that was removed: only those that are there were checked",
)
"""What the files of one log can never show."""

Consume = Callable[[list[bytes]], object]


@dataclass(frozen=True, slots=True)
class Verification:
    """A log that verified: `signer` is the log's own vkey, `trusted_by` the vkey of the trusted key that certifies it.

    `checkpoints` counts the journal. `not_excluded` is what this check could not see.
    """

    origin: str
    size: int
    root: bytes
    signer: str
    trusted_by: str
    checkpoints: int
    not_excluded: tuple[str, ...] = NOT_EXCLUDED


def verify_log(
    folder: Path, trusted: Sequence[Verifier], *, origin: str | None = None, consume: Consume | None = None
) -> Verification:
    """Check every byte of a log: key and certificate, checkpoint and journal, each line to its leaf to the root, blobs.

    `origin`, if given, is whose log it must be. `consume` is handed each batch of lines as it is hashed, so that what
    is judged afterwards is what was verified, and not a second reading; believe it only when this returns. Raises
    `LogFault`, whose `kind` is `undecided` when all is consistent and yet no trusted key certifies the log, and
    `UsageError` when there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a log: there is no such folder", advice="Give the folder of one run's log.")
    try:
        return _verify(folder, trusted, origin, consume)
    except OSError as error:
        raise MachineError(f"cannot read {error.filename or folder}: {error.strerror}") from error


def _verify(folder: Path, trusted: Sequence[Verifier], origin: str | None, consume: Consume | None) -> Verification:
    signer = read_vkey(folder)
    certifier = _certifier(folder, signer, trusted)
    if origin is not None and signer.name != origin:
        raise LogFault("tampered", f"it is the log of {signer.name}, not of {origin}")
    checkpoints = _checkpoints(folder, signer)
    _check_names(folder, checkpoints[-1].size)
    if not _entries_match(folder, checkpoints, consume):
        raise why_not(folder, checkpoints)
    _check_blobs(folder)
    if isinstance(certifier, LogFault):
        raise certifier
    head = checkpoints[-1]
    return Verification(head.origin, head.size, head.root, signer.vkey, certifier.vkey, len(checkpoints))


def _certifier(folder: Path, signer: Verifier, trusted: Sequence[Verifier]) -> Verifier | LogFault:
    """The trusted key that vouches for the log's, or the fault that says that none does, for when all else is seen."""
    note = read_small(folder, layout.CERTIFICATE)
    with within(layout.CERTIFICATE):
        if read_certificate(note).log != signer:
            raise LogFault("tampered", f"it certifies another key than that of {layout.VKEY}")
        try:
            return certified_by(note, trusted)
        except LogFault as fault:
            if fault.kind != "undecided":
                raise
            return LogFault(
                "undecided",
                f"the log is consistent in itself, but its certificate is {fault.message}",
                advice="Give the public key of the workspace that made it (a vkey), obtained from its owner.",
            )


def _checkpoints(folder: Path, signer: Verifier) -> list[Checkpoint]:
    """The journal's checkpoints, the last of which is the published one."""
    if not (folder / layout.JOURNAL).is_file():
        raise LogFault("damaged", f"{layout.JOURNAL} is missing")
    with within(layout.JOURNAL):
        checkpoints = read_checkpoints(folder / layout.JOURNAL, signer)
    if checkpoints and not (folder / layout.CHECKPOINT).exists():
        raise LogFault(
            "damaged",
            f"{layout.CHECKPOINT} is missing: the log was never closed (its journal signs {checkpoints[-1].size} "
            "entries), or the file was taken away",
        )
    note = read_small(folder, layout.CHECKPOINT)
    with within(layout.CHECKPOINT):
        published = open_checkpoint(note, signer)
    if not checkpoints or published.size > checkpoints[-1].size:
        raise LogFault(
            "tampered", f"{layout.JOURNAL} was cut: it does not hold the checkpoint of size {published.size}"
        )
    if published != checkpoints[-1]:
        raise LogFault(
            "tampered",
            f"{layout.CHECKPOINT} is of size {published.size}, but size {checkpoints[-1].size} was signed after it: an "
            "older checkpoint was put back",
        )
    if published.size == 0:
        raise LogFault("damaged", "the log is empty: there is nothing in it to verify")
    return checkpoints


def _check_names(folder: Path, size: int) -> None:
    """Refuse files that would be read as segments, and are not covered by the checkpoint."""
    for name, file_of in ((layout.ENTRIES, layout.entries_file), (layout.LEAVES, layout.leaves_file)):
        expected = {file_of(first) for first in layout.segments(size)}
        present = {f"{name}/{path.name}" for path in (folder / name).iterdir()} if (folder / name).is_dir() else set()
        if extra := sorted(present - expected):
            raise LogFault("tampered", f"{extra[0]} is no part of a log of {size} entries", entry=size)


def _entries_match(folder: Path, checkpoints: Sequence[Checkpoint], consume: Consume | None) -> bool:
    """Whether every line and leaf hash is what the checkpoints sign: one pass, each line to its leaf to every root."""
    size = checkpoints[-1].size
    ahead = iter(checkpoints)
    due = next(ahead)
    tree = CompactRange()
    stored = b""
    try:
        for lines in read_lines(folder, size):
            first = tree.size
            for index, line in enumerate(lines, first):
                if not line.endswith(seq_suffix(index)):
                    return False
            leaves = leaf_hashes(lines)
            if first % layout.SEGMENT_ENTRIES == 0:
                stored = read_leaf_hashes(folder, first) or b""
            at = first % layout.SEGMENT_ENTRIES * 32
            if first + len(lines) > size or stored[at : at + 32 * len(lines)] != b"".join(leaves):
                return False
            while due.size - first <= len(lines):
                tree.extend(leaves[tree.size - first : due.size - first])
                if tree.root() != due.root:
                    return False
                due = next(ahead, Checkpoint("", size + 1, b""))
            tree.extend(leaves[tree.size - first :])
            if consume is not None:
                consume(lines)
            if (tree.size == size or tree.size % layout.SEGMENT_ENTRIES == 0) and len(stored) != at + 32 * len(lines):
                return False
    except LogFault:
        return False
    return tree.size == size


def _check_blobs(folder: Path) -> None:
    for path in layout.blob_files(folder):
        digest = sha256()
        with path.open("rb") as file:
            while chunk := file.read(1 << 20):
                digest.update(chunk)
        if digest.hexdigest() != path.name or path.parent.name != path.name[:2]:
            raise LogFault("tampered", f"blob {path.name}: its content is not what its name says")
