r"""The number that a reply gives as its answer, and how an answer is written.

After the thoughts, what counts is, in this order: the last JSON object with the key `answer`; the last number in
`\boxed{}`; the last number after the words "answer is" or "answer:"; a reply that is a number and nothing else. A
number that merely occurs in the reply is no answer, and two that are listed are none. Of a reply that was cut off
counts an object alone, and only one that ends it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from agoranomos.refusals import is_refusal
from agoranomos.scenarios.replies import Answer
from agoranomos.scenarios.said import Said, last_said, spoken_parts
from agoranomos.scenarios.tool_use.items import LARGEST_ANSWER

KEY = "answer"
"""The key under which a reply gives its answer."""

ROUTE_KEY = "route"
"""The key under which a reply says how it came by its answer."""

_WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d{1,30})"
_NUMBER = rf"[-+]?\$?(?:{_WHOLE}(?:\.\d{{1,30}})?(?:[eE][-+]?\d{{1,2}})?|\.\d{{1,30}})"
_VALUE = re.compile(rf"(?P<over>{_NUMBER})(?:\s*/\s*(?P<under>{_NUMBER}))?(?![\d/]|\.\d)")
_GOES_ON = re.compile(r"[ \t,]*(?:(?:and|or)\b|[-+*/^=x\u00d7\u00b7])?[ \t]*[-+$(]?\.?\d")
"""What makes a number the first of several, or the first part of a sum, a product or a mixed number."""
_FRACTION = re.compile(r"([-+]?)\s*\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
_BOXED = re.compile(r"\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_SAID = re.compile(r"\banswer\s*(?:is\b\s*:?|:|=)\s*(?:[a-z]\s*=\s*)?[*$\\(\s]*", re.IGNORECASE)


def read_answer(reply: str, *, finished: bool = True) -> Fraction | None:
    """The number that `reply` gives as its answer, exactly; None where it gives none. Never raises."""
    said = last_said(reply, KEY)
    if said or not finished:
        return _number_in(said, finished)
    text = "\n".join(spoken_parts(reply)).replace("\u2212", "-")
    boxed = _BOXED.findall(text)
    if boxed:
        return read_number(boxed[-1])
    ends = [match.end() for match in _SAID.finditer(text)]
    if ends:
        rest = _plain(text[ends[-1] :])
        match = _VALUE.match(rest)
        return None if match is not None and _GOES_ON.match(rest, match.end()) else _value(match)
    return read_number(text)


def _number_in(said: Sequence[Said], finished: bool) -> Fraction | None:
    """The one number that all objects of a row give."""
    if not said or not (finished or said[-1].closes):
        return None
    numbers = {read_number(value) for one in said for value in one.values}
    return numbers.pop() if len(numbers) == 1 else None


def read_number(given: Any) -> Fraction | None:
    """`given`, a JSON number or a text that is a number and nothing else, exactly; None for all that is none."""
    if isinstance(given, bool) or not isinstance(given, int | float | str):
        return None
    text = _plain(str(given)).strip().strip("*$ ").rstrip(".").strip()
    match = _VALUE.fullmatch(text)
    return _value(match)


def _plain(text: str) -> str:
    return _FRACTION.sub(lambda match: f"{match[1]}{match[2].strip()}/{match[3].strip()}", text).replace("\u2212", "-")


def _value(match: re.Match[str] | None) -> Fraction | None:
    if match is None:
        return None
    over, under = (_exact(part) for part in (match["over"], match["under"] or "1"))
    return over / under if under else None


def _exact(text: str) -> Fraction:
    return Fraction(text.replace(",", "").replace("$", ""))


def both_schema(routes: Sequence[str]) -> dict[str, Any]:
    """The JSON Schema of replies that say how they came by their answer, and the answer."""
    return {
        "type": "object",
        "properties": {ROUTE_KEY: {"enum": list(routes)}, **answer_schema()["properties"]},
        "required": [ROUTE_KEY, KEY],
        "additionalProperties": False,
    }


def answer_schema() -> dict[str, Any]:
    """The JSON Schema of replies that give an answer alone: a whole number, a decimal or a fraction, as a text."""
    pattern = "^-?[0-9]{1,10}([.][0-9]{1,6}|/[1-9][0-9]{0,9})?$"
    return {
        "type": "object",
        "properties": {KEY: {"type": "string", "pattern": pattern}},
        "required": [KEY],
        "additionalProperties": False,
    }


def read_both(reply: str, routes: Sequence[str], *, finished: bool = True) -> Answer:
    """The action (number of the route, answer) in the last JSON object of `reply`, which has both. Never raises."""
    parts = spoken_parts(reply)
    said: list[Said] = []
    answered: list[Said] = []
    for part in reversed(parts):
        said, answered = last_said(part, ROUTE_KEY), last_said(part, KEY)
        if said or answered:
            break
    if not said and not answered and finished:
        text = "\n".join(parts)
        return Answer(None, "empty" if not text.strip() else "refusal" if is_refusal(text) else "invalid")
    named = {_route(value, routes) for one in said for value in one.values}
    route = named.pop() if len(named) == 1 else None
    value = _number_in(answered, finished)
    if route is None or value is None or [one.at for one in said] != [one.at for one in answered]:
        return Answer(None, "invalid" if finished else "truncated")
    return Answer((float(route), as_action(value)))


def _route(value: Any, routes: Sequence[str]) -> int | None:
    name = value.strip().lower() if isinstance(value, str) else ""
    return list(routes).index(name) if name in routes else None


def as_action(value: Fraction) -> float:
    """An answer as a number of an action; one beyond all answers is cut to what no item has."""
    bound = LARGEST_ANSWER + 1
    return float(min(max(value, Fraction(-bound)), Fraction(bound)))
