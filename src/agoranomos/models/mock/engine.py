"""A provider like any other, without a model: its reply is a pure function of what is asked.

`styles` lists what it can answer. Options follow a question mark: `mock/valid?delay_ms=50` takes 50 ms a call, as a
server would, and `mock/failing?rate=0.2&failure=timeout` has one call in five time out.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from pathlib import Path
from typing import Literal

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
from agoranomos.models.mock.failing import WITHOUT_REPLY, out_of_range, spoiled
from agoranomos.models.mock.options import MockOptions
from agoranomos.models.mock.scores import log_shares
from agoranomos.models.mock.styles import check_options, find_style
from agoranomos.models.mock.thoughts import thoughts
from agoranomos.models.questions import distribution, ways_to_put
from agoranomos.models.reasoning import joined
from agoranomos.randomness import named_generator


class MockEngine:
    """Deterministic answers, or failures as asked. Relative files are looked up in `folder`.

    Raises `UsageError` for an unknown style, an option that it does not take, or a file that is not there.
    """

    identity = ""
    """Nothing need be remembered: replying costs nothing."""
    width = 4096
    """Any number of calls wait as well as one."""
    capabilities = Capabilities()

    def __init__(
        self, style: str = "valid", options: MockOptions | None = None, *, name: str = "", folder: Path | None = None
    ) -> None:
        self.name = name or f"mock/{style}"
        options = options or MockOptions()
        listed = find_style(style)
        check_options(style, options)
        self._style = listed.make(options, folder or Path())
        self._verbatim = listed.verbatim
        self._options = options
        self._delay = (options.delay_ms if "delay_ms" in options.model_fields_set else listed.delay_ms) / 1000
        self._failure = options.failure or listed.failure
        self._closed = False

    async def complete(self, request: Request) -> Completion:
        """The reply to `request`: the same for the same messages, schema, temperature and seed.

        Raises `UsageError` where the style has no answer to it.
        """
        started = time.perf_counter()
        await self._wait(request.seed)
        prompt_tokens = _prompt_tokens(request.messages)
        if self._closed:
            return failed("error", f"{self.name} is closed", time.perf_counter() - started, prompt_tokens)
        key = _key(request.messages, request.temperature)
        failure = self._failure_of(request.seed, key)
        if failure and failure in WITHOUT_REPLY:
            return failed(failure, WITHOUT_REPLY[failure], time.perf_counter() - started, prompt_tokens)
        value = self._style.reply(request, key)
        if failure == "out_of_range" and request.schema is not None:
            value = out_of_range(value, request.schema)
        plain = isinstance(value, str) and (self._verbatim or request.schema is None)
        text, finish = value if plain else json.dumps(value, separators=(",", ":")), "stop"
        if failure:
            text, finish = spoiled(failure, text)
        tokens = _tokens(text)
        if tokens > request.max_tokens:
            text, tokens, finish = text[: 4 * request.max_tokens], request.max_tokens, "length"
        if request.reasoning:
            thought = thoughts(request.seed, key, request.reasoning)
            text, tokens = joined(thought, text), tokens + _tokens(thought)
        return Completion(text, prompt_tokens, tokens, finish, time.perf_counter() - started)

    async def choose(self, question: Question) -> Distribution:
        """The question's options with probabilities as the style has them, sharper at a low temperature.

        The seed counts only where it thinks first, and for what fails. Raises `UsageError` as `complete` does, and for
        a question that cannot be put.
        """
        started = time.perf_counter()
        puts = ways_to_put(question)
        await self._wait(question.seed)
        prompt_tokens = sum(_prompt_tokens(put.messages) for put in puts)
        if self._closed:
            return unanswered(question, "error", f"{self.name} is closed", time.perf_counter() - started)
        rows: list[tuple[float, ...]] = []
        thought: list[str] = []
        for put in puts:
            key = _key(put.messages, 0.0)
            failure = self._failure_of(question.seed, key)
            if failure:
                words = WITHOUT_REPLY.get(failure, "this mock fails on purpose")
                return unanswered(question, failure, words, time.perf_counter() - started, prompt_tokens)
            if question.reasoning:
                thought.append(thoughts(question.seed, key, question.reasoning))
                key += thought[-1]
            rows.append(log_shares(self._style.scores(question, put, key), question.temperature))
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

    async def _wait(self, seed: int) -> None:
        """As long as a call takes: the delay, more or less by the part that `spread` says."""
        if not self._delay:
            return
        spread = self._options.spread
        part = 2 * float(named_generator(seed, "mock delay").random()) - 1 if spread else 0.0
        await asyncio.sleep(self._delay * (1 + spread * part))

    def _failure_of(self, seed: int, key: str) -> FailureKind | Literal[""]:
        """How this call is to fail; empty where it is not."""
        if not self._failure or named_generator(seed, "mock failure", 0, key).random() >= self._options.rate:
            return ""
        return self._failure


def _key(messages: tuple[Message, ...], temperature: float) -> str:
    content = json.dumps([[message.role, message.content] for message in messages] + [temperature])
    return hashlib.sha256(content.encode()).hexdigest()


def _prompt_tokens(messages: tuple[Message, ...]) -> int:
    return sum(_tokens(message.content) for message in messages)


def _tokens(text: str) -> int:
    """About four characters a token, as English has with most vocabularies."""
    return -(-len(text) // 4)
