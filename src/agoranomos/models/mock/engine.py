"""A provider like any other, without a model: its reply is a pure function of the request.

`mock/valid` replies with values drawn from the seed that satisfy the schema, `mock/constant` with the middle of each
range, `mock/malformed` with half of a valid reply, `mock/failing` with an error. Options follow a question mark:
`mock/valid?delay_ms=50` takes 50 ms a call, as a server would, and `mock/failing?rate=0.2` fails one call in five.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time

from pydantic import Field

from agoranomos.documents import DocumentPart
from agoranomos.models.engine import (
    Capabilities,
    Completion,
    Distribution,
    Message,
    Question,
    Request,
    failed,
    unanswered,
)
from agoranomos.models.mock.schema_sampling import middle_value, sample_value
from agoranomos.randomness import named_generator

MOCK_STYLES = ("valid", "constant", "malformed", "failing")


class MockOptions(DocumentPart):
    """`delay_ms`: how long a call takes; `rate`: the share of calls that are malformed or fail, drawn from the seed."""

    delay_ms: float = Field(default=0.0, ge=0, le=600_000)
    rate: float = Field(default=1.0, ge=0, le=1)


class MockEngine:
    """Deterministic replies that satisfy the request's schema, or fail as asked."""

    def __init__(self, style: str = "valid", options: MockOptions | None = None, *, name: str = "") -> None:
        self.name = name or f"mock/{style}"
        self._style = style
        self._options = options or MockOptions()
        self._closed = False

    @property
    def identity(self) -> str:
        """Nothing but its style."""
        return f"mock/{self._style}"

    @property
    def width(self) -> int:
        """Any number of calls wait as well as one."""
        return 4096

    @property
    def capabilities(self) -> Capabilities:
        """All of them."""
        return Capabilities()

    async def complete(self, request: Request) -> Completion:
        """The reply to `request`: the same for the same messages, schema, temperature and seed."""
        started = time.perf_counter()
        if self._options.delay_ms:
            await asyncio.sleep(self._options.delay_ms / 1000)
        prompt_tokens = sum(_tokens(message.content) for message in request.messages)
        if self._closed:
            return failed("error", f"{self.name} is closed", time.perf_counter() - started, prompt_tokens)
        key = _key(request.messages, request.temperature)
        bad = named_generator(request.seed, "mock failure", 0, key).random() < self._options.rate
        if self._style == "failing" and bad:
            return failed("error", "this mock fails on purpose", time.perf_counter() - started, prompt_tokens)
        text = self._reply(request, key)
        if self._style == "malformed" and bad:
            text = text[: len(text) // 2]
        tokens = _tokens(text)
        finish = "stop"
        if tokens > request.max_tokens:
            text, tokens, finish = text[: 4 * request.max_tokens], request.max_tokens, "length"
        return Completion(text, prompt_tokens, tokens, finish, time.perf_counter() - started)

    async def choose(self, question: Question) -> Distribution:
        """The probabilities of the question's options."""
        return unanswered(question, "error", "options are not scored yet", 0.0)

    async def close(self) -> None:
        """Answer no more."""
        self._closed = True

    def _reply(self, request: Request, key: str) -> str:
        schema = request.schema if request.schema is not None else {"type": "string"}
        if self._style == "constant":
            value = middle_value(schema)
        else:
            value = sample_value(schema, named_generator(request.seed, "mock reply", 0, key))
        return value if request.schema is None and isinstance(value, str) else json.dumps(value, separators=(",", ":"))


def _key(messages: tuple[Message, ...], temperature: float) -> str:
    content = json.dumps([[message.role, message.content] for message in messages] + [temperature])
    return hashlib.sha256(content.encode()).hexdigest()


def _tokens(text: str) -> int:
    """About four characters a token, as English has with most vocabularies."""
    return -(-len(text) // 4)
