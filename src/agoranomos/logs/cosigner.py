"""The private key of a witness. Kept apart from verifying, which needs none of it."""

from __future__ import annotations

import base64

from agoranomos.logs.cosignature import WitnessKey, cosigned_message
from agoranomos.logs.signing import SigningKey


class Cosigner:
    """A witness's private key under its name. The key signs cosignatures only, and no log."""

    __slots__ = ("_key", "key")

    def __init__(self, name: str, key: SigningKey) -> None:
        self._key = key
        self.key = WitnessKey(name, key.verifier.public)

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Cosigner:
        """The key of a 32-byte seed (RFC 8032, section 5.1.5)."""
        return cls(name, SigningKey.from_seed(name, seed))

    def cosign(self, text: str, time: int) -> bytes:
        """The signature line, newline included, over a checkpoint's text as of `time` (POSIX seconds).

        It checks nothing: `Witness` decides what may be signed.
        """
        signature = time.to_bytes(8, "big") + self._key.signature(cosigned_message(text, time))
        return f"— {self.key.name} {base64.b64encode(self.key.key_id + signature).decode()}\n".encode()

    def __repr__(self) -> str:
        return f"Cosigner({self.key.vkey})"
