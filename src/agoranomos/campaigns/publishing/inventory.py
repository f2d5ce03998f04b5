"""The list of a package's files, and the root hash over it: a Merkle tree as in logs (RFC 6962, section 2.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated

import msgspec

from agoranomos.errors import Finding
from agoranomos.institutions.canonical import canonical_line
from agoranomos.logs.merkle import leaf_hashes, root_of

INVENTORY = "FILES.jsonl"
ROOT = "ROOT"
"""The two files that are no leaves of the tree: the list of the leaves, and the root over it."""

MAX_INVENTORY_BYTES = 1 << 30
_ROOT_LINE = re.compile(rb"sha256:([0-9a-f]{64}) ([0-9]{1,12})\n")


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: its path in the package, its SHA-256 in hex, its size in bytes."""

    path: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    size: Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


_listed = msgspec.json.Decoder(Listed)


def inventory_bytes(files: Sequence[Listed]) -> bytes:
    """The list as the package holds it: one line of canonical JSON a file, in the order of the paths."""
    return b"".join(canonical_line(file) + b"\n" for file in files)


def root_of_inventory(files: Sequence[Listed]) -> bytes:
    """The Merkle root over the lines of the list, without their newlines."""
    return root_of(leaf_hashes([canonical_line(file) for file in files]))


def root_line(files: Sequence[Listed]) -> bytes:
    """What the file `ROOT` holds: the root in hex, and how many files there are."""
    return f"sha256:{root_of_inventory(files).hex()} {len(files)}\n".encode()


def read_root(line: bytes) -> tuple[str, int]:
    """The root in hex and the number of files; raises `Finding` for another line."""
    found = _ROOT_LINE.fullmatch(line)
    if found is None:
        raise Finding(f"{ROOT} does not hold a root hash and a number of files")
    return found[1].decode(), int(found[2])


def read_inventory(data: bytes) -> tuple[Listed, ...]:
    """The list; raises `Finding` that names the line that is none, out of order, or there twice."""
    files: list[Listed] = []
    for number, line in enumerate(data.splitlines(), 1):
        try:
            one = _listed.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise Finding(f"{INVENTORY}, line {number}: {error}") from None
        if canonical_line(one) != line:
            raise Finding(f"{INVENTORY}, line {number}: not in canonical form")
        if files and files[-1].path >= one.path:
            raise Finding(f"{INVENTORY}, line {number}: {one.path!r} does not come after {files[-1].path!r}")
        files.append(one)
    if data and not data.endswith(b"\n"):
        raise Finding(f"{INVENTORY} ends in the middle of a line")
    return tuple(files)
