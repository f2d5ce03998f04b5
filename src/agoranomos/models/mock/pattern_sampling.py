r"""Texts that match a regular expression, each as probable as any other.

The subset that the library's schemas use: characters, `\` before one, classes of characters and ranges, groups,
alternatives, and the counts `?`, `{n}` and `{m,n}`; anchors at both ends.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from agoranomos.errors import UsageError

Below: TypeAlias = Callable[[int], int]
"""A whole number from 0 to one less than what is given."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A set of texts: how many they are (twice what two alternatives share), and one of them by its number."""

    size: int
    text: Callable[[int], str]


def sample_text(pattern: str, below: Below) -> str:
    """One text that matches the whole of `pattern`; raises `UsageError` where the subset ends."""
    texts = _texts(pattern)
    return texts.text(below(texts.size))


@lru_cache(maxsize=256)
def _texts(pattern: str) -> Texts:
    return _Reader(pattern.removeprefix("^").removesuffix("$"), pattern).all()


def _one_of(parts: Sequence[Texts]) -> Texts:
    def text(number: int) -> str:
        for part in parts:
            if number < part.size:
                return part.text(number)
            number -= part.size
        raise IndexError(number)

    return Texts(sum(part.size for part in parts), text)


def _in_turn(parts: Sequence[Texts]) -> Texts:
    def text(number: int) -> str:
        written = []
        for part in parts:
            number, place = divmod(number, part.size)
            written.append(part.text(place))
        return "".join(written)

    return Texts(math.prod(part.size for part in parts), text)


class _Reader:
    """Reads a pattern from left to right."""

    def __init__(self, rest: str, pattern: str) -> None:
        self._rest = list(reversed(rest))
        self._pattern = pattern

    def all(self) -> Texts:
        found = self._alternatives()
        if self._rest:
            raise self._refused()
        return found

    def _alternatives(self) -> Texts:
        found = [self._sequence()]
        while self._next_is("|"):
            found.append(self._sequence())
        return _one_of(found)

    def _sequence(self) -> Texts:
        parts: list[Texts] = []
        while self._rest and self._rest[-1] not in "|)":
            parts.append(self._counted(self._single()))
        return _in_turn(parts)

    def _single(self) -> Texts:
        if self._next_is("("):
            inside = self._alternatives()
            if not self._next_is(")"):
                raise self._refused()
            return inside
        if self._next_is("["):
            return self._class()
        if self._rest[-1] in "*+.^$?{}":
            raise self._refused()
        return _characters(self._character())

    def _class(self) -> Texts:
        if self._rest and self._rest[-1] == "^":
            raise self._refused()
        characters: list[str] = []
        while not self._next_is("]"):
            first = self._character()
            if len(self._rest) > 1 and self._rest[-1] == "-" and self._rest[-2] != "]":
                self._rest.pop()
                characters += map(chr, range(ord(first), ord(self._character()) + 1))
            else:
                characters.append(first)
        return _characters("".join(characters))

    def _counted(self, part: Texts) -> Texts:
        if self._next_is("?"):
            return _one_of([_in_turn([]), part])
        if not self._next_is("{"):
            return part
        written = ""
        while not self._next_is("}"):
            written += self._character()
        least, _, most = written.partition(",")
        if not (least.isdecimal() and (most or least).isdecimal()):
            raise self._refused()
        return _one_of([_in_turn([part] * times) for times in range(int(least), int(most or least) + 1)])

    def _character(self) -> str:
        if not self._rest:
            raise self._refused()
        character = self._rest.pop()
        if character == "\\":
            if not self._rest or self._rest[-1].isalnum():
                raise self._refused()
            return self._rest.pop()
        return character

    def _next_is(self, character: str) -> bool:
        if self._rest and self._rest[-1] == character:
            self._rest.pop()
            return True
        return False

    def _refused(self) -> UsageError:
        return UsageError(f"the mock engine has no text that matches the pattern {self._pattern!r}")


def _characters(characters: str) -> Texts:
    return Texts(len(characters), characters.__getitem__)
