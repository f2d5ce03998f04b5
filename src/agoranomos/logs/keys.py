"""Public Ed25519 keys in the C2SP form: `name+keyid+base64(0x01 || public key)` (c2sp.org/signed-note)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agoranomos.logs.faults import LogFault

ED25519 = b"\x01"
"""The signature type of plain Ed25519 notes."""

_FIELD_PRIME = 2**255 - 19

# Canonical encodings of points of small order, sign bit cleared (RFC 8032 arithmetic; what libsodium refuses besides is
# not canonical). Under such a key one fixed signature can verify many messages, or every one.
_SMALL_ORDER = frozenset(
    bytes.fromhex(encoding)
    for encoding in (
        "00" * 32,
        "01" + "00" * 31,
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ec" + "ff" * 30 + "7f",
    )
)

Key = TypeVar("Key")
_VKEY = re.compile(r"(?P<name>[^+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/]+={0,2})")


def strict_base64(text: str) -> bytes:
    """The bytes of canonical base64; raises `LogFault` for junk and for stray padding bits, which decoders let pass."""
    try:
        data = base64.b64decode(text)  # skips junk, which the comparison then finds
    except ValueError:
        data = None
    if data is None or base64.b64encode(data).decode() != text:
        raise LogFault("damaged", "not canonical base64")
    return data


def check_key_name(name: str) -> str:
    """`name` itself; raises `LogFault` when it is no key name (C2SP: not empty, no space, no `+`)."""
    if not name or "+" in name or not name.isprintable() or any(letter.isspace() for letter in name):
        raise LogFault("damaged", f"{name!r} is not a key name: it must be printable, without spaces and without `+`")
    return name


def key_id(name: str, kind: bytes, public: bytes) -> bytes:
    """The first four bytes of SHA-256 over name, newline, the signature type `kind` and the public key."""
    return sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def make_vkey(name: str, kind: bytes, public: bytes) -> str:
    """A public key of signature type `kind` as one word of text."""
    return f"{name}+{key_id(name, kind, public).hex()}+{base64.b64encode(kind + public).decode()}"


def parse_vkey(vkey: str, kind: bytes, what: str, make: Callable[[str, bytes], Key]) -> Key:
    """What `make` makes of the name and the public key of a vkey of type `kind`, which is `what` in words.

    Raises `LogFault` when it is not one, when `make` refuses it, or when its key id is wrong.
    """
    match = _VKEY.fullmatch(vkey)
    if match is None:
        raise LogFault("damaged", f"{vkey[:120]!r} is not a verifier key (`name+keyid+base64`)")
    name, data = match["name"], strict_base64(match["key"])
    if data[:1] != kind:
        raise LogFault("damaged", f"the key of {name!r} is not {what}")
    key = make(name, data[1:])
    if key_id(name, kind, data[1:]).hex() != match["id"]:
        raise LogFault("tampered", f"the key of {name!r} does not have the key id it states")
    return key


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key under a name. Raises `LogFault` for a key of small order or one that is not canonical."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        check_key_name(self.name)
        if len(self.public) != 32:
            raise LogFault("damaged", f"the public key of {self.name} has {len(self.public)} bytes, not 32")
        unsigned = int.from_bytes(self.public, "little") & (2**255 - 1)
        if unsigned.to_bytes(32, "little") in _SMALL_ORDER or unsigned >= _FIELD_PRIME:
            raise LogFault("tampered", f"the public key of {self.name} is of small order or not canonical: refused")

    @classmethod
    def from_vkey(cls, vkey: str) -> Verifier:
        """The verifier of a C2SP vkey; raises `LogFault` when it is not one, or its key id is wrong."""
        return parse_vkey(vkey, ED25519, "of type 1 (Ed25519)", cls)

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256 over name, newline, 0x01 and the public key."""
        return key_id(self.name, ED25519, self.public)

    @property
    def vkey(self) -> str:
        """The key as one word of text."""
        return make_vkey(self.name, ED25519, self.public)

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raises `LogFault` unless `signature` is this key's over `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            raise LogFault("tampered", f"the signature of {self.name} does not fit the text") from None
