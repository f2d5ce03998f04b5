"""What engines are asked in their conformance tests, and how: all at once, as agents of a campaign ask."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from typing import Any

from agoranomos.models import Completion, Distribution, Engine, Message, Question, Request

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "note": {"type": "string", "pattern": "^[ !#-\\[\\]-~]{0,12}$"},
        "chosen": {
            "type": "object",
            "properties": {
                "A": {"type": "integer", "minimum": 0, "maximum": 100},
                "B": {"type": "integer", "minimum": 0, "maximum": 100},
            },
            "required": ["A", "B"],
            "additionalProperties": False,
        },
    },
    "required": ["note", "chosen"],
    "additionalProperties": False,
}
TEXT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"quantity": {"type": "string", "pattern": "^[0-9]{1,3}(\\.[0-9]{1,2})?$"}},
    "required": ["quantity"],
    "additionalProperties": False,
}
SYSTEM = Message("system", "You run a firm. Choose how much of A and B it makes.")


def request(
    text: str,
    seed: int,
    *,
    schema: dict[str, Any] | None = SCHEMA,
    max_tokens: int = 96,
    temperature: float = 1.0,
    reasoning: int = 0,
) -> Request:
    """A request of a firm in its first round."""
    return Request(
        (SYSTEM, Message("user", text)), max_tokens, temperature, seed, schema, ("firm_1", 1, 0), reasoning=reasoning
    )


def question(text: str, options: Sequence[str] = ("low", "middle", "high"), **how: Any) -> Question:
    """A question to a firm in its first round."""
    return Question((SYSTEM, Message("user", text)), tuple(options), caller=("firm_1", 1, 0), **how)


def ask(engine: Engine, requests: Sequence[Request]) -> list[Completion]:
    """The replies to all requests, asked at once."""

    async def everyone() -> list[Completion]:
        return list(await asyncio.gather(*(engine.complete(each) for each in requests)))

    return asyncio.run(everyone())


def weigh(engine: Engine, questions: Sequence[Question]) -> list[Distribution]:
    """The distributions of all questions, asked at once."""

    async def everyone() -> list[Distribution]:
        return list(await asyncio.gather(*(engine.choose(each) for each in questions)))

    return asyncio.run(everyone())


def said(completion: Completion) -> tuple[str, str, int, int]:
    """A completion without its time."""
    return completion.text, completion.finish, completion.prompt_tokens, completion.reply_tokens


def probabilities(distribution: Distribution) -> list[float]:
    """The options' probabilities, in their order."""
    return [math.exp(log) for log in distribution.log_probabilities]
