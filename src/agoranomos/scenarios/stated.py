"""Replies that choose an option and say something of their own beside it: a reason, a report, an answer to a question.

The choice is read as in every scenario (`agoranomos.scenarios.replies`); what is said stands under a key of its own in
the same JSON object, or, where a reply has no such key, is all that it says outside of its objects.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from agoranomos.scenarios.option import Option
from agoranomos.scenarios.replies import KEY, Answer, choice_schema, read_choice
from agoranomos.scenarios.said import last_said, spoken_parts


@dataclass(frozen=True, slots=True)
class Stated:
    """What a reply chooses, and the text that it gives with it (empty: none)."""

    answer: Answer
    text: str


def stated_schema(options: Sequence[Option], key: str, characters: int) -> dict[str, Any]:
    """The JSON Schema of replies with a text of at most `characters` under `key`, and then the choice."""
    plain = choice_schema(options)
    text = {"type": "string", "maxLength": characters}
    return {**plain, "properties": {key: text, **plain["properties"]}, "required": [key, KEY]}


def read_stated(reply: str, options: Sequence[Option], key: str, *, finished: bool = True) -> Stated:
    """The option that a reply chooses, and what it says under `key`. Never raises.

    Of several texts in the last objects the last counts. Thoughts between tags are neither.
    """
    answer = read_choice(reply, options, finished=finished)
    texts = [value for one in last_said(reply, key) for value in one.values if isinstance(value, str)]
    return Stated(answer, (texts[-1] if texts else _outside(reply)).strip())


def written_stated(option: Option, key: str, text: str) -> str:
    """The reply that says `text`, chooses `option`, and nothing else."""
    return json.dumps({key: text, KEY: option.label}, ensure_ascii=False)


def _outside(reply: str) -> str:
    """What a reply says outside of braces."""
    kept, depth = [], 0
    for letter in "\n".join(spoken_parts(reply)):
        depth += letter == "{"
        if not depth:
            kept.append(letter)
        depth -= letter == "}" and depth > 0
    return " ".join("".join(kept).split())
