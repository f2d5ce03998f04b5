"""Keys in which one value may stand for a list: a count of agents for their names, a number for a list of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pydantic import WithJsonSchema

from agoranomos.markets.written import is_number


def numbered(value: Any, word: str, most: int) -> Any:
    """`word_1`, `word_2` and so on where `value` is a count (at most one more than `most`); else `value`."""
    if type(value) is not int:
        return value
    return tuple(f"{word}_{place + 1}" for place in range(min(max(value, 0), most + 1)))


def filled_in(data: Any, agents: str, word: str, most: int, lists: Collection[str] = ()) -> Any:
    """What a file says, with a count of `agents` written out as names and a lone number under `lists` as a list of one.

    For validators that see a specification before its fields; what is no mapping is left as it is.
    """
    if not isinstance(data, Mapping):
        return data
    filled = dict(data)
    if agents in filled:
        filled[agents] = numbered(filled[agents], word, most)
    return filled | {key: as_list(filled[key]) for key in lists if key in filled}


def as_list(value: Any) -> Any:
    """A list of one where `value` is a number; else `value`."""
    return (value,) if is_number(value) else value


def names_or_count(least: int, most: int) -> WithJsonSchema:
    """How editors are told of names that a count may stand for."""
    names = {"type": "array", "items": {"type": "string"}, "minItems": least, "maxItems": most, "uniqueItems": True}
    return WithJsonSchema({"anyOf": [{"type": "integer", "minimum": least, "maximum": most}, names]})


def whole_or_list(least: int, most: int, longest: int) -> WithJsonSchema:
    """How editors are told of whole numbers, of which one may stand alone."""
    whole = {"type": "integer", "minimum": least, "maximum": most}
    return WithJsonSchema({"anyOf": [whole, {"type": "array", "items": whole, "minItems": 1, "maxItems": longest}]})
