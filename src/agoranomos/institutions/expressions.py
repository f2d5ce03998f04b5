"""CEL expressions as trees: the part of the language that people put into words (no calls, no lists, no members)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])"
    r"|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)(?!\s*\()"
    r"|'(?P<single>[^'\\]*)'|\"(?P<double>[^\"\\]*)\""
    r"|(?P<sign>&&|\|\||[=!<>]=|[-+*/%<>!?:()]))"
)
_LEVELS = (("||",), ("&&",), ("==", "!=", "<=", ">=", "<", ">"), ("+", "-"), ("*", "/", "%"))


@dataclass(frozen=True, slots=True)
class Literal:
    """A number; `nth` counts the numbers of the expression from 1 on."""

    value: float
    nth: int


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotation marks."""

    text: str


@dataclass(frozen=True, slots=True)
class Name:
    """A name, such as `fine_tier` or `least.offences`."""

    name: str


@dataclass(frozen=True, slots=True)
class Not:
    """`!of`."""

    of: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """`left sign right`."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Choice:
    """`when ? then : otherwise`."""

    when: Node
    then: Node
    otherwise: Node


Node: TypeAlias = Literal | Text | Name | Not | Binary | Choice


def parsed(expression: str) -> Node | None:
    """The tree of an expression that CEL has accepted; None where it uses more of the language than is known here."""
    tokens = _tokens(expression)
    if tokens is None:
        return None
    parser = _Parser(tokens)
    try:
        node = parser.choice()
    except _Unknown:
        return None
    return node if not parser.rest else None


class _Unknown(Exception):
    """Something that is none of the known forms."""


def _tokens(expression: str) -> list[Node | str] | None:
    found: list[Node | str] = []
    at, numbers = 0, 0
    text = expression.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return None
        at = match.end()
        if match["number"] is not None:
            numbers += 1
            plain = match["number"].isdigit()
            found.append(Literal(int(match["number"]) if plain else float(match["number"]), numbers))
        elif match["name"] is not None:
            found.append(Name(match["name"]))
        elif match["sign"] is not None:
            found.append(match["sign"])
        else:
            found.append(Text(match["single"] if match["single"] is not None else match["double"]))
    return found


class _Parser:
    """Descends by precedence: CEL's own, from `?:` down to `!`."""

    def __init__(self, tokens: list[Node | str]) -> None:
        self.rest = tokens[::-1]

    def _next(self, *signs: str) -> str | None:
        if self.rest and isinstance(self.rest[-1], str) and self.rest[-1] in signs:
            sign = self.rest.pop()
            assert isinstance(sign, str)
            return sign
        return None

    def choice(self) -> Node:
        when = self._level(0)
        if self._next("?") is None:
            return when
        then = self._level(0)
        if self._next(":") is None:
            raise _Unknown
        return Choice(when, then, self.choice())

    def _level(self, depth: int) -> Node:
        if depth == len(_LEVELS):
            return self._single()
        left = self._level(depth + 1)
        while (sign := self._next(*_LEVELS[depth])) is not None:
            left = Binary(sign, left, self._level(depth + 1))
        return left

    def _single(self) -> Node:
        if self._next("!") is not None:
            return Not(self._single())
        if self._next("(") is not None:
            inside = self.choice()
            if self._next(")") is None:
                raise _Unknown
            return inside
        if not self.rest or isinstance(self.rest[-1], str):
            raise _Unknown
        node = self.rest.pop()
        assert not isinstance(node, str)
        return node
