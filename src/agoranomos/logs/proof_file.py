"""The file of one inclusion proof (c2sp.org/tlog-proof): index, hashes and checkpoint, and the entry as its `extra`.

Of an entry's proof that is all that a stranger needs besides a key: a receipt.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import strict_base64
from agoranomos.logs.log import MAX_ENTRY_BYTES
from agoranomos.logs.merkle import HASH_BYTES
from agoranomos.logs.note import MAX_NOTE_BYTES
from agoranomos.logs.proofs import MAX_SIZE

HEADER = b"c2sp.org/tlog-proof@v1\n"
MAX_PATH_HASHES = 63
MAX_PROOF_BYTES = MAX_NOTE_BYTES + 2 * MAX_ENTRY_BYTES + 64 * 64

_INDEX = re.compile(rb"index (?P<index>0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class ProofFile:
    """`path` leads from the entry of that index to the root of the checkpoint in `note`. Nothing of it is verified.

    `extra` is not covered by any signature; in our files it holds the entry, whose leaf hash the path begins with.
    """

    index: int
    path: tuple[bytes, ...]
    note: bytes
    extra: bytes | None = None

    @property
    def data(self) -> bytes:
        """The bytes of the file."""
        extra = b"" if self.extra is None else b"extra " + base64.b64encode(self.extra) + b"\n"
        path = b"".join(base64.b64encode(one) + b"\n" for one in self.path)
        return HEADER + extra + b"index %d\n" % self.index + path + b"\n" + self.note


def parse_proof_file(data: bytes) -> ProofFile:
    """The parts of a proof; raises `LogFault` (`damaged`) unless they are well formed. The note is left unread."""
    if len(data) > MAX_PROOF_BYTES:
        raise LogFault("damaged", f"{len(data)} bytes; at most {MAX_PROOF_BYTES} are read")
    if not data.startswith(HEADER):
        raise LogFault("damaged", f"not a proof: it does not begin with `{HEADER.decode().strip()}`")
    head, blank, note = data[len(HEADER) :].partition(b"\n\n")
    lines = head.split(b"\n")
    extra = _base64(lines.pop(0).removeprefix(b"extra ")) if lines[0].startswith(b"extra ") else None
    index = _INDEX.fullmatch(lines[0]) if lines else None
    if not blank or index is None or int(index["index"]) >= MAX_SIZE:
        raise LogFault("damaged", "not a proof: `index N`, a hash a line, an empty line and a checkpoint were expected")
    if len(lines) - 1 > MAX_PATH_HASHES:
        raise LogFault("damaged", f"not a proof: {len(lines) - 1} hashes; a path has at most {MAX_PATH_HASHES}")
    path = tuple(_base64(line) for line in lines[1:])
    if any(len(one) != HASH_BYTES for one in path):
        raise LogFault("damaged", f"not a proof: a hash has not {HASH_BYTES} bytes")
    return ProofFile(int(index["index"]), path, note, extra)


def _base64(line: bytes) -> bytes:
    return strict_base64(line.decode("ascii", "replace"))
