"""What a witness cosigned last for each origin, in a file that is never taken back.

`heads` holds a counter, the newest time that was signed, a line `origin size root` for each log, and the SHA-256 of
all that. `heads.mark` holds the counter and that SHA-256 again. Both are replaced all at once and synced, `heads`
first, so after a crash the mark is level or one behind. A file that is broken, or put back alone from an older state,
is refused. Both put back together (a copy of the whole folder) cannot be told from the past: a witness must never be
restored from a backup.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from agoranomos.logs.checkpoint import check_origin
from agoranomos.logs.faults import LogFault, within
from agoranomos.logs.keys import strict_base64
from agoranomos.logs.merkle import HASH_BYTES
from agoranomos.logs.reader import read_small
from agoranomos.logs.storage import Storage
from agoranomos.logs.witness import Head

HEADS = "heads"
MARK = "heads.mark"
MAX_HEADS_BYTES = 16 << 20

_HEADER = "agoranomos witness heads v1"
_MARK_HEADER = "agoranomos witness mark v1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_ADVICE = (
    "This witness may have cosigned more than this state knows, and must not sign again. Put the newest state back, or "
    "make a new witness under a new name and key, and tell those who trust this one."
)


@dataclass(frozen=True, slots=True)
class Heads:
    """The heads after `counter` cosignatures, the newest at `time` (POSIX seconds)."""

    counter: int
    time: int
    by_origin: Mapping[str, Head]

    def advanced(self, origin: str, head: Head, time: int) -> Heads:
        """With `head` as the newest of `origin`; raises `LogFault` rather than make it smaller."""
        before = self.by_origin.get(origin)
        if before is not None and (head.size < before.size or (head.size == before.size and head != before)):
            raise LogFault("tampered", f"the head of {origin} would go from size {before.size} to size {head.size}")
        return Heads(self.counter + 1, time, {**self.by_origin, origin: head})

    @property
    def data(self) -> bytes:
        """The bytes of the file `heads`."""
        lines = [_HEADER, f"{self.counter}", f"{self.time}"]
        lines += [
            f"{origin} {head.size} {base64.b64encode(head.root).decode()}" for origin, head in self.by_origin.items()
        ]
        text = "".join(f"{line}\n" for line in lines).encode()
        return text + f"{sha256(text).hexdigest()}\n".encode()

    @property
    def mark(self) -> bytes:
        """The bytes of the file `heads.mark`."""
        return f"{_MARK_HEADER}\n{self.counter}\n{sha256(self.data).hexdigest()}\n".encode()


def read_heads(folder: Path) -> Heads:
    """The heads of a witness; raises `LogFault` when they are broken, or known not to be the newest."""
    data = read_small(folder, HEADS, MAX_HEADS_BYTES)
    with within(HEADS):
        heads = _parse(data)
    counter, digest = _read_mark(folder)
    if heads.counter not in (counter, counter + 1):
        older, newer = (HEADS, MARK) if heads.counter < counter else (MARK, HEADS)
        raise LogFault("tampered", f"{older} is of an older state than {newer}: it was put back", advice=_ADVICE)
    if heads.counter == counter and sha256(heads.data).hexdigest() != digest:
        raise LogFault("tampered", f"{HEADS} is not what {MARK} was written for", advice=_ADVICE)
    return heads


def store_heads(folder: Path, heads: Heads, storage: Storage) -> None:
    """Put `heads` in place of those that are there; on disk, mark and all, when this returns. Raises `OSError`."""
    before = read_heads(folder)
    if before.counter > _read_mark(folder)[0]:  # the witness died between the two: the mark catches up first
        _replace(folder, MARK, before.mark, storage)
    _replace(folder, HEADS, heads.data, storage)
    _replace(folder, MARK, heads.mark, storage)


def make_heads(folder: Path, storage: Storage) -> None:
    """The heads of a witness that has cosigned nothing yet."""
    nothing = Heads(0, 0, {})
    _replace(folder, HEADS, nothing.data, storage)
    _replace(folder, MARK, nothing.mark, storage)


def _replace(folder: Path, name: str, data: bytes, storage: Storage) -> None:
    storage.replace(folder / name, data, sync=True)
    storage.fsync_folder(folder)


def _parse(data: bytes) -> Heads:
    text, _, digest = data[:-1].rpartition(b"\n")
    lines = (text + b"\n").decode("ascii", "replace").split("\n")[:-1]
    if not data.endswith(b"\n") or sha256(text + b"\n").hexdigest().encode() != digest or len(lines) < 3:
        raise LogFault("damaged", "it was changed, or not written by a witness", advice=_ADVICE)
    if lines[0] != _HEADER or not _NUMBER.fullmatch(lines[1]) or not _NUMBER.fullmatch(lines[2]):
        raise LogFault("damaged", "it is not of this version", advice="Use the version of agora that wrote it.")
    return Heads(int(lines[1]), int(lines[2]), dict(_parse_head(line) for line in lines[3:]))


def _parse_head(line: str) -> tuple[str, Head]:
    words = line.split(" ")
    if len(words) != 3 or not _NUMBER.fullmatch(words[1]) or len(root := strict_base64(words[2])) != HASH_BYTES:
        raise LogFault("damaged", f"{line[:80]!r} is not `origin size root`", advice=_ADVICE)
    return check_origin(words[0]), Head(int(words[1]), root)


def _read_mark(folder: Path) -> tuple[int, str]:
    data = read_small(folder, MARK)
    with within(MARK):
        lines = data.decode("ascii", "replace").split("\n")
        if len(lines) != 4 or lines[0] != _MARK_HEADER or not _NUMBER.fullmatch(lines[1]) or lines[3]:
            raise LogFault("damaged", "it was changed, or not written by a witness", advice=_ADVICE)
        return int(lines[1]), lines[2]
