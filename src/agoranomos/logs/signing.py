"""Private keys, and the notes that they sign. Kept apart from verifying, which needs none of it."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agoranomos.logs.keys import Verifier
from agoranomos.logs.note import parse_note


class SigningKey:
    """A private key under a name. It is never shown, and never written by this class."""

    __slots__ = ("_private", "verifier")

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.verifier = Verifier(name, private.public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        """A new key from the system's randomness."""
        return cls(name, Ed25519PrivateKey.generate())

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> SigningKey:
        """The key of a 32-byte seed (RFC 8032, section 5.1.5)."""
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def name(self) -> str:
        """The name that its signatures carry."""
        return self.verifier.name

    @property
    def vkey(self) -> str:
        """The public key as one word of text."""
        return self.verifier.vkey

    def sign(self, text: str) -> str:
        """The signature line of a note with this text (which ends in a newline), its newline included."""
        signature = self.signature(text.encode())
        return f"— {self.name} {base64.b64encode(self.verifier.key_id + signature).decode()}\n"

    def signature(self, message: bytes) -> bytes:
        """The bare signature over `message`, for formats other than notes, each of which begins in a way of its own."""
        return self._private.sign(message)

    def __repr__(self) -> str:
        return f"SigningKey({self.vkey})"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a signing key is not copied, pickled or sent to another process")


def sign_note(text: str, *signers: SigningKey) -> bytes:
    """The note of `text`, which must end in a newline, signed by each of `signers`."""
    note = f"{text}\n{''.join(signer.sign(text) for signer in signers)}".encode()
    parse_note(note)
    return note
