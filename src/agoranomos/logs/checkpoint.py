"""Checkpoints (c2sp.org/tlog-checkpoint): origin, size and root of a tree, as the text of a signed note."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier, check_key_name, strict_base64
from agoranomos.logs.merkle import HASH_BYTES
from agoranomos.logs.note import open_note
from agoranomos.logs.proofs import MAX_SIZE

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_RESERVED_ORIGINS = ("DSSEv1", "cosignature/", "subtree/")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: whose it is, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def check_origin(origin: str) -> str:
    """`origin` itself; raises `LogFault` when it is no key name, or could pass for another signed text."""
    if origin.startswith(_RESERVED_ORIGINS) or not origin.isascii():
        raise LogFault("damaged", f"{origin[:80]!r} is not an origin: it is ASCII, and no other signed text begins so")
    return check_key_name(origin)


def parse_checkpoint(text: str) -> Checkpoint:
    """The checkpoint of a note's text; raises `LogFault` for anything but exactly three well-formed lines."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise LogFault("damaged", "not a checkpoint: exactly three lines (origin, size, root) were expected")
    origin, size, root = lines[:3]
    if not _SIZE.fullmatch(size) or int(size) > MAX_SIZE:
        raise LogFault("damaged", f"not a checkpoint: {size[:40]!r} is not a size")
    digest = strict_base64(root)
    if len(digest) != HASH_BYTES:
        raise LogFault("damaged", f"not a checkpoint: the root has {len(digest)} bytes, not {HASH_BYTES}")
    return Checkpoint(check_origin(origin), int(size), digest)


def open_checkpoint(note: bytes, verifier: Verifier) -> Checkpoint:
    """The checkpoint of a note signed by the log's key, whose name is the origin; raises `LogFault` otherwise."""
    try:
        checkpoint = parse_checkpoint(open_note(note, (verifier,)).text)
    except LogFault as fault:
        # The log's key is at hand: a note without its signature is a forgery, not a question of trust.
        raise LogFault("tampered" if fault.kind == "undecided" else fault.kind, fault.message) from None
    if checkpoint.origin != verifier.name:
        raise LogFault("tampered", f"it is of origin {checkpoint.origin}, the key of {verifier.name}")
    return checkpoint
