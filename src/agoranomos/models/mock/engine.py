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
from agoranomos.models.failures import FailureKind
from agoranomos.models.mock.schema_sampling import middle_value, sample_value
from agoranomos.models.mock.scores import drawn_scores, log_shares
from agoranomos.models.mock.thoughts import thoughts
from agoranomos.models.questions import distribution, ways_to_put
from agoranomos.models.reasoning import joined
from agoranomos.randomness import named_generator

MOCK_STYLES = ("valid", "constant", "malformed", "failing")


class MockOptions(DocumentPart):
    """`delay_ms`: how long a call takes; `rate`: the share of calls that are malformed or fail, drawn from the seed."""

    delay_ms: float = Field(default=0.0, ge=0, le=600_000)
    rate: float = Field(default=1.0, ge=0, le=1)


class MockEngine:
    """Deterministic replies that satisfy the request's schema, or fail as asked."""

    identity = ""
    """Nothing need be remembered: replying costs nothing."""
    width = 4096
    """Any number of calls wait as well as one."""
    capabilities = Capabilities()

    def __init__(self, style: str = "valid", options: MockOptions | None = None, *, name: str = "") -> None:
        self.name = name or f"mock/{style}"
        self._style = style
        self._options = options or MockOptions()
        self._closed = False

    async def complete(self, request: Request) -> Completion:
        """The reply to `request`: the same for the same messages, schema, temperature and seed."""
        started = time.perf_counter()
        if self._options.delay_ms:
            await asyncio.sleep(self._options.delay_ms / 1000)
        prompt_tokens = _prompt_tokens(request.messages)
        if self._closed:
            return failed("error", f"{self.name} is closed", time.perf_counter() - started, prompt_tokens)
        key = _key(request.messages, request.temperature)
        bad = self._goes_wrong(request.seed, key)
        if self._style == "failing" and bad:
            return failed("error", "this mock fails on purpose", time.perf_counter() - started, prompt_tokens)
        text = self._reply(request, key)
        if self._style == "malformed" and bad:
            text = text[: len(text) // 2]
        tokens = _tokens(text)
        finish = "stop"
        if tokens > request.max_tokens:
            text, tokens, finish = text[: 4 * request.max_tokens], request.max_tokens, "length"
        if request.reasoning:
            thought = thoughts(request.seed, key, request.reasoning)
            text, tokens = joined(thought, text), tokens + _tokens(thought)
        return Completion(text, prompt_tokens, tokens, finish, time.perf_counter() - started)

    async def choose(self, question: Question) -> Distribution:
        """The question's options with probabilities drawn from its messages, sharper at a low temperature.

        The seed counts only where it thinks first. `constant` finds all options equally probable; `malformed` and
        `failing` bring none.
        """
        started = time.perf_counter()
        puts = ways_to_put(question)
        if self._options.delay_ms:
            await asyncio.sleep(self._options.delay_ms / 1000)
        prompt_tokens = sum(_prompt_tokens(put.messages) for put in puts)
        rows: list[tuple[float, ...]] = []
        thought: list[str] = []
        for put in puts:
            key = _key(put.messages, 0.0)
            if self._closed:
                return unanswered(question, "error", f"{self.name} is closed", time.perf_counter() - started)
            if self._style in ("malformed", "failing") and self._goes_wrong(question.seed, key):
                failure: FailureKind = "invalid" if self._style == "malformed" else "error"
                seconds = time.perf_counter() - started
                return unanswered(question, failure, "this mock fails on purpose", seconds, prompt_tokens)
            if question.reasoning:
                thought.append(thoughts(question.seed, key, question.reasoning))
                key += thought[-1]
            equal = self._style == "constant"
            scores = (0.0,) * len(put.answers) if equal else drawn_scores(key, put.answers)
            rows.append(log_shares(scores, question.temperature))
        return distribution(
            question,
            rows,
            reasoning=thought,
            prompt_tokens=prompt_tokens,
            reply_tokens=sum(_tokens(text) for text in thought),
            seconds=time.perf_counter() - started,
        )

    async def close(self) -> None:
        """Answer no more."""
        self._closed = True

    def _goes_wrong(self, seed: int, key: str) -> bool:
        return bool(named_generator(seed, "mock failure", 0, key).random() < self._options.rate)

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


def _prompt_tokens(messages: tuple[Message, ...]) -> int:
    return sum(_tokens(message.content) for message in messages)


def _tokens(text: str) -> int:
    """About four characters a token, as English has with most vocabularies."""
    return -(-len(text) // 4)
