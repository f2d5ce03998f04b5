"""The private key of a witness. Kept apart from verifying, which needs none of it."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agoranomos.logs.cosignature import WitnessKey, cosigned_message


class Cosigner:
    """A witness's private key under its name. It is never shown, and never written by this class."""

    __slots__ = ("_private", "key")

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.key = WitnessKey(name, private.public_key().public_bytes_raw())

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> Cosigner:
        """The key of a 32-byte seed (RFC 8032, section 5.1.5)."""
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    def cosign(self, text: str, time: int) -> bytes:
        """The signature line, newline included, over a checkpoint's text as of `time` (POSIX seconds).

        It checks nothing: `Witness` decides what may be signed.
        """
        signature = time.to_bytes(8, "big") + self._private.sign(cosigned_message(text, time))
        return f"— {self.key.name} {base64.b64encode(self.key.key_id + signature).decode()}\n".encode()

    def __repr__(self) -> str:
        return f"Cosigner({self.key.vkey})"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a cosigner is not copied, pickled or sent to another process")
