"""Evidence of a fork: two checkpoints that one log signed, and that no one history can have.

Of equal size, two roots are enough. Of unequal size, it takes the root that the larger tree has at the smaller size,
and the consistency proof (RFC 6962, section 2.1.2) that ties this root to the larger tree: it is not the root that
was signed. Whoever holds the log's key, or that of the certifier, can check this from the evidence alone.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.logs.certificate import certified_by, read_certificate
from agoranomos.logs.checkpoint import Checkpoint, parse_checkpoint
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier, strict_base64
from agoranomos.logs.note import MAX_NOTE_BYTES, open_note
from agoranomos.logs.proofs import verify_consistency

HEADER = "agoranomos fork evidence v1"
MAX_FORK_BYTES = 5 * MAX_NOTE_BYTES


@dataclass(frozen=True, slots=True)
class Fork:
    """Two notes of one origin, the smaller first.

    Where their sizes differ, `root` is that of the larger tree at the smaller size, and `proof` ties it to the larger.
    `certificates` are those of the keys that signed, where these are certified.
    """

    smaller: bytes
    larger: bytes
    root: bytes = b""
    proof: tuple[bytes, ...] = ()
    certificates: tuple[bytes, ...] = ()

    @property
    def data(self) -> bytes:
        """The evidence as a file: JSON."""
        value = {
            "kind": HEADER,
            "smaller": self.smaller.decode(),
            "larger": self.larger.decode(),
            "root_of_larger_at_smaller_size": base64.b64encode(self.root).decode(),
            "consistency_proof": [base64.b64encode(one).decode() for one in self.proof],
            "certificates": [one.decode() for one in self.certificates],
        }
        return json.dumps(value, indent=2, ensure_ascii=True).encode() + b"\n"


def read_fork(data: bytes) -> Fork:
    """The evidence of a file; raises `LogFault` (`damaged`) when it is none. It is not checked."""
    try:
        value = json.loads(data) if len(data) <= MAX_FORK_BYTES else None
        if not isinstance(value, dict) or value["kind"] != HEADER:
            raise TypeError
        proof = tuple(strict_base64(one) for one in value["consistency_proof"])
        certificates = tuple(one.encode() for one in value["certificates"])
        root = strict_base64(value["root_of_larger_at_smaller_size"])
        return Fork(value["smaller"].encode(), value["larger"].encode(), root, proof, certificates)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise LogFault("damaged", "not evidence of a fork") from None


def verify_fork(fork: Fork, trusted: Sequence[Verifier]) -> tuple[Checkpoint, Checkpoint]:
    """The two checkpoints of one log that exclude each other.

    `trusted` are keys of the log, or of certifiers. Raises `LogFault`: `undecided` when none of them vouches for both
    signatures, `tampered` when a signature or the proof fails, or the checkpoints do not exclude each other.
    """
    keys = [*trusted]
    for certificate in fork.certificates:
        certified_by(certificate, trusted)
        keys.append(read_certificate(certificate).log)
    smaller, larger = (_signed(note, keys) for note in (fork.smaller, fork.larger))
    if smaller.origin != larger.origin or smaller.size > larger.size:
        raise LogFault("tampered", "not a fork: the checkpoints are of two logs, or in the wrong order")
    if smaller.size == larger.size:
        root = larger.root
    else:
        root = fork.root
        verify_consistency(smaller.size, larger.size, root, larger.root, fork.proof)
    if root == smaller.root:
        raise LogFault("tampered", "not a fork: the larger tree continues the smaller one")
    return smaller, larger


def _signed(note: bytes, keys: Sequence[Verifier]) -> Checkpoint:
    opened = open_note(note, tuple(dict.fromkeys(keys)))
    checkpoint = parse_checkpoint(opened.text)
    if all(key.name != checkpoint.origin for key in opened.verified):
        raise LogFault("undecided", f"no key of {checkpoint.origin} signed it")
    return checkpoint
