"""The private keys of a run's actors, all derived from one secret. Never needed to verify."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agoranomos.logs.actors import signed_bytes
from agoranomos.logs.disclosure import derive
from agoranomos.logs.keys import Verifier

RUN_DOMAIN = b"agoranomos/actors-of-a-run/v1\0"
ACTOR_DOMAIN = b"agoranomos/actor/v1\0"


def run_secret(secret: bytes, run: str) -> bytes:
    """What the keys of one run's actors are derived from; it gives away nothing of any other run's."""
    return derive(secret, RUN_DOMAIN, run)


class ActorKey:
    """The private key of one actor in one run. It is never shown, and never written."""

    __slots__ = ("_private", "verifier")

    def __init__(self, secret: bytes, run: str, actor: str) -> None:
        """The key of `actor`, from the run's secret; `run` is in the key's name, and so in every key id."""
        self._private = Ed25519PrivateKey.from_private_bytes(derive(secret, ACTOR_DOMAIN, actor))
        self.verifier = Verifier(f"{run}/{actor}", self._private.public_key().public_bytes_raw())

    def sign(self, payload: bytes) -> bytes:
        """The 64 bytes of the signature over a record's payload."""
        return self._private.sign(signed_bytes(payload))

    def __repr__(self) -> str:
        return f"ActorKey({self.verifier.vkey})"

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a signing key is not copied, pickled or sent to another process")
