"""Reads a log. Nothing here says that what is read is authentic, except `read_recorded`: see `verify_log`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from agoranomos.logs import layout
from agoranomos.logs.certificate import certified_by, read_certificate
from agoranomos.logs.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from agoranomos.logs.diagnosis import why_not
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.journal import read_journal
from agoranomos.logs.keys import Verifier
from agoranomos.logs.merkle import CompactRange, leaf_hashes
from agoranomos.logs.note import MAX_NOTE_BYTES, parse_note
from agoranomos.logs.plain_file import open_plain, unreadable
from agoranomos.logs.segments import read_lines

_MAX_VKEY_BYTES = 4096
_ORDINARY_BLOB_BYTES = 1 << 24


def read_small(folder: Path, name: str, limit: int = MAX_NOTE_BYTES) -> bytes:
    """The bytes of a small file of a log; raises `LogFault` when it is missing or longer than such a file may be."""
    try:
        with open_plain(folder / name) as file:
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError):
        raise LogFault("damaged", f"{name} is missing") from None
    except OSError as error:
        raise unreadable(error, folder / name) from error
    if len(data) > limit:
        raise LogFault("damaged", f"{name} is longer than {limit} bytes")
    return data


def read_vkey(folder: Path) -> Verifier:
    """The key that a log's folder names as its own; by itself it proves nothing."""
    data = read_small(folder, layout.VKEY, _MAX_VKEY_BYTES)
    with within(layout.VKEY):
        if not data.isascii() or not data.endswith(b"\n"):
            raise LogFault("damaged", "not a verifier key and a newline")
        return Verifier.from_vkey(data[:-1].decode())


class LogReader:
    """The entries, the checkpoint and the blobs of a log, as they lie in its folder; verify first what must be true."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        with within(layout.CHECKPOINT):
            self.checkpoint: Checkpoint = parse_checkpoint(parse_note(read_small(self.folder, layout.CHECKPOINT)).text)

    @property
    def origin(self) -> str:
        """Whose log it is."""
        return self.checkpoint.origin

    @property
    def size(self) -> int:
        """How many entries the checkpoint covers."""
        return self.checkpoint.size

    def entries(self) -> Iterator[bytes]:
        """The entries that the checkpoint covers, in order, without newlines; raises `LogFault` if one is missing."""
        left = self.size
        for lines in read_lines(self.folder, self.size):
            yield from lines[:left]
            left -= len(lines)
            if left <= 0:
                return
        if left:
            raise LogFault(
                "damaged", f"entry {self.size - left} is missing: the entries end there", entry=self.size - left
            )

    def blob(self, digest: str) -> bytes:
        """The content with this SHA-256 (hex); raises `LogFault` when it is missing or is other content."""
        return read_blob(self.folder, digest)


def read_blob(folder: Path, digest: str) -> bytes:
    """The content with this SHA-256 (hex) in a log's folder; raises `LogFault` when it is missing or differs."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise LogFault("tampered", f"{digest[:80]!r} is not a SHA-256 in hex")
    try:
        with open_plain(Path(folder) / layout.blob_file(digest)) as file:
            content = file.read(_ORDINARY_BLOB_BYTES)
            if len(content) == _ORDINARY_BLOB_BYTES and _is_named(file, digest):
                content += file.read()
    except (FileNotFoundError, NotADirectoryError):
        raise LogFault("damaged", f"blob {digest} is missing") from None
    except OSError as error:
        raise unreadable(error, Path(folder) / layout.blob_file(digest)) from error
    if sha256(content).hexdigest() != digest:
        raise LogFault("tampered", f"blob {digest}: its content is not what its name says")
    return content


def _is_named(file: BinaryIO, digest: str) -> bool:
    """Whether the whole file has this SHA-256: asked of a large one before it takes memory. Leaves the place in it."""
    place, whole = file.tell(), sha256()
    file.seek(0)
    while chunk := file.read(1 << 20):
        whole.update(chunk)
    file.seek(place)
    return whole.hexdigest() == digest


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a log durably holds: the entries under its last good journalled checkpoint. Without one, nothing."""

    checkpoint: Checkpoint | None
    entries: tuple[bytes, ...]


def recorded(folder: Path, trusted: Sequence[Verifier] | None = None, *, goes_on: bool = False) -> Recorded:
    """The signed entries of a log, all of them in memory; see `signed_state`, which raises what this raises."""
    folder = Path(folder)
    checkpoint = signed_state(folder, trusted, goes_on=goes_on)
    if checkpoint is None:
        return Recorded(None, ())
    return Recorded(checkpoint, tuple(line for lines in signed_lines(folder, checkpoint) for line in lines))


def signed_lines(folder: Path, checkpoint: Checkpoint) -> Iterator[list[bytes]]:
    """The entries under a checkpoint that `signed_state` gave, in batches; they are hashed once more.

    Raises `LogFault` after the last batch where they are not what was signed: they were changed since.
    """
    tree, left = CompactRange(), checkpoint.size
    try:
        for lines in read_lines(folder, checkpoint.size) if left else ():
            del lines[left:]
            tree.extend(leaf_hashes(lines))
            left -= len(lines)
            yield lines
            if not left:
                break
    except OSError as error:
        raise unreadable(error, folder) from error
    if tree.size != checkpoint.size or tree.root() != checkpoint.root:
        raise LogFault("damaged", "the entries were changed while they were read")


def signed_state(
    folder: Path, trusted: Sequence[Verifier] | None = None, *, goes_on: bool = False
) -> Checkpoint | None:
    """The last good journalled checkpoint of a log, whether or not its writer lived to close it; None without one.

    The entries under it are read and hashed, a batch at a time.

    A torn tail (lines or a note that no acknowledgement covers) is passed over. With `trusted`, one of these keys must
    certify the log's. The published checkpoint must be the last one; of a log that `goes_on` it may be an older one,
    since it is published after it was signed. Raises `LogFault` when entries below the last checkpoint are gone or
    changed, when a bad note stands before a good one, or when no trusted key certifies the log.
    """
    folder = Path(folder)
    journal = folder / layout.JOURNAL
    try:
        if not journal.is_file() or journal.stat().st_size == 0:
            return None
        verifier = read_vkey(folder)
        if trusted is not None:
            certificate = read_small(folder, layout.CERTIFICATE)
            with within(layout.CERTIFICATE):
                certified_by(certificate, trusted)
                if read_certificate(certificate).log != verifier:
                    raise LogFault("tampered", f"it certifies another key than that of {layout.VKEY}")
        # Before the journal, which holds it: a writer that lives may add to both between one reading and the other.
        published = _published(folder, verifier)
        with within(layout.JOURNAL):
            checkpoints = read_journal(journal, verifier).checkpoints
        _require_journalled(published, checkpoints if goes_on else checkpoints[-1:])
        if not checkpoints:
            return None
        last = checkpoints[-1]
        tree = CompactRange()
        try:
            for batch in read_lines(folder, last.size):
                tree.extend(leaf_hashes(batch[: last.size - tree.size]))
                if tree.size >= last.size:
                    break
        except LogFault:
            if tree.size < last.size:
                raise
        if tree.size < last.size or tree.root() != last.root:
            raise why_not(folder, checkpoints)
    except OSError as error:
        raise unreadable(error, folder) from error
    return last


def was_closed(folder: Path) -> bool:
    """Whether the log in `folder` published its checkpoint, which its writer did when it closed it."""
    return (Path(folder) / layout.CHECKPOINT).exists()


def _published(folder: Path, verifier: Verifier) -> Checkpoint | None:
    if not was_closed(folder):
        return None
    with within(layout.CHECKPOINT):
        return open_checkpoint(read_small(folder, layout.CHECKPOINT), verifier)


def _require_journalled(published: Checkpoint | None, allowed: Sequence[Checkpoint]) -> None:
    """What was published was signed before: the journal may not have lost it since."""
    if published is not None and published not in allowed:
        raise LogFault(
            "tampered",
            f"{layout.CHECKPOINT} is of size {published.size}, but the journal "
            + (f"ends with one of size {allowed[-1].size}" if allowed else "holds none"),
        )


def read_recorded(folder: Path, trusted: Sequence[Verifier] | None = None) -> tuple[bytes, ...]:
    """The entries of `recorded`: what an attempt that died had acknowledged, to be fed to the next one."""
    return recorded(folder, trusted).entries
