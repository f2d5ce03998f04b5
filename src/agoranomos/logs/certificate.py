"""The certificate of a run's key: a note in which a longer-lived key binds an origin to the key that signs its log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.logs.checkpoint import check_origin
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier
from agoranomos.logs.note import open_note, parse_note

HEADER = "agoranomos run certificate v1"
"""The first line. It holds spaces, so no checkpoint's text can begin with it."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """`log` may sign checkpoints of its own name, which is the origin, and of nothing else."""

    log: Verifier

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{HEADER}\n{self.log.name}\n{self.log.vkey}\n"


def read_certificate(note: bytes) -> Certificate:
    """What the certificate says, whoever signed it; raises `LogFault` when it is malformed."""
    lines = parse_note(note).text.split("\n")
    if len(lines) != 4 or lines[0] != HEADER:
        raise LogFault("damaged", f"not a certificate: `{HEADER}`, an origin and a key were expected")
    log = Verifier.from_vkey(lines[2])
    if check_origin(lines[1]) != log.name:
        raise LogFault("tampered", f"it names origin {lines[1]} and a key of {log.name}")
    return Certificate(log)


def certified_by(note: bytes, trusted: Sequence[Verifier]) -> Verifier:
    """The trusted key that signed the certificate; raises `LogFault` when there is none."""
    return open_note(note, tuple(dict.fromkeys(trusted))).verified[0]
