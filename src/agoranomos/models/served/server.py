"""One server: calls are tried again while that may help, and a server that is gone is told from a call that failed."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from agoranomos.models.failures import FailureKind
from agoranomos.models.served.address import Address
from agoranomos.models.served.answer import Answer, NoAnswer, error_words, kind_of_refusal, read_answer
from agoranomos.models.served.patience import LONGEST_ASKED_WAIT, asked_wait, backoff
from agoranomos.models.served.transport import Exchange, NoExchange, Transport
from agoranomos.models.stops import EngineLost

LOOK_UP_SECONDS = 30.0

AGAIN = "The same command goes on once it answers."

_PASSING = frozenset({408, 409, 425, 429})
_FORBIDDEN = frozenset({401, 403})
_UNPAID = 402


@dataclass(frozen=True, slots=True)
class NoReply:
    """Why a call brought no answer; `status` is 0 where there was no HTTP reply, `reached` whether anybody listened."""

    failure: FailureKind
    words: str
    status: int = 0
    reached: bool = True


Asked: TypeAlias = Answer | NoReply


@dataclass(frozen=True, slots=True)
class Clocks:
    """Time and chance, passed in: seconds since 1970, a clock that never jumps, a wait, and jitter in [0, 1)."""

    time_of_day: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random


class Server:
    """Chat completions of one model at one server.

    A call is tried again after 429 (when the server says, else with growing waits), 5xx, a broken connection and a
    reply that is no chat completion; not after a time-out, since the server may still be at it. Refusals and what is
    left after the last attempt are `NoReply`: data. But first the server is asked for its smallest reply, as patiently:
    when that fails too, it is the server that is gone, and `EngineLost` is raised; so it is at once where it wants a
    key (401, 403) or to be paid (402), knows no such model (404), or nobody listened to the last attempt.
    """

    def __init__(
        self,
        address: Address,
        model: str,
        transport: Transport,
        *,
        timeout: float,
        retries: int,
        clocks: Clocks | None = None,
    ) -> None:
        self.address = address
        self.model = model
        self.smallest: Mapping[str, Any] = {
            "model": model,
            "messages": [{"role": "user", "content": "Say yes."}],
            "max_tokens": 1,
        }
        self._base = address.base_url
        self._transport = transport
        self._timeout = timeout
        self._retries = retries
        self._clocks = clocks or Clocks()
        self._not_before = 0.0
        self._sign_of_life: asyncio.Task[NoReply | None] | None = None

    async def ask(self, body: Mapping[str, Any]) -> Asked:
        """The answer to a chat completion's body; raises `EngineLost`."""
        asked = await self.attempt(body)
        return asked if isinstance(asked, Answer) else await self._failed(asked)

    async def attempt(self, body: Mapping[str, Any], retries: int | None = None) -> Asked:
        """The answer to a body that a server may refuse for good reason: that is not the end of it."""
        encoded = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        left = self._retries if retries is None else retries
        for attempt in itertools.count():
            await self._gate()
            exchange = await self._transport.send("POST", f"{self._base}/chat/completions", encoded, self._timeout)
            asked, again = self._read(exchange, encoded)
            if not again or attempt >= left:
                break
            await self._wait(attempt, exchange)
        return asked

    async def listed(self) -> list[Mapping[str, Any]]:
        """What `GET /models` lists; empty where the server does not say."""
        data = (await self._looked_up(f"{self._base}/models")).get("data")
        return [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []

    async def properties(self) -> Mapping[str, Any]:
        """What llama.cpp tells of itself under `/props`, its chat template for one; empty for other servers."""
        return await self._looked_up(f"{self._base.removesuffix('/v1')}/props")

    async def _looked_up(self, url: str) -> Mapping[str, Any]:
        exchange = await self._transport.send("GET", url, b"", min(self._timeout, LOOK_UP_SECONDS))
        if isinstance(exchange, NoExchange) or exchange.status != 200:
            return {}
        try:
            document = json.loads(exchange.body)
        except (ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}

    async def close(self) -> None:
        """End all connections."""
        if self._sign_of_life is not None:
            self._sign_of_life.cancel()
        await self._transport.close()

    def lost(self, reply: NoReply) -> EngineLost:
        """The error that says that the server cannot be asked any more, and why."""
        what = f"{self.model} at {self.address.base_url}"
        if reply.status in _FORBIDDEN:
            name = self.address.key_name
            said = "was refused" if self.address.key else "is not set"
            return EngineLost(
                f"{what} wants a key ({reply.words})",
                advice=f"The key in the environment variable {name} {said}; name another one with key=NAME.",
            )
        if reply.status == _UNPAID:
            return EngineLost(f"{what} wants to be paid ({reply.words})", advice=f"Pay for more. {AGAIN}")
        if reply.status == 404:
            return EngineLost(f"{what} is not there ({reply.words})", advice=AGAIN)
        return EngineLost(f"{what} does not answer: {reply.words}", advice=f"Start the server again. {AGAIN}")

    def _read(self, exchange: Exchange | NoExchange, asked: bytes) -> tuple[Asked, bool]:
        """The answer or why there is none, and whether another attempt may help."""
        if isinstance(exchange, NoExchange):
            return self._unsent(exchange), exchange.trouble != "timeout"
        if exchange.status == 200:
            try:
                return read_answer(exchange.body, len(asked)), False
            except NoAnswer as error:
                return NoReply("error", str(error), 200), True
        return self._declined(exchange), _is_passing(exchange.status)

    def _unsent(self, exchange: NoExchange) -> NoReply:
        words = self.address.hidden(exchange.words)
        if exchange.trouble == "timeout":
            return NoReply("timeout", words)
        if exchange.trouble == "unreachable":
            return NoReply("error", f"no connection ({words})", reached=False)
        return NoReply("error", f"the connection broke off ({words})")

    def _declined(self, exchange: Exchange) -> NoReply:
        status = exchange.status
        # Hidden before anything is cut: a part of the key would not be found.
        body = self.address.hidden(exchange.body.decode("utf-8", "replace")).encode()
        words = error_words(body)
        if status < 400:
            words = f"it sends us on to {self.address.hidden(exchange.headers.get('location', 'nowhere'))!r:.200}"
        final = 400 <= status < 500 and not _is_passing(status)
        return NoReply(kind_of_refusal(body) if final else "error", f"{status}: {words}", status)

    async def _gate(self) -> None:
        """Wait while the server wants to be left alone: what it said to one call holds for all."""
        while (left := self._not_before - self._clocks.monotonic()) > 0:
            await self._clocks.sleep(left)

    async def _wait(self, attempt: int, exchange: Exchange | NoExchange) -> None:
        wait = backoff(attempt, self._clocks.jitter())
        if isinstance(exchange, Exchange) and exchange.status in {429, 503}:
            asked = asked_wait(exchange.headers, self._clocks.time_of_day())
            if asked is not None:
                if asked > LONGEST_ASKED_WAIT:
                    raise self.lost(NoReply("error", f"it asks to be left alone for {asked:.0f} s", exchange.status))
                self._not_before = max(self._not_before, self._clocks.monotonic() + asked)
                # Waits grow all the same where a server keeps asking for next to none.
                wait = max(wait, asked + backoff(0, self._clocks.jitter()))
        await self._clocks.sleep(wait)

    async def _failed(self, reply: NoReply) -> NoReply:
        """`reply` itself where the server still answers others; raises `EngineLost` where it does not."""
        if reply.status in {*_FORBIDDEN, _UNPAID, 404} or not reply.reached:
            raise self.lost(reply)
        if 400 <= reply.status < 500 and not _is_passing(reply.status):
            return reply
        if self._sign_of_life is None or self._sign_of_life.done():
            self._sign_of_life = asyncio.ensure_future(self._sign())
        # Many calls fail together: one question serves them all, and outlives whoever asked it first.
        silence = await asyncio.shield(self._sign_of_life)
        if silence is not None:
            raise self.lost(silence)
        return reply

    async def _sign(self) -> NoReply | None:
        """None where the server gives its smallest reply."""
        asked = await self.attempt(self.smallest)
        return asked if isinstance(asked, NoReply) else None


def _is_passing(status: int) -> bool:
    """Whether a status says "not now" rather than "no"."""
    return status in _PASSING or status >= 500
