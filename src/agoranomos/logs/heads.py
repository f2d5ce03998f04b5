"""What a log has signed: the checkpoints of its journal, and the one that it published."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from agoranomos.logs import layout
from agoranomos.logs.checkpoint import Checkpoint, open_checkpoint
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.journal import read_checkpoints, read_journal
from agoranomos.logs.keys import Verifier
from agoranomos.logs.reader import read_small


@dataclass(frozen=True, slots=True)
class Heads:
    """Every signed checkpoint, each larger than the one before; `note` is the signed note of the last, the head.

    `published` is the size that the file `checkpoint` names, None where there is no such file. `noted` says what is no
    fault of a log that is still open and yet worth telling.
    """

    checkpoints: tuple[Checkpoint, ...]
    note: bytes
    published: int | None
    noted: tuple[str, ...] = ()

    @property
    def head(self) -> Checkpoint:
        """The last checkpoint that was signed."""
        return self.checkpoints[-1]


def closed_heads(folder: Path, signer: Verifier) -> Heads:
    """The checkpoints of a log that was closed, the last of which is the published one; raises `LogFault`."""
    _require_journal(folder)
    with within(layout.JOURNAL):
        checkpoints = read_checkpoints(folder / layout.JOURNAL, signer)
    if checkpoints and not (folder / layout.CHECKPOINT).exists():
        raise LogFault(
            "damaged",
            f"{layout.CHECKPOINT} is missing: the log was never closed (its journal signs {checkpoints[-1].size} "
            "entries), or the file was taken away",
            advice="With --open, a log is verified as far as its journal signs it.",
        )
    note = read_small(folder, layout.CHECKPOINT)
    with within(layout.CHECKPOINT):
        published = open_checkpoint(note, signer)
    _require_journalled(published, checkpoints)
    if published != checkpoints[-1]:
        raise LogFault(
            "tampered",
            f"{layout.CHECKPOINT} is of size {published.size}, but size {checkpoints[-1].size} was signed after it: an "
            "older checkpoint was put back",
        )
    if published.size == 0:
        raise LogFault("damaged", "the log is empty: there is nothing in it to verify")
    return Heads(tuple(checkpoints), note, published.size)


def open_heads(folder: Path, signer: Verifier) -> Heads:
    """The checkpoints of a log whose writer lives, or died: its head is the last good note of the journal.

    Only the last note may be torn, since each is on disk before the next is signed; a published checkpoint may be older
    than the head, but must be one of the journal's. Raises `LogFault`, also where nothing was ever signed.
    """
    _require_journal(folder)
    # Before the journal, which holds it: a writer that lives may add to both between one reading and the other.
    checkpoint: Checkpoint | None = None
    if (folder / layout.CHECKPOINT).exists():
        with within(layout.CHECKPOINT):
            checkpoint = open_checkpoint(read_small(folder, layout.CHECKPOINT), signer)
    with within(layout.JOURNAL):
        journal = read_journal(folder / layout.JOURNAL, signer)
    checkpoints, head, torn = list(journal.checkpoints), journal.head, journal.torn
    noted = [f"{layout.JOURNAL} ends in a note that was torn: {torn.message}"] if torn is not None else []
    published: int | None = None
    if checkpoint is not None:
        _require_journalled(checkpoint, checkpoints)
        published = checkpoint.size
        if published < checkpoints[-1].size:
            noted.append(
                f"{layout.CHECKPOINT} is of size {published}; the journal goes on to size {checkpoints[-1].size}"
            )
    if not checkpoints or checkpoints[-1].size == 0:
        raise LogFault("damaged", "nothing in the log is signed: there is nothing in it to verify")
    return Heads(tuple(checkpoints), head, published, tuple(noted))


def _require_journal(folder: Path) -> None:
    if not (folder / layout.JOURNAL).is_file():
        raise LogFault("damaged", f"{layout.JOURNAL} is missing")


def _require_journalled(published: Checkpoint, checkpoints: list[Checkpoint]) -> None:
    """What was published was journalled before it."""
    if not checkpoints or published.size > checkpoints[-1].size:
        raise LogFault(
            "tampered", f"{layout.JOURNAL} was cut: it does not hold the checkpoint of size {published.size}"
        )
    if published not in checkpoints:
        held = any(checkpoint.size == published.size for checkpoint in checkpoints)
        raise LogFault(
            "tampered",
            f"{layout.CHECKPOINT} is of size {published.size}, which {layout.JOURNAL} "
            + ("signs with another root" if held else "does not hold"),
        )
