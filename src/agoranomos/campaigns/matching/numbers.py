"""Numbers in a text, written in digits or in English words up to a hundred, and what they count."""

from __future__ import annotations

import re
from dataclasses import dataclass

# fmt: off
_UNITS = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
# fmt: on
_WORDS = {word: value for value, word in enumerate(_UNITS)} | {
    word: 10 * value for value, word in enumerate(_TENS, start=2)
}
_WORD = re.compile(
    rf"\b(?:(?P<tens>{'|'.join(_TENS)})(?:[- ](?P<unit>{'|'.join(_UNITS[1:10])}))?|(?P<small>{'|'.join(_UNITS)})"
    r"|(?:an?|one) (?P<hundred>hundred))\b",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?<![\w.])-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w])")
_LISTED = re.compile(r"^(?:\s*(?:,|and|or|to)\s*-?\d+(?:\.\d+)?)*\s*(?P<unit>%|per\s?cent\b|rounds?\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number, where it begins in its text, and whether it counts per cent or rounds, alone or in a list of such."""

    value: float
    start: int
    unit: str


def numbers_in(text: str) -> tuple[Number, ...]:
    """The numbers of a text in their order."""
    found = [
        Number(float(m.group().replace(",", "")), m.start(), _unit(text[m.end() :])) for m in _DIGITS.finditer(text)
    ]
    found += [Number(_value(m), m.start(), _unit(text[m.end() :])) for m in _WORD.finditer(text)]
    return tuple(sorted(found, key=lambda number: number.start))


def _value(match: re.Match[str]) -> float:
    if match.group("hundred"):
        return 100.0
    if match.group("small"):
        return float(_WORDS[match.group("small").lower()])
    unit = match.group("unit")
    return float(_WORDS[match.group("tens").lower()] + (_WORDS[unit.lower()] if unit else 0))


def _unit(rest: str) -> str:
    listed = _LISTED.match(rest)
    if listed is None:
        return ""
    return "rounds" if listed.group("unit").lower().startswith("round") else "per cent"
