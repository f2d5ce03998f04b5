"""What is wrong with a value, in words that need no knowledge of the validator."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from agoranomos.documents.model import NAME_PATTERN

Fault = Mapping[str, Any]
"""One error of Pydantic: `type`, `loc`, `msg`, `input`, `ctx`."""

_FORMS: dict[str, str] = {
    NAME_PATTERN: "a name of letters, digits, `-` and `_`, beginning with a letter or `_`,",
}

_WORDS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "greater_than": lambda ctx: f"more than {_number(ctx['gt'])} was expected",
    "greater_than_equal": lambda ctx: f"at least {_number(ctx['ge'])} was expected",
    "less_than": lambda ctx: f"less than {_number(ctx['lt'])} was expected",
    "less_than_equal": lambda ctx: f"at most {_number(ctx['le'])} was expected",
    "finite_number": lambda _: "a finite number was expected",
    "int_type": lambda _: "a whole number was expected",
    "int_parsing": lambda _: "a whole number was expected",
    "int_from_float": lambda _: "a whole number was expected",
    "float_type": lambda _: "a number was expected",
    "float_parsing": lambda _: "a number was expected",
    "bool_type": lambda _: "true or false was expected",
    "bool_parsing": lambda _: "true or false was expected",
    "string_type": lambda _: "a text was expected",
    "list_type": lambda _: "a list was expected",
    "tuple_type": lambda _: "a list was expected",
    "dict_type": lambda _: "a mapping (`name: value`) was expected",
    "model_type": lambda _: "a mapping (`name: value`) was expected",
    "model_attributes_type": lambda _: "a mapping (`name: value`) was expected",
    "literal_error": lambda ctx: f"{ctx['expected']} was expected",
    "string_too_long": lambda ctx: f"at most {ctx['max_length']:,} characters are read",
    "string_too_short": lambda ctx: (
        "an empty text does not do" if ctx["min_length"] == 1 else f"at least {ctx['min_length']:,} characters are read"
    ),
    "too_short": lambda ctx: f"at least {_items(ctx['min_length'])} expected",
    "too_long": lambda ctx: f"at most {_items(ctx['max_length'])} expected",
    "string_pattern_mismatch": lambda ctx: (
        f"{_FORMS.get(ctx['pattern'], 'a text of the form ' + ctx['pattern'])} was expected"
    ),
    "union_tag_invalid": lambda ctx: (
        f"`{ctx['discriminator'].strip(chr(39))}` is {ctx['tag']!r}; {_or(ctx['expected_tags'])} was expected"
    ),
    "union_tag_not_found": lambda ctx: f"`{ctx['discriminator'].strip(chr(39))}` is missing",
}


def _or(words: str) -> str:
    *others, last = words.replace("'", "").split(", ")
    return f"{', '.join(others)} or {last}" if others else last


def _number(value: Any) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:,g}"


def _items(count: int) -> str:
    return "one item was" if count == 1 else f"{count:,} items were"


_MEMBER = re.compile(r"constrained-(int|float|str)$|literal\[")

_KEYS = {"extra_forbidden": "unknown key {!r}", "missing": "{} is missing"}


def in_words(fault: Fault) -> str:
    """What was expected; a validator's own message where it is one of ours, or none of the usual kinds."""
    words = _WORDS.get(fault["type"])
    if words is None:
        return str(fault["msg"]).removeprefix("Value error, ")
    return words(fault.get("ctx") or {})


def causes(faults: Sequence[Fault], paths: Sequence[tuple[str | int, ...]]) -> list[Fault]:
    """The faults, less those of a whole that has a fault in one of its parts: they only follow from it.

    `paths` says of each where it stands in the text.
    """
    return [
        fault
        for fault, path in zip(faults, paths, strict=True)
        if not any(len(other) > len(path) and other[: len(path)] == path for other in paths)
    ]


def first_fault(error: ValidationError) -> tuple[Fault, str]:
    """The first of the faults of values that stand in no file, and what it says, with the value's place before it."""
    faults: list[Fault] = [dict(fault) for fault in error.errors(include_url=False)]
    fault = causes(faults, [tuple(fault["loc"]) for fault in faults])[0]
    # Pydantic adds the names of a union's members to its paths; these are no words of ours.
    where = ".".join(str(part) for part in fault["loc"] if not _MEMBER.match(str(part)))
    if fault["type"] in _KEYS:
        return fault, _KEYS[fault["type"]].format(where)
    return fault, f"{where}: {in_words(fault)}" if where else in_words(fault)
