"""How a mock fails on purpose: each kind of failure as a real engine would bring it about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from agoranomos.models.failures import FailureKind

WITHOUT_REPLY: dict[FailureKind, str] = {
    "timeout": "this mock takes too long on purpose",
    "error": "this mock fails on purpose",
    "overflow": "this mock finds every prompt too long on purpose",
}
"""Failures that are known when the call ends, and their words; the others show when the reply is read."""

_REFUSAL = "I'm sorry, but I can't help with choosing that."
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_FAR_OUT = 10**9


def spoiled(kind: FailureKind, text: str) -> tuple[str, str]:
    """What is said in place of the reply `text` for a failure of this kind, and how the reply ends."""
    if kind == "refusal":
        return _REFUSAL, "stop"
    if kind == "empty":
        return "", "stop"
    if kind == "out_of_range":
        return text, "stop"
    return text[: len(text) // 2], "length" if kind == "truncated" else "stop"


def out_of_range(value: Any, schema: Mapping[str, Any]) -> Any:
    """`value` with each number beyond its bounds, whether it is written as a number or as a text."""
    kind = schema.get("type")
    if kind == "object":
        return {key: out_of_range(part, schema["properties"][key]) for key, part in value.items()}
    if kind in ("integer", "number"):
        return schema.get("maximum", _FAR_OUT) + 1
    if kind == "string" and "pattern" in schema and _NUMBER.fullmatch(value):
        return str(_FAR_OUT)
    return value
