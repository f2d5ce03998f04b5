"""What a request may say: each value within bounds, each once, and none that nobody knows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from agoranomos.errors import UsageError, nearest, unknown_name

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_TEXT = 200
"""Characters of a text that is asked for."""


class Parameters:
    """The query of a request. Every method raises `UsageError` (400) for a value that is none of those allowed."""

    def __init__(self, request: Request, allowed: Iterable[str]) -> None:
        known = tuple(allowed)
        self._values: dict[str, str] = {}
        for name, value in request.query_params.multi_items():
            if name not in known:
                raise UsageError(f"unknown parameter {name[:40]!r}", advice=nearest(name[:40], known))
            if name in self._values:
                raise UsageError(f"{name!r} is given twice")
            self._values[name] = value

    def whole(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number from `least` to `most`."""
        text = self._values.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdecimal() and len(text) <= 18) or not least <= int(text) <= most:
            raise UsageError(f"{name}={text[:40]!r}; a whole number from {least} to {most} was expected")
        return int(text)

    def text(self, name: str) -> str:
        """A text; empty where it is not given."""
        text = self._values.get(name, "")
        if len(text) > MOST_TEXT:
            raise UsageError(f"{name!r} is longer than {MOST_TEXT} characters")
        return text

    def one_of(self, name: str, choices: Iterable[str], default: str) -> str:
        """One of some words."""
        text, known = self._values.get(name, default), tuple(choices)
        if text not in known:
            raise unknown_name(name, text[:40], [choice for choice in known if choice])
        return text

    def flag(self, name: str) -> bool:
        """Whether it is `1` or `true`."""
        return self.one_of(name, ("", "0", "1", "false", "true"), "") in ("1", "true")


async def posted(request: Request, *required: str) -> dict[str, Any]:
    """The JSON object that was posted, with at least the members `required`; raises `UsageError` (400)."""
    try:
        found = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise UsageError("what was posted is not JSON") from None
    if not isinstance(found, dict):
        raise UsageError("what was posted is no JSON object")
    for name in required:
        if name not in found:
            raise UsageError(f"what was posted lacks {name!r}")
    return found
