"""A budget, and the most that a call can take of it before its answer is there."""

from __future__ import annotations

import json
from collections.abc import Iterable

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.models.engine import Message, Question, Request
from agoranomos.models.questions import ways_to_put


class Budget(DocumentPart):
    """The most that all sessions of a campaign may take together; None is no bound.

    `calls` are calls of models, `tokens` those read and written, `seconds` the time that sessions last, `money` is in
    the currency of the prices. Answers from the call store or from a run's own log take nothing.
    """

    calls: int | None = Field(default=None, ge=0, strict=True)
    tokens: int | None = Field(default=None, ge=0, strict=True)
    seconds: Finite | None = Field(default=None, ge=0)
    money: Finite | None = Field(default=None, ge=0)


TEMPLATE_TOKENS = 64
"""What a chat template may add to a prompt, such as a system message of its own."""

MESSAGE_TOKENS = 16
"""What a chat template may add to a message: its role, and marks where it begins and ends."""


def most_tokens(asked: Request | Question) -> tuple[int, int]:
    """The most tokens that a call may read and write, from its text alone.

    A vocabulary that covers all bytes has no token of less than one byte, so text has at most as many tokens as bytes
    (Sennrich et al. 2016 start from characters, byte-level vocabularies from bytes). It is a bound, some four times
    the true number in English.
    """
    if isinstance(asked, Request):
        # A server that cannot constrain is told the schema in words.
        schema = 0 if asked.schema is None else len(json.dumps(asked.schema).encode())
        return _thinking(_read(asked.messages) + schema, asked.reasoning), asked.max_tokens + asked.reasoning
    ways = ways_to_put(asked)
    answers = sum(_bytes(answer) for way in ways for answer in way.answers)
    thought = len(ways) * asked.reasoning
    # Every way is read as a prompt of its own, with all its answers after it.
    return sum(_thinking(_read(way.messages), asked.reasoning) for way in ways) + answers, thought + answers


def _thinking(read: int, reasoning: int) -> int:
    """The prompt, and again with the thoughts behind it where a server is asked once for these and once to answer."""
    return 2 * read + reasoning if reasoning else read


def _read(messages: Iterable[Message]) -> int:
    return TEMPLATE_TOKENS + sum(_bytes(message.content) + MESSAGE_TOKENS for message in messages)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
