"""Text of which every number and every quoted word knows the value of the manifest that it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from agoranomos.institutions.edge_words import printable

Path: TypeAlias = tuple[str | int, ...]
"""The keys that lead to a value of the manifest; one that begins with `market` is of the market's facts."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the manifest as it is shown; `nth` counts the numbers of an expression (0: the value is no text)."""

    text: str
    value: float
    path: Path
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the manifest, or a name of it in words."""

    text: str
    path: Path


@dataclass(frozen=True, slots=True)
class Mark:
    """Layout (a heading's sign, the border of a cell), which no escaping touches."""

    text: str


Segment: TypeAlias = str | Number | Quote | Mark
Told: TypeAlias = tuple[Segment, ...]
"""A piece of prose."""


def spoken(text: str, *path: str | int) -> Quote:
    """A text of the manifest on one line, to stand within a sentence."""
    return Quote(" ".join(text.split()).rstrip("."), path)


def told(*parts: Segment | Told) -> Told:
    """The parts one after the other."""
    found: list[Segment] = []
    for part in parts:
        found += part if isinstance(part, tuple) else [part]
    return tuple(found)


def listed(items: Sequence[Segment | Told], conjunction: str = "and") -> Told:
    """`a, b and c`."""
    if len(items) < 2:
        return told(*items)
    return told(joined(", ", items[:-1]), f" {conjunction} ", items[-1])


def joined(separator: str, items: Iterable[Segment | Told]) -> Told:
    """The items with `separator` between them."""
    found: list[Segment | Told] = []
    for item in items:
        found += [separator, item] if found else [item]
    return told(*found)


def capitalised(text: Told) -> Told:
    """The text with a capital first letter, unless it begins with a word of the manifest."""
    head = text[0] if text else ""
    return (head[:1].upper() + head[1:], *text[1:]) if isinstance(head, str) and head else text


def sentence(text: Told) -> Told:
    """The text with a capital first letter and a full stop."""
    return told(capitalised(text), ".")


def number(value: float, *path: str | int, nth: int = 0) -> Number:
    """The number as it is."""
    return Number(_digits(value), value, path, nth)


def percent(value: float, *path: str | int) -> Number:
    """A share as a percentage."""
    return Number(f"{_digits(value, 100)}%", value, path)


def counted(value: int, noun: str, *path: str | int, nth: int = 0) -> Told:
    """The number with its noun: `1 round`, `5 rounds`."""
    return told(number(value, *path, nth=nth), f" {noun}" if value == 1 else f" {noun}s")


def _digits(value: float, times: int = 1) -> str:
    """All digits of the number, without an exponent."""
    return format((Decimal(repr(value)) * times).normalize(), "f")


def rendered(text: Told, escape: Callable[[str], str] = printable) -> str:
    """The text as a string, every segment that is no layout escaped on its own."""
    return "".join(_rendered(segment, escape) for segment in text)


def _rendered(segment: Segment, escape: Callable[[str], str]) -> str:
    if isinstance(segment, Mark):
        return segment.text
    return escape(segment if isinstance(segment, str) else segment.text)


def numbers_of(lines: Iterable[Told]) -> list[Number]:
    """Every number in the text, in order."""
    return [segment for line in lines for segment in line if isinstance(segment, Number)]
