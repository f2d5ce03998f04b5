"""The content address of a call: whoever asks the same model the same thing in the same way gets the same address."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import Any

from agoranomos.models.engine import Question, Request
from agoranomos.models.questions import ways_to_put

NO_PART = frozenset({"caller", "player"})
"""Fields that change nothing about the answer: who asks, and what only mocks read."""

_PREFIX = b"agoranomos call v1\n"


def call_key(identity: bytes, asked: bytes) -> bytes:
    """The address (SHA-256, 32 bytes) of what was asked (`asked_json`) of a model (`identity_digest`)."""
    return hashlib.sha256(_PREFIX + identity + asked).digest()


def identity_digest(identity: str) -> bytes:
    """SHA-256 of an engine's identity, 32 bytes."""
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).digest()


def asked_json(asked: Request | Question) -> bytes:
    """What is asked and how, as JSON: every field but `NO_PART`, so that a field that is added later is part of it.

    Keys of a schema stay in their order, because a reply has its members in that order. The seed of a question that is
    answered without reasoning is left out, since nothing is drawn, and so is a tail that there is not. Raises
    `UsageError` for a question that cannot be put.
    """
    kind, names = _REQUEST if isinstance(asked, Request) else _QUESTION
    document: dict[str, Any] = {"kind": kind}
    document.update((name, getattr(asked, name)) for name in names)
    document["messages"] = [[message.role, message.content] for message in asked.messages]
    if isinstance(asked, Question):
        if not asked.reasoning:
            del document["seed"]
        if not asked.tail:
            del document["tail"]
        if asked.labelled:  # How the list is worded is ours to change, and the model reads it.
            document["listed"] = [[way.messages[-1].content, way.answers] for way in ways_to_put(asked)]
    # A pair of lone surrogates is not the character that they would spell: escapes (ensure_ascii) would merge the two.
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _parts(kind: type[Request | Question]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in NO_PART)


_REQUEST = ("request", _parts(Request))
_QUESTION = ("question", _parts(Question))
