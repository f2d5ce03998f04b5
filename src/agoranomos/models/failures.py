"""How a call of a language model can fail. A failure is data: counted by kind and shown beside each result."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias, get_args

FailureKind: TypeAlias = Literal[
    "refusal",  # words of refusal where an action was asked for
    "empty",  # no text at all
    "truncated",  # the token budget ended before the reply did
    "invalid",  # not the JSON that was asked for
    "out_of_range",  # well formed, but no feasible action
    "timeout",  # no reply in time
    "error",  # the model or its server failed
    "overflow",  # the prompt does not fit the model's context; found before the call
]

FAILURE_KINDS: tuple[FailureKind, ...] = get_args(FailureKind)

_REFUSAL = re.compile(
    r"\b(i\s*(can(no|')?t|can\s?not|am\s+(unable|not\s+able)|'?m\s+(sorry|unable|not\s+able)|won'?t|must\s+decline)"
    r"|as\s+an\s+ai\b|i\s+apologi[sz]e)",
    re.IGNORECASE,
)


def is_refusal(text: str) -> bool:
    """Whether a reply that is not the JSON asked for declines in words."""
    return _REFUSAL.search(text.replace("\u2019", "'")) is not None
