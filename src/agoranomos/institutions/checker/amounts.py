"""Numbers in the texts that agents read, held against the values of the institution."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from agoranomos.institutions.checker.finding import Findings
from agoranomos.institutions.institution import Institution

_SPELT = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty"
)
_WORDS = {word: number for number, word in enumerate(_SPELT.split(), start=2)} | {
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
}
"""Numbers in words. "One" is left out: it is a pronoun as often as a number."""

_AMOUNT = rf"(?:(?<![\w.])\d+(?:,\d{{3}})*(?:\.\d+)?(?!\w)|\b(?:{'|'.join(_WORDS)})\b)"
_LIST = re.compile(rf"{_AMOUNT}(?:\s*(?:,|,?\s*and|,?\s*or|to)\s*{_AMOUNT})*", re.IGNORECASE)
_ONE = re.compile(_AMOUNT, re.IGNORECASE)
_PER_CENT = re.compile(r"\s*(?:%|per ?cent\b)", re.IGNORECASE)
_ROUNDS = re.compile(r"[\s-]*(?:\w+ ){0,2}rounds?\b", re.IGNORECASE)
_LITERAL = re.compile(r"(?<![\w.])\d+(?:\.\d+)?")
_DURATIONS = {"window", "persists", "within", "lasts", "jitter", "cooldown", "max", "initial", "lag"}


@dataclass
class _Values:
    """The institution's numbers: all of them, and the whole ones that can count rounds."""

    all: set[float] = field(default_factory=set)
    rounds: set[float] = field(default_factory=set)

    def take(self, key: str, value: Any) -> None:
        """Add every number in a part of the manifest."""
        if isinstance(value, BaseModel):
            for name in type(value).model_fields:
                if name != "about":
                    self.take(name, getattr(value, name))
        elif isinstance(value, dict):
            for name, item in value.items():
                self.take(str(name), item)
        elif isinstance(value, tuple):
            for item in value:
                self.take(key, item)
        elif isinstance(value, str):  # an expression
            numbers = [float(number) for number in _LITERAL.findall(value)]
            self.all.update(numbers)
            self.rounds.update(number for number in numbers if number.is_integer())
        elif isinstance(value, int | float) and not isinstance(value, bool):
            self.all.add(float(value))
            if key in _DURATIONS or isinstance(value, int):
                self.rounds.add(float(value))


def find_misstatements(institution: Institution, findings: Findings) -> None:
    """notice-misstates-amount: a number in a rule, a guidance or the notice that is none of the institution's."""
    manifest = institution.manifest
    values = _Values()
    for key in ("parameters", "observation", "audits", "signals", "events", "counters", "transitions"):
        values.take(key, getattr(manifest, key))
    for edge in manifest.transitions:
        values.rounds.add(float(edge.lasts + edge.jitter))
    values.all |= values.rounds
    for path, text in _texts(institution):
        for said, unit in amounts_in(text):
            if not _meant(values, said, unit):
                shown = f"{said:g}{' per cent' if unit == '%' else ' rounds' if unit == 'rounds' else ''}"
                findings.add(
                    "notice-misstates-amount",
                    path,
                    f"the text names {shown}, which is none of the institution's values: {_cut(text)!r}",
                    "Agents would be told another institution than the one that is enforced.",
                )


def amounts_in(text: str) -> Iterator[tuple[float, str]]:
    """Each number in a text, in figures or words, with its unit: `%`, `rounds`, or none."""
    for found in _LIST.finditer(re.sub(r"\{\w+\}", " ", text)):
        rest = found.string[found.end() :]
        unit = "%" if _PER_CENT.match(rest) else "rounds" if _ROUNDS.match(rest) else ""
        for one in _ONE.findall(found.group()):
            yield float(_WORDS[one.lower()] if one.lower() in _WORDS else one.replace(",", "")), unit


def _meant(values: _Values, said: float, unit: str) -> bool:
    among = values.rounds if unit == "rounds" else values.all
    wanted = said / 100 if unit == "%" else said
    return any(abs(value - wanted) < 1e-9 for value in among)


def _texts(institution: Institution) -> Iterator[tuple[tuple[str, ...], str]]:
    manifest = institution.manifest
    for name, state in manifest.states.items():
        yield ("states", name, "guidance"), state.guidance
        yield ("states", name, "label"), state.label
    for name, rule in manifest.rules.items():
        for key in ("aim", "object", "condition", "or_else"):
            yield ("rules", name, key), getattr(rule, key)
    if manifest.notices is not None:
        yield ("notices", "template"), manifest.notices.template


def _cut(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:87]}..."
