"""What can be wrong with a log, and what can go wrong while one is written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TypeAlias

from agoranomos.errors import Finding, MachineError

Kind: TypeAlias = Literal["tampered", "damaged", "undecided"]
"""`tampered`: well formed, but not what was signed. `damaged`: missing, cut short, or unreadable as its format.
`undecided`: nothing is wrong inside, but no trusted key vouches for it."""


class LogFault(Finding):
    """A log, a note or a proof is not what it claims to be: exit code 1.

    `kind` is the class of the fault, `entry` the index of the first bad entry where one can be named.
    """

    def __init__(self, kind: Kind, message: str, *, entry: int | None = None, advice: str = "") -> None:
        super().__init__(message, advice=advice)
        self.kind: Kind = kind
        self.entry = entry


class WriteFailed(MachineError):
    """An entry could not be made durable. The log takes no more entries; what it acknowledged stays readable."""


@contextmanager
def within(name: str) -> Iterator[None]:
    """Puts the name of the file at hand before the message of a fault."""
    try:
        yield
    except LogFault as fault:
        raise LogFault(fault.kind, f"{name}: {fault.message}", entry=fault.entry, advice=fault.advice) from None
