"""Forgeries with the signatures themselves: keys under which anything verifies, signatures made from others."""

from __future__ import annotations

import base64
from hashlib import sha256
from pathlib import Path
from random import Random

from agoranomos.campaigns.attack.forgery import EVERYTHING, Forgery
from agoranomos.campaigns.attack.laying import lay_checkpoints, lay_entries, lay_identity, lay_leaves, overwrite
from agoranomos.campaigns.attack.signed_lies import lie
from agoranomos.campaigns.attack.twin import Twin
from agoranomos.logs import Checkpoint, SigningKey, layout
from agoranomos.logs.certificate import HEADER
from agoranomos.logs.keys import ED25519
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.note import parse_note
from agoranomos.logs.signing import sign_note

IDENTITY = b"\x01" + bytes(31)
"""The neutral point of the curve as a public key: with it R = IDENTITY and S = 0 sign every message."""

ANY_MESSAGE = IDENTITY + bytes(32)

GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
"""L of RFC 8032, section 5.1. Adding it to S gives another 64 bytes that careless libraries accept."""


def _note(text: str, name: str, key_id: bytes, signature: bytes) -> bytes:
    return f"{text}\n— {name} {base64.b64encode(key_id + signature).decode()}\n".encode()


def _small_order(twin: Twin, _rng: Random, _turn: int) -> Path:
    """The workspace is made to certify a key of small order, under which anybody signs what he likes."""
    folder = twin.copy()
    name, lines = twin.origin, lie(twin.lines)
    key_id = sha256(name.encode() + b"\n" + ED25519 + IDENTITY).digest()[:4]
    vkey = f"{name}+{key_id.hex()}+{base64.b64encode(ED25519 + IDENTITY).decode()}"
    lay_identity(folder, vkey, sign_note(f"{HEADER}\n{name}\n{vkey}\n", twin.keys.workspace))
    lay_entries(folder, lines)
    leaves = leaf_hashes(lines)
    lay_leaves(folder, leaves)
    text = Checkpoint(name, len(lines), root_of(leaves)).text
    lay_checkpoints(folder, [_note(text, name, key_id, ANY_MESSAGE)])
    return folder


def malleated(note: bytes) -> bytes:
    """The note with S + L in place of S in its first signature."""
    parsed = parse_note(note)
    line = parsed.signatures[0]
    point, scalar = line.signature[:32], int.from_bytes(line.signature[32:], "little") + GROUP_ORDER
    return _note(parsed.text, line.name, line.key_id, point + scalar.to_bytes(32, "little"))


def _malleate(twin: Twin, _rng: Random, turn: int) -> Path:
    folder = twin.copy()
    name = (layout.CHECKPOINT, layout.CERTIFICATE)[turn]
    overwrite(folder / name, malleated((folder / name).read_bytes()))
    return folder


def _borrowed(twin: Twin, _rng: Random, turn: int) -> Path:
    """A true signature over another text: of the certificate, or of an older checkpoint."""
    folder = twin.copy()
    head = parse_note((folder / layout.CHECKPOINT).read_bytes())
    signer: SigningKey = twin.keys.run
    text = twin_text(twin) if turn == 0 else Checkpoint(twin.origin, 1, bytes(32)).text
    taken = parse_note(sign_note(text, signer)).signatures[0]
    overwrite(folder / layout.CHECKPOINT, _note(head.text, taken.name, taken.key_id, taken.signature))
    return folder


def twin_text(twin: Twin) -> str:
    """The text of the twin's certificate."""
    return parse_note((twin.folder / layout.CERTIFICATE).read_bytes()).text


FORGERIES: tuple[Forgery[Twin], ...] = (
    Forgery("a key of small order, under which anything verifies", "A5", EVERYTHING, _small_order),
    Forgery("a second signature made from a true one (S + L)", "A1", EVERYTHING, _malleate, 2),
    Forgery("a true signature over another text", "A2", EVERYTHING, _borrowed, 2),
)
