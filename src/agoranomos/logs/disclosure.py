"""Salted commitments: content that is withheld now, shown later, or never, and can meanwhile not be changed or guessed.

A commitment is SHA-256(domain || nonce || content) with 32 bytes of nonce. The nonce is derived by HKDF (RFC 5869), so
that the same run gives the same commitments to the holder of the secret, and to nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from agoranomos.errors import UsageError
from agoranomos.logs.faults import LogFault

COMMITMENT_DOMAIN = b"agoranomos/commitment/v1\0"
"""What a commitment's hash begins with, so that it is the hash of nothing else (no leaf, no blob, no bare content)."""

NONCE_DOMAIN = b"agoranomos/nonce/v1\0"
"""What the HKDF info of a nonce begins with."""

NONCE_BYTES = 32
MIN_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Opening:
    """What opens a commitment: the nonce and the content."""

    nonce: bytes
    content: bytes

    @property
    def commitment(self) -> bytes:
        """The commitment that this opens, 32 bytes."""
        return sha256(COMMITMENT_DOMAIN + self.nonce + self.content).digest()

    def check(self, commitment: bytes) -> None:
        """Raise `LogFault` unless this is what was committed to."""
        # The length is part of the check: bytes moved from content to nonce would give the same hash.
        if len(self.nonce) != NONCE_BYTES:
            raise LogFault("tampered", f"a nonce has {NONCE_BYTES} bytes; this one has {len(self.nonce)}")
        if self.commitment != commitment:
            raise LogFault("tampered", "nonce and content are not what was committed to")


def commit(secret: bytes, run: str, seq: int, field: str, content: bytes) -> Opening:
    """The opening of `content`, which stands in `field` of entry `seq` of `run`."""
    return Opening(nonce_of(secret, run, seq, field), content)


def nonce_of(secret: bytes, run: str, seq: int, field: str) -> bytes:
    """The nonce of one place in a log. `run` names the run without the attempt: a run that is resumed commits alike."""
    return derive(secret, NONCE_DOMAIN, run, str(seq), field)


def derive(secret: bytes, domain: bytes, *names: str) -> bytes:
    """32 bytes by HKDF-SHA256 without salt; its info is the domain and the names with NUL between them.

    Raises `UsageError` for a secret that is too short, or a name with a NUL, which could pass for two names.
    """
    if len(secret) < MIN_SECRET_BYTES:
        raise UsageError(f"a secret has at least {MIN_SECRET_BYTES} bytes; this one has {len(secret)}")
    if any("\0" in name for name in names):
        raise UsageError("a name from which a key or nonce is derived holds no NUL")
    info = domain + "\0".join(names).encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
