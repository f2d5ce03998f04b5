"""Schemas with few values: the texts of all of them."""

from __future__ import annotations

import itertools
import json
from typing import Any

MOST = 1024
"""A schema with more values than this is left to a grammar."""

_SILENT = {"title", "description", "$schema", "default", "examples", "$comment"}
"""Keywords that restrict nothing."""


def texts_of(schema: dict[str, Any]) -> list[str] | None:
    """The JSON texts of all values of `schema`, without spaces, keys in its order; None where they are not so few.

    Understood are `enum`, `const`, booleans, null, and objects without further keys of which all are required and are
    such themselves. Whatever else a schema says (a pattern beside an enumeration), it is not for here.
    """
    said = {key: value for key, value in schema.items() if key not in _SILENT}
    match said:
        case {"const": value, **rest} if not rest:
            return [_text(value)]
        case {"enum": [*values], **rest} if set(rest) <= {"type"} and _all_of(values, rest.get("type")):
            texts = list(dict.fromkeys(_text(value) for value in values))
            return texts if 0 < len(texts) <= MOST else None
        case {"type": "boolean", **rest} if not rest:
            return ["true", "false"]
        case {"type": "null", **rest} if not rest:
            return ["null"]
        case {
            "type": "object",
            "properties": {**parts},
            "required": [*required],
            "additionalProperties": False,
            **rest,
        }:
            return _objects(parts) if not rest and parts and set(required) == set(parts) else None
    return None


def _objects(parts: dict[Any, Any]) -> list[str] | None:
    """The texts of an object's values: one for each choice of a value for each key."""
    columns: list[list[str]] = []
    count = 1
    for key, part in parts.items():
        texts = texts_of(part) if isinstance(part, dict) else None
        if texts is None or count * len(texts) > MOST:
            return None
        count *= len(texts)
        columns.append([f"{_text(key)}:{text}" for text in texts])
    return ["{" + ",".join(chosen) + "}" for chosen in itertools.product(*columns)]


def _all_of(values: list[Any], kind: Any) -> bool:
    """Whether all values are of a JSON type that we can tell; without one they may be of any."""
    kinds: dict[str, Any] = {"string": str, "boolean": bool, "null": type(None)}
    if kind in ("integer", "number"):
        return all(isinstance(value, int) and not isinstance(value, bool) for value in values)
    return kind is None or (
        isinstance(kind, str) and kind in kinds and all(isinstance(value, kinds[kind]) for value in values)
    )


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
