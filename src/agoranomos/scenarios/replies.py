"""What a reply in words chooses: the last valid JSON object after the thoughts, held against the options.

The first match, which the released code of arXiv 2510.04860 takes, reads a reply that quotes both options before it
decides as its first quotation (section A8.3 of the spec). What could be read in two ways is not read at all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from agoranomos.refusals import is_refusal
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.said import Labels, Said, decisions, spoken_parts

KEY = "choice"
"""The key under which a reply names its option."""

ReplyFailure = Literal["empty", "refusal", "truncated", "invalid"]


@dataclass(frozen=True, slots=True)
class Answer:
    """The action that a reply chooses (one number a part), or None and how it `failed`."""

    action: tuple[float, ...] | None
    failed: ReplyFailure | None = None


def written_choice(option: Option) -> str:
    """The reply that chooses `option` and says nothing else."""
    return json.dumps({KEY: option.label}, ensure_ascii=False)


def choice_schema(options: Sequence[Option]) -> dict[str, Any]:
    """The JSON Schema of the replies that choose one of `options`."""
    return {
        "type": "object",
        "properties": {KEY: {"enum": [option.label for option in options]}},
        "required": [KEY],
        "additionalProperties": False,
    }


def read_choice(reply: str, options: Sequence[Option], *, finished: bool = True) -> Answer:
    """The option that a reply in words chooses; `finished` is false of one that was cut off. Never raises.

    Thoughts between tags are no part of the answer. Of the JSON objects that name the key, the last decides. Objects
    in a row with nothing but `or`, commas and the like between them are a list of options, and decide only where all
    say the same; so does one that names the key twice. Single quotes, bare words and trailing commas are read where
    everything else that is said agrees. A label may differ in case and punctuation, or come with its option's text,
    where that fits one option alone. What is cut off is read only where an object ends it and nothing in it disagrees:
    else it may quote, in thoughts that never ended, what it was about to weigh.
    """
    parts = spoken_parts(reply)
    for part in reversed(parts):
        said = decisions(part, KEY)
        if said:
            return _decided(said, options, finished)
    answer = " ".join(parts)
    if not finished:
        return Answer(None, "truncated")
    if not answer.strip():
        return Answer(None, "empty")
    return Answer(None, "refusal" if is_refusal(answer) else "invalid")


def _decided(said: Sequence[Said], options: Sequence[Option], finished: bool) -> Answer:
    """What a row of objects with the key comes to: the last one, or the last ones where they stand together."""
    table = Labels([(option.label, option.text) for option in options])
    chosen = [table.get(one.values) for one in said]
    last = len(said) - 1
    while last > 0 and said[last].joins:
        last -= 1
    final = chosen if said[-1].lenient or not finished else chosen[last:]
    cut = not finished and not said[-1].closes
    if cut or final[-1] is None or any(each != final[-1] for each in final):
        return Answer(None, "invalid" if finished else "truncated")
    return Answer(options[final[-1]].action)
