"""What a text says under a key: its parts that are no thoughts, the JSON objects in them, and the labels they hold."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_TAG = re.compile(r"<\s{0,4}(/?)\s{0,4}(?:think|thinking|thought|thoughts|reasoning)\s{0,4}>", re.IGNORECASE)
_JOINING = re.compile(r"(?:[\s,;|/&`\[\]()*.\-]|\bjson\b|\bor\b|\band\b|\bthen\b|\bvs\b)*", re.IGNORECASE)
"""What stands between objects that are listed: punctuation and code fences, and no words that would decide."""

_CLOSING = re.compile(r"[\s.`]*")
"""What may stand after an object that ends a reply."""

_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"
_PAIR = re.compile(
    rf"(?<![^\s,{{{_QUOTES}])[{_QUOTES}]?\s*(?P<key>[A-Za-z_]+)\s*[{_QUOTES}]?\s*[:=]\s*"
    rf"(?:(?P<quote>[{_QUOTES}])(?P<quoted>[^{{}}]*?)[{_QUOTES}](?=\s*(?:,|$))|(?P<bare>[^{_QUOTES},{{}}\[\]:]+))"
)
"""A key and its value as those write them who take single quotes or none."""

_BRACED = re.compile(r"\{[^{}]{0,2000}\}")
_MOST_NESTING = 16


@dataclass(frozen=True, slots=True)
class Said:
    """One object that names the key: all values under it, as they stand.

    `lenient`: it is no valid JSON. `joins`: between the object before and this one nothing is said. `at`: where it
    begins. `closes`: nothing is said after it.
    """

    values: tuple[Any, ...]
    lenient: bool
    joins: bool
    at: int
    closes: bool


def spoken_parts(text: str) -> list[str]:
    """The parts of a reply that are no thoughts, in order.

    Thoughts stand between tags. A closing tag without an opening one ends thoughts that the prompt had opened; an
    opening one without a closing one begins thoughts that were never brought to an end.
    """
    parts: list[str] = []
    thinking, start = False, 0
    for tag in _TAG.finditer(text):
        if not tag[1] and not thinking:
            parts.append(text[start : tag.start()])
        thinking, start = not tag[1], tag.end()
    if not thinking:
        parts.append(text[start:])
    return [part for part in parts if part.strip()]


def decisions(text: str, key: str) -> list[Said]:
    """The objects in `text` that name `key`, in order; what is nested in one belongs to it."""
    decoder = json.JSONDecoder(object_pairs_hook=_Pairs)
    found: list[Said] = []
    at, after = text.find("{"), -1
    while at >= 0:
        values, end = _object_at(text, at, key, decoder)
        if values:
            joins = after >= 0 and _JOINING.fullmatch(text, after, at) is not None
            closes = _CLOSING.fullmatch(text, end) is not None
            found.append(Said(tuple(value for value, _ in values), values[0][1], joins, at, closes))
            after = end
        at = text.find("{", max(end, at + 1))
    return found


def last_said(text: str, key: str) -> list[Said]:
    """What a reply says last under `key`, thoughts aside: the last object, after those that are listed with it."""
    for part in reversed(spoken_parts(text)):
        said = decisions(part, key)
        if said:
            first = len(said) - 1
            while first > 0 and said[first].joins:
                first -= 1
            return said[first:]
    return []


class _Pairs(list[tuple[str, Any]]):
    """An object as its members in order, so that a key that stands in it twice is seen twice."""


def _object_at(text: str, at: int, key: str, decoder: json.JSONDecoder) -> tuple[list[tuple[Any, bool]], int]:
    """The values under `key` of the object that begins at `at`, each with whether it is no JSON, and its end."""
    try:
        pairs, end = decoder.raw_decode(text, at)
    except (ValueError, RecursionError):
        braced = _BRACED.match(text, at)
        if braced is None:
            return [], at + 1
        return [(value, True) for value in _loose_values(braced[0][1:-1], key)], braced.end()
    return [(value, False) for value in _values(pairs, key)], end


def _values(pairs: Any, key: str, depth: int = 0) -> list[Any]:
    """What stands under `key` in an object itself, or else anywhere inside it."""
    if depth > _MOST_NESTING or not isinstance(pairs, list):
        return []
    if isinstance(pairs, _Pairs):
        own = [value for name, value in pairs if name.strip().casefold() == key]
        if own:
            return own
        inside: Sequence[Any] = [value for _, value in pairs]
    else:
        inside = pairs
    return [value for part in inside for value in _values(part, key, depth + 1)]


def _loose_values(inside: str, key: str) -> list[str]:
    """The values under `key` between two braces that hold no JSON."""
    return [
        (match["quoted"] if match["quoted"] is not None else match["bare"])
        for match in _PAIR.finditer(inside)
        if match["key"].casefold() == key
    ]


class Labels:
    """Which option a value names: its label as it stands, or a form of it that fits no other option."""

    def __init__(self, options: Sequence[tuple[str, str]]) -> None:
        self._exact = {label: place for place, (label, _) in enumerate(options)}
        self._forms: dict[str, set[int]] = {}
        for place, (label, text) in enumerate(options):
            for form in (label, text, f"option {label}", f"{label} {text}"):
                self._forms.setdefault(_plain(form), set()).add(place)

    def get(self, values: Sequence[Any]) -> int | None:
        """The place of the option that all `values` name; None where they name none, or several."""
        places = {self._place(value) for value in values}
        return places.pop() if len(places) == 1 else None

    def _place(self, value: Any) -> int | None:
        while isinstance(value, list) and not isinstance(value, _Pairs) and len(value) == 1:
            value = value[0]
        if isinstance(value, bool) or not isinstance(value, str | int):
            return None
        written = str(value)
        if written in self._exact:
            return self._exact[written]
        if written.strip() in self._exact:
            return self._exact[written.strip()]
        form = _plain(written)
        places = self._forms.get(form, set())
        return next(iter(places)) if form and len(places) == 1 else None


def _plain(text: str) -> str:
    """Letters and digits alone, without case, a space for whatever stands between them."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(each if each.isalnum() else " " for each in folded).split())
