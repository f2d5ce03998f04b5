"""Writes the files of a log outright, under whatever keys and with whatever lines: a forger asks no writer's leave."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from agoranomos.logs import Checkpoint, SigningKey, layout
from agoranomos.logs.certificate import Certificate
from agoranomos.logs.journal import frame
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.signing import sign_note


def lay_log(
    folder: Path, lines: Sequence[bytes], sizes: Sequence[int], *, key: SigningKey, certifier: SigningKey
) -> None:
    """A closed log of at most one segment in `folder`, with a checkpoint at each of `sizes`; files in the way go.

    What else lies there (blobs, cosignatures, time stamps) stays.
    """
    lay_entries(folder, lines)
    lay_leaves(folder, leaf_hashes(lines))
    lay_identity(folder, key.vkey, sign_note(Certificate(key.verifier).text, certifier))
    lay_checkpoints(folder, notes_of(lines, sizes, key))


def notes_of(lines: Sequence[bytes], sizes: Sequence[int], key: SigningKey) -> list[bytes]:
    """The signed checkpoints of these sizes."""
    leaves = leaf_hashes(lines)
    return [sign_note(Checkpoint(key.name, size, root_of(leaves[:size])).text, key) for size in sizes]


def lay_entries(folder: Path, lines: Sequence[bytes]) -> None:
    """The lines, and nothing else, in the file of the first segment."""
    _put(folder, layout.entries_file(0), b"".join(line + b"\n" for line in lines))


def lay_leaves(folder: Path, leaves: Sequence[bytes]) -> None:
    """The kept leaf hashes, which whoever changes lines may change too."""
    _put(folder, layout.leaves_file(0), b"".join(leaves))


def lay_identity(folder: Path, vkey: str, certificate: bytes) -> None:
    """The log's own key and the note that certifies it."""
    _put(folder, layout.VKEY, vkey.encode() + b"\n")
    _put(folder, layout.CERTIFICATE, certificate)


def lay_checkpoints(folder: Path, notes: Sequence[bytes]) -> None:
    """The journal, and the last of its notes as the published checkpoint."""
    _put(folder, layout.JOURNAL, b"".join(map(frame, notes)))
    _put(folder, layout.CHECKPOINT, notes[-1])


def _put(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # copies are hard links: a file is replaced, never written into
    path.write_bytes(data)


def copy_of(folder: Path, target: Path) -> Path:
    """A copy of the folder in which every file is the same one under a second name; see `overwrite`."""
    shutil.copytree(folder, target, copy_function=_link)
    return target


def overwrite(path: Path, data: bytes) -> None:
    """Replace the bytes of one file of a copy, and of no other copy."""
    path.unlink()
    path.write_bytes(data)


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)
