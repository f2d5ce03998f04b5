"""An answer as the call store holds it: MessagePack, and a check that finds what the disk changed."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace

import msgspec

from agoranomos.models.engine import Completion, Distribution, Question, Request

_NEVER_KEPT = frozenset({"timeout", "error", "overflow"})
"""Failures of a connection, a server or its settings, and none of the model: asked again, they may go well."""

_completion = msgspec.msgpack.Decoder(Completion)
_distribution = msgspec.msgpack.Decoder(Distribution)


def is_kept(answer: Completion | Distribution) -> bool:
    """Whether an answer is the model's own."""
    if isinstance(answer, Completion) and answer.finish == "error" and not answer.failure:
        return False
    return answer.failure not in _NEVER_KEPT


def encoded(answer: Completion | Distribution) -> bytes:
    """The bytes of an answer."""
    return msgspec.msgpack.encode(answer)


def decoded(asked: Request | Question, answer: bytes) -> Completion | Distribution:
    """The answer to what was asked, as one that comes from the store; raises `ValueError` for other bytes."""
    decoder = _completion if isinstance(asked, Request) else _distribution
    return replace(decoder.decode(answer), seconds=math.nan, origin="stored")


def check_of(key: bytes, answer: bytes) -> bytes:
    """Eight bytes over key and answer: SQLite does not notice a flipped bit in a row."""
    return hashlib.blake2b(key + answer, digest_size=8).digest()
