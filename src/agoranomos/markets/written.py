"""What specifications are written with: lists of distinct names, and values that may stand for several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator

from agoranomos.documents import Name


def _distinct(names: tuple[str, ...]) -> tuple[str, ...]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{name!r} is named twice")
        seen.add(name)
    return names


Names: TypeAlias = Annotated[tuple[Name, ...], AfterValidator(_distinct)]
"""Names of agents or goods, no two alike."""


def is_number(value: Any) -> bool:
    """Whether a value that was read is a number, and no truth value."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_list(value: Any) -> bool:
    """Whether a value that was read is a list."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def lettered(index: int, word: str = "good") -> str:
    """The name of number `index` where none is given: A, B, .. Z, then `good_27`."""
    return chr(ord("A") + index) if index < 26 else f"{word}_{index + 1}"
