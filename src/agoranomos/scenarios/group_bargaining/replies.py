"""What a reply proposes: the number under `value` of its last JSON object after the thoughts, and its comment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from agoranomos.refusals import is_refusal
from agoranomos.scenarios.replies import Answer
from agoranomos.scenarios.said import Said, decisions, spoken_parts

KEY, COMMENT = "value", "comment"
"""The keys under which a reply names its proposal and says something to the others."""


def proposal_schema(low: int, high: int, comment: int | None) -> dict[str, Any]:
    """The JSON Schema of a reply with a whole number within these bounds, and a comment where one can be made.

    `comment` is how many characters it may have.
    """
    properties: dict[str, Any] = {KEY: {"type": "integer", "minimum": low, "maximum": high}}
    if comment is not None:
        properties[COMMENT] = {"type": "string", "maxLength": comment}
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


def written_proposal(value: float) -> str:
    """The reply that proposes `value` and says nothing else."""
    return json.dumps({KEY: round(value)})


def read_proposal(reply: str, low: int, high: int, *, finished: bool = True) -> Answer:
    """The number that a reply proposes, as its only action part; nothing where it can be read in two ways.

    The last object that names the key decides; objects in a row decide only where all say the same. A number off the
    scale, one that is not whole, or several under the key are invalid. What is cut off counts only where an object ends
    it.
    """
    parts = spoken_parts(reply)
    for part in reversed(parts):
        said = decisions(part, KEY)
        if said:
            return _decided(said, low, high, finished)
    answer = " ".join(parts)
    if not finished:
        return Answer(None, "truncated")
    if not answer.strip():
        return Answer(None, "empty")
    return Answer(None, "refusal" if is_refusal(answer) else "invalid")


def read_comment(reply: str, longest: int) -> str:
    """What a reply says to the others, its first `longest` characters on one line; empty where it says nothing."""
    for part in reversed(spoken_parts(reply)):
        for said in reversed(decisions(part, COMMENT)):
            if len(said.values) == 1 and isinstance(said.values[0], str):
                printable = "".join(mark if mark.isprintable() else " " for mark in said.values[0])
                return " ".join(printable.split())[:longest]
    return ""


def _decided(said: Sequence[Said], low: int, high: int, finished: bool) -> Answer:
    first = len(said) - 1
    while first > 0 and said[first].joins:
        first -= 1
    numbers = {_number(one) for one in said[first:]}
    number = numbers.pop() if len(numbers) == 1 else None
    cut = not finished and not said[-1].closes
    if cut or number is None or not low <= number <= high:
        return Answer(None, "invalid" if finished else "truncated")
    return Answer((float(number),))


def _number(said: Said) -> int | None:
    if len(said.values) != 1:
        return None
    value = said.values[0]
    if isinstance(value, str):
        try:
            value = float(value.strip())
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not value.is_integer():  # neither is NaN, nor an infinity
        return None
    return int(value)
