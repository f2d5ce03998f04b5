"""Forgeries with cosignatures: too few of them, of another state, of nobody, or of an older state that was true."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

from agoranomos.campaigns.attack.anchors import ANCHORED, cosign
from agoranomos.campaigns.attack.changed_files import roll_back_to
from agoranomos.campaigns.attack.forgery import OUTSIDE, Forgery
from agoranomos.campaigns.attack.laying import overwrite
from agoranomos.campaigns.attack.signed_lies import lie
from agoranomos.campaigns.attack.trust import Trust
from agoranomos.campaigns.attack.twin import Twin
from agoranomos.logs import Checkpoint
from agoranomos.logs.attached import cosignatures_file
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.merkle import leaf_hashes, root_of


def _head(twin: Twin, lines: list[bytes] | tuple[bytes, ...]) -> Checkpoint:
    return Checkpoint(twin.origin, len(lines), root_of(leaf_hashes(lines)))


def _one_corrupt(twin: Twin, _rng: Random, _turn: int) -> Path:
    lines = lie(twin.lines)
    folder = twin.laid(lines, twin.sizes)
    cosign(folder, _head(twin, lines), twin.keys.witnesses[:1])
    return folder


def _namesakes(twin: Twin, rng: Random, _turn: int) -> Path:
    lines = lie(twin.lines)
    folder = twin.laid(lines, twin.sizes)
    strangers = [Cosigner.from_seed(witness.key.name, rng.randbytes(32)) for witness in twin.keys.witnesses]
    cosign(folder, _head(twin, lines), strangers)
    return folder


def _later(twin: Twin, _rng: Random, _turn: int) -> Path:
    """True cosignatures with another time in them: the time stands before each signature, in eight bytes."""
    folder = twin.copy()
    path = folder / cosignatures_file(len(twin.lines))
    honest = [witness.cosign(_head(twin, twin.lines).text, 1) for witness in twin.keys.witnesses]
    claimed = path.read_bytes().splitlines(keepends=True)
    overwrite(path, b"".join(_with_head_of(one, other) for one, other in zip(honest, claimed, strict=True)))
    return folder


def _with_head_of(line: bytes, other: bytes) -> bytes:
    """`line` with the first 12 bytes of the other's signature (key id and time), which are 16 letters of base64."""
    name, _, signature = line.rpartition(b" ")
    return name + b" " + other.rpartition(b" ")[2][:16] + signature[16:]


def _older_and_cosigned(twin: Twin, _rng: Random, _turn: int) -> Path:
    folder, size = roll_back_to(twin, len(twin.sizes) // 2)
    cosign(folder, _head(twin, twin.lines[:size]), twin.keys.witnesses, ANCHORED - timedelta(days=30))
    return folder


def _one_size(twin: Twin) -> str:
    return "" if len(twin.sizes) > 1 else "this log was signed once: there is no older state to put back"


FORGERIES: tuple[Forgery[Twin], ...] = (
    Forgery("rewritten, and one of three witnesses cosigns it", "A4", OUTSIDE, _one_corrupt),
    Forgery("rewritten, and cosigned by namesakes of the witnesses", "A4", OUTSIDE, _namesakes),
    Forgery("another time in true cosignatures", "A2", frozenset({Trust.WITNESS}), _later),
    Forgery(
        "rolled back to a state that witnesses had cosigned",
        "A2",
        OUTSIDE - {Trust.WITNESS} | {Trust.FRESH},
        _older_and_cosigned,
        1,
        _one_size,
    ),
)
"""Of an older state that witnesses saw, only the time in their lines says that it is not the newest one."""
