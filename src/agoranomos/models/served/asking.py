"""Asking a server that was probed, in the way that it wants to be asked."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agoranomos.models.engine import Message
from agoranomos.models.served.answer import Answer
from agoranomos.models.served.dialect import (
    IN_WORDS,
    QUIET_FIELDS,
    Draw,
    chat_body,
    in_words,
    schema_fields,
    told_at_the_end,
)
from agoranomos.models.served.probe import Probed
from agoranomos.models.served.server import AGAIN, Asked, NoReply, Server
from agoranomos.models.stops import EngineLost

THINK = "First think about it, in at most {words} words. Do not answer yet: you will be asked for the answer next."
ANSWER = "Now answer, in the form asked for above."
"""How a model that has no thoughts of its own is made to think: in a call before the one for the answer."""

_WORDS_A_TOKEN = 0.75


def wording_sha256() -> str:
    """The digest of all that is put to a model in words of ours."""
    return hashlib.sha256("\0".join((IN_WORDS, THINK, ANSWER, str(_WORDS_A_TOKEN))).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens of prompts and replies."""

    prompt: int = 0
    reply: int = 0

    def and_for(self, asked: Answer) -> Spent:
        """With those of one more call."""
        return Spent(self.prompt + asked.prompt_tokens, self.reply + asked.reply_tokens)

    def and_all(self, other: Spent) -> Spent:
        """The sum."""
        return Spent(self.prompt + other.prompt, self.reply + other.reply)


class Asking:
    """Chat completions of one probed server."""

    def __init__(self, server: Server, probed: Probed) -> None:
        self.dialect = probed.dialect
        self._server = server
        self._answers_as = probed.answers_as
        server.smallest = self.body((Message("user", "Say yes."),), Draw(1))

    def body(self, messages: Sequence[Message], draw: Draw, *, thinking: bool = False) -> dict[str, Any]:
        """A body without a schema; a model that thinks by itself is told not to, unless `thinking`."""
        quiet = QUIET_FIELDS if self.dialect.quiet and not thinking else {}
        return chat_body(self.dialect, self._server.model, messages, draw) | quiet

    async def answer(
        self,
        messages: Sequence[Message],
        draw: Draw,
        *,
        schema: Mapping[str, Any] | None = None,
        thinking: bool = False,
        fields: Mapping[str, Any] | None = None,
    ) -> Asked:
        """The server's answer. A schema that it cannot keep is put in words.

        Raises `EngineLost` where the server is gone, answers as another model than when it was opened, or cannot
        sample as asked.
        """
        if self.dialect.sampling == "fixed" and (draw.temperature, draw.top_p) != (1.0, 1.0):
            raise EngineLost(
                f"{self._server.model} at {self._server.address.base_url} samples at temperature 1 and top_p 1 only; "
                f"{draw.temperature:g} and {draw.top_p:g} were asked for",
                advice="Ask for temperature 1, or use another model.",
            )
        constraint = {}
        if schema is not None and self.dialect.constraint == "words":
            messages = in_words(messages, schema)
        elif schema is not None:
            constraint = schema_fields(self.dialect.constraint, schema)
        asked = await self._server.ask(self.body(messages, draw, thinking=thinking) | constraint | dict(fields or {}))
        if isinstance(asked, Answer) and asked.model != self._answers_as:
            raise EngineLost(
                f"{self._server.address.base_url} now answers as {asked.model!r}; it was {self._answers_as!r} when the "
                f"session began",
                advice=f"Serve the same model again. {AGAIN}",
            )
        return asked

    async def thoughts(self, messages: Sequence[Message], draw: Draw) -> tuple[str, Asked]:
        """What the model thinks before it answers, in at most `draw.max_tokens`, and the call that brought it.

        Thoughts of a server that sets them apart are those; else they are all that the model wrote when it was asked
        to think.
        """
        if not self.dialect.thinks:
            words = max(1, int(draw.max_tokens * _WORDS_A_TOKEN))
            messages = told_at_the_end(messages, THINK.format(words=words))
        asked = await self.answer(messages, draw, thinking=True)
        if isinstance(asked, NoReply):
            return "", asked
        return asked.thoughts or asked.text.strip(), asked


def after_thinking(messages: Sequence[Message], thoughts: str) -> tuple[Message, ...]:
    """The messages, what the model thought of them, and the request for the answer."""
    return (*messages, Message("assistant", thoughts or "..."), Message("user", ANSWER))
