"""Values that satisfy a JSON Schema, for replies without a model.

The subset that the library's own schemas use: objects with their properties, arrays, bounded integers and numbers,
strings with `maxLength` and `pattern`, `enum`, `const`, `anyOf`, booleans and null. Integers and numbers that stand
side by side in one object share their range, as goods share a capacity.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.models.mock.pattern_sampling import sample_text

Schema: TypeAlias = Mapping[str, Any]

_WORDS = ("hold", "watch", "price", "supply", "steady", "shift", "more", "less", "test", "share", "margin", "repeat")
_DEFAULT_MAXIMUM = 100
_NUMERIC = ("integer", "number")


def sample_value(schema: Schema, generator: np.random.Generator) -> Any:
    """A plausible value of `schema`, drawn with `generator`; raises `UsageError` where the subset ends."""
    return _Sampler(generator).value(schema)


def middle_value(schema: Schema) -> Any:
    """The same plain value each time: the middle of each range, the first of each choice."""
    return _Sampler(None).value(schema)


class _Sampler:
    """Walks a schema; without a generator it takes the middle of everything."""

    def __init__(self, generator: np.random.Generator | None) -> None:
        self._generator = generator

    def value(self, schema: Schema, share: float | None = None) -> Any:
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][self._below(len(schema["enum"]))]
        if "anyOf" in schema:
            return self.value(schema["anyOf"][self._below(len(schema["anyOf"]))], share)
        kind = schema.get("type")
        if kind == "null":
            return None
        if kind in _NUMERIC:
            return self._number(schema, share)
        makers = {
            "object": self._object,
            "array": self._array,
            "string": self._text,
            "boolean": self._boolean,
        }
        if kind not in makers:
            raise UsageError(f"the mock engine has no value for the schema {dict(schema)!r}")
        return makers[kind](schema)

    def _object(self, schema: Schema) -> dict[str, Any]:
        properties: Mapping[str, Schema] = schema.get("properties", {})
        numeric = [name for name, part in properties.items() if part.get("type") in _NUMERIC]
        shares = dict(zip(numeric, self._split(len(numeric)), strict=True))
        return {name: self.value(part, shares.get(name)) for name, part in properties.items()}

    def _split(self, parts: int) -> list[float]:
        """Shares of one range: a random split of a random total, so that the parts together stay within it."""
        if parts == 0 or self._generator is None:
            return [0.5 / max(parts, 1)] * parts
        weights = self._generator.exponential(size=parts)
        total = self._generator.random() if parts == 1 else self._generator.uniform(0.3, 1.0)
        return [float(share) for share in total * weights / weights.sum()]

    def _array(self, schema: Schema) -> list[Any]:
        return [self.value(schema["items"]) for _ in range(schema.get("minItems", 1))]

    def _boolean(self, _: Schema) -> bool:
        return bool(self._below(2))

    def _number(self, schema: Schema, share: float | None) -> int | float:
        low = schema.get("minimum", 0)
        high = schema.get("maximum", max(low, _DEFAULT_MAXIMUM))
        if share is None:
            share = 0.5 if self._generator is None else float(self._generator.random())
        value = low + (high - low) * share
        return int(value) if schema["type"] == "integer" else round(float(value), 2)

    def _text(self, schema: Schema) -> str:
        words = [_WORDS[self._below(len(_WORDS))] for _ in range(4)]
        texts = [" ".join(words[:count]) for count in (4, 3, 2, 1)]
        number = self._below(41)
        limit = schema.get("maxLength", 80)
        pattern = schema.get("pattern", "")
        for candidate in (*texts, str(number), str(number % 10), ""):
            if schema.get("minLength", 0) <= len(candidate) <= limit and re.search(pattern, candidate):
                return candidate
        return sample_text(pattern, self._below)

    def _below(self, limit: int) -> int:
        if self._generator is None:
            return 0
        return int(self._generator.integers(limit)) if limit < 2**63 else int(self._generator.random() * limit)
