"""The summary that an agent writes of its past rounds: its JSON Schema, and how it is read."""

from __future__ import annotations

from typing import Literal

from agoranomos.markets.action_schema import object_schema
from agoranomos.models import Completion
from agoranomos.policies.prompted.asking import Wanted
from agoranomos.policies.prompted.reply import Unusable, answered_object, bounded_text, text_at

SUMMARY: Literal["summary"] = "summary"
"""The key of a summary in its reply."""

_PUNCTUATION = 32
"""Tokens that the key and the punctuation of a summary's reply take at most."""


def wanted_summary(characters: int) -> Wanted:
    """What is asked for: a line of at most `characters`, which fits where every one of them is a token."""
    schema = object_schema({SUMMARY: bounded_text(characters)})

    def by_rule(rule: str) -> dict[str, str]:
        return {SUMMARY: f"I play by the rule {rule}."[:characters]}

    return Wanted(schema, characters + _PUNCTUATION, SUMMARY, SUMMARY, by_rule)


def read_summary(completion: Completion, characters: int) -> str | Unusable:
    """The summary, or what is wrong with the reply: an empty one is none, a longer one is out of range."""
    document = answered_object(completion, SUMMARY)
    if isinstance(document, Unusable):
        return document
    text = text_at(document, SUMMARY).strip()
    if not text:
        return Unusable("invalid", "the summary was empty")
    if len(text) > characters:
        return Unusable("out_of_range", f"the summary has {len(text)} characters, and {characters} are allowed")
    return text
