"""The reference page of manifests: every key with its type, default, bounds, meaning and an example."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from agoranomos.institutions.institution import BUILT_IN
from agoranomos.institutions.manifest import Manifest
from agoranomos.institutions.notices import FIXED_NAMES
from agoranomos.institutions.reference_words import GUARD_NAMES, TITLES, meaning_of

_PATTERNS = {
    "^[a-z_][a-z0-9_]{0,40}$": "name (small letters, digits, `_`)",
    "^[A-Za-z0-9_]{1,60}$": "name of a rule (letters, digits, `_`)",
    "^[a-z][a-z0-9-]{0,62}$": "name (small letters, digits, `-`)",
    "^[a-z_][a-z0-9_]{0,60}$": "name of a measure",
    "^[0-9a-f]{64}$": "64 digits in hex",
}
_TYPES = {"integer": "whole number", "number": "number", "string": "text", "boolean": "true or false"}

Schema = Mapping[str, Any]
Examples = Mapping[tuple[str, str], Any]
"""A value for each model and key."""


def reference_page(examples: Examples) -> str:
    """The page in Markdown, without a title; `examples` are taken from manifests that are tested."""
    whole = Manifest.model_json_schema(by_alias=True)
    parts = [part for model in TITLES for part in _section(model, whole, examples)]
    return "\n".join([*parts, *_names()])


def examples_of(*manifests: BaseModel) -> dict[tuple[str, str], Any]:
    """For each model and key the first value, other than the default, that some manifest gives it."""
    found: dict[tuple[str, str], Any] = {}
    for manifest in manifests:
        for part in _parts(manifest):
            for name, field in type(part).model_fields.items():
                value = getattr(part, name)
                if value != field.get_default(call_default_factory=True):
                    found.setdefault((type(part).__name__, field.alias or name), _written(value))
    return found


def _parts(value: Any) -> Iterator[BaseModel]:
    if isinstance(value, BaseModel):
        yield value
        for name in type(value).model_fields:
            yield from _parts(getattr(value, name))
    elif isinstance(value, dict | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _parts(item)


def _written(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if isinstance(value, dict):
        return {key: _written(item) for key, item in list(value.items())[:1]}
    if isinstance(value, tuple):
        return [_written(item) for item in value[: 1 if isinstance(value[0], BaseModel) else 2]]
    return value


def _section(model: str, whole: Schema, examples: Examples) -> Iterator[str]:
    schema = whole if model == "Manifest" else whole["$defs"][model]
    title, stands = TITLES[model]
    yield f"## {title}\n"
    if stands:
        yield f"Written under `{stands.strip()}`.\n"
    yield _in_markdown(str(schema.get("description", ""))) + "\n"
    yield "| key | type | default | meaning | example |"
    yield "|---|---|---|---|---|"
    needed = schema.get("required", ())
    for key, field in schema["properties"].items():
        default = "needed" if key in needed else _default(field.get("default"))
        value = examples.get((model, key), _other_choice(field))
        example = "" if value is None else f"`{_flow(key, value)}`"
        cells = (f"`{key}`", _type(field), default, meaning_of(model, key), example)
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""


def _other_choice(field: Schema) -> Any:
    """A value other than the default of a key that offers some."""
    return next((word for word in field.get("enum", ()) if word != field.get("default")), None)


def _in_markdown(docstring: str) -> str:
    return inspect.cleandoc(docstring)


def _default(value: Any) -> str:
    if value in (None, "", {}, []):
        return "none"
    return f"`{json.dumps(value).strip(chr(34))}`"


def _type(field: Schema) -> str:  # noqa: PLR0911
    """The type with its bounds, in words."""
    for choice in ("anyOf", "oneOf"):
        if choice in field:
            kinds = [_type(one) for one in field[choice] if one.get("type") != "null"]
            return " or ".join(dict.fromkeys(kinds))
    if "$ref" in field:
        title = TITLES[str(field["$ref"]).rpartition("/")[2]][0]
        return f"[{title[0].lower() + title[1:]}](#{_anchor(title)})"
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return " or ".join(f"`{word}`" for word in field["enum"])
    if field.get("type") == "object":
        ((pattern, held),) = field["patternProperties"].items()
        least = ", at least one" if field.get("minProperties") else ""
        return f"mapping: {_PATTERNS[pattern]} to {_type(held)}{least}"
    if field.get("type") == "array":
        return f"list of {_type(field['items'])}"
    if "pattern" in field:
        return _PATTERNS[field["pattern"]]
    return _TYPES[field["type"]] + _bounds(field)


def _bounds(field: Schema) -> str:
    told = []
    for key, words in (
        ("minimum", "from"),
        ("exclusiveMinimum", "above"),
        ("maximum", "to"),
        ("exclusiveMaximum", "below"),
    ):
        if key in field:
            told.append(f"{words} {_number(field[key])}")
    shortest, longest = field.get("minLength"), field.get("maxLength")
    if longest is not None:
        told.append(f"{shortest or 0} to {longest:,} characters")
    elif shortest:
        told.append("not empty")
    return f", {' '.join(told)}" if told else ""


def _number(value: float) -> str:
    if abs(value) == 2**53 - 1:
        return "-(2^53 - 1)" if value < 0 else "2^53 - 1"
    return f"{value:,g}" if value != int(value) else f"{int(value):,}"


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-")


def _flow(key: str, value: Any) -> str:
    """`key: value` in YAML's flow style."""
    return f"{key}: {_value(value)}"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z][\w .+*/%=<>()-]*", value) and value not in {"true", "null"}:
        return value
    return json.dumps(value, ensure_ascii=False)


def _names() -> Iterator[str]:
    yield "## Names in conditions\n"
    yield (
        "Conditions and updates are written in CEL, the [Common Expression Language](https://cel.dev), over the names "
        "of parameters, audits, signals, events and counters, and these:\n"
    )
    yield "| name | what it is |"
    yield "|---|---|"
    for name in BUILT_IN:
        yield f"| `{name}` | {GUARD_NAMES[name]} |"
    yield "| `least.COUNTER`, `most.COUNTER` | the smallest and the largest value of a counter over all agents |"
    yield "| `others.STATE` | how many other agents stood in that state before the round |"
    yield "\n## Names in notices\n"
    yield (
        "A template may use, in braces, the names of counters and parameters, and "
        f"{', '.join(f'`{name}`' for name in FIXED_NAMES)}."
    )
