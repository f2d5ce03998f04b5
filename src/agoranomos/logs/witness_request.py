"""The body of an add-checkpoint request (c2sp.org/tlog-witness): old size, consistency proof, and a checkpoint.

It is also the one C2SP form of a consistency proof in a file.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import strict_base64
from agoranomos.logs.merkle import HASH_BYTES
from agoranomos.logs.note import MAX_NOTE_BYTES
from agoranomos.logs.proofs import MAX_SIZE

MAX_PROOF_HASHES = 63
MAX_REQUEST_BYTES = MAX_NOTE_BYTES + 64 * 46

_OLD = re.compile(rb"old (?P<size>0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class WitnessRequest:
    """`proof` leads from a tree of `old` entries to that of the checkpoint in `note`. Nothing of it is verified."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes

    @property
    def body(self) -> bytes:
        """The bytes that are sent."""
        proof = "".join(f"{base64.b64encode(one).decode()}\n" for one in self.proof)
        return f"old {self.old}\n{proof}\n".encode() + self.note


def parse_witness_request(body: bytes) -> WitnessRequest:
    """The parts of a request; raises `LogFault` (`damaged`) unless they are well formed. The note is left unread."""
    if len(body) > MAX_REQUEST_BYTES:
        raise LogFault("damaged", f"{len(body)} bytes; at most {MAX_REQUEST_BYTES} are read")
    head, blank, note = body.partition(b"\n\n")
    lines = head.split(b"\n")
    old = _OLD.fullmatch(lines[0])
    if not blank or old is None or int(old["size"]) > MAX_SIZE:
        raise LogFault("damaged", "`old SIZE`, a hash a line, an empty line and a checkpoint were expected")
    if len(lines) - 1 > MAX_PROOF_HASHES:
        raise LogFault("damaged", f"{len(lines) - 1} hashes; a proof has at most {MAX_PROOF_HASHES}")
    return WitnessRequest(int(old["size"]), tuple(_hash(line) for line in lines[1:]), note)


def _hash(line: bytes) -> bytes:
    value = strict_base64(line.decode("ascii", "replace"))
    if len(value) != HASH_BYTES:
        raise LogFault("damaged", f"a hash of the proof has {len(value)} bytes, not {HASH_BYTES}")
    return value
