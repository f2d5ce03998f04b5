"""Words of refusal: how a model declines where an answer was asked for."""

from __future__ import annotations

import re

_REFUSAL = re.compile(
    r"\b(i\s*(can(no|')?t|can\s?not|am\s+(unable|not\s+able)|'?m\s+(sorry|unable|not\s+able)|won'?t|must\s+decline)"
    r"|as\s+an\s+ai\b|i\s+apologi[sz]e)",
    re.IGNORECASE,
)


def is_refusal(text: str) -> bool:
    """Whether a reply that is not the JSON asked for declines in words."""
    return _REFUSAL.search(text.replace("\u2019", "'")) is not None
