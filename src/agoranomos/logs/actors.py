"""Signatures of actors over records: whose key, and over which bytes. What a record means is not known here."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from agoranomos.logs.dsse import pre_authentication_encoding
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier

RECORD_TYPE = "application/vnd.agoranomos.record.v1+json"
"""The payload type of an actor's signature: no note, checkpoint or cosignature has it."""


def key_digest(verifier: Verifier) -> str:
    """The `kid` of a key: SHA-256 of the 32 raw bytes of the public key, in hex."""
    return sha256(verifier.public).hexdigest()


def signed_bytes(payload: bytes) -> bytes:
    """What is signed of a record's payload."""
    return pre_authentication_encoding(RECORD_TYPE, payload)


def verify_record(verifier: Verifier, payload: bytes, signature: bytes) -> None:
    """Raise `LogFault` unless `signature` is this key's over the record."""
    try:
        verifier.verify(signed_bytes(payload), signature)
    except LogFault:
        raise LogFault("tampered", f"the signature of {verifier.name} does not fit what it should cover") from None


def check_one_role_each(keys: Mapping[str, Verifier]) -> None:
    """Raise `LogFault` where one public key stands under two names: nobody could say which of them had signed."""
    holders: dict[bytes, str] = {}
    for actor, verifier in keys.items():
        other = holders.setdefault(verifier.public, actor)
        if other != actor:
            raise LogFault("tampered", f"{other} and {actor} have one and the same key; a key has one holder")
