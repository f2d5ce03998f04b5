"""A model behind an OpenAI-compatible server."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace

from agoranomos.models import reasoning
from agoranomos.models.engine import (
    Capabilities,
    Completion,
    Distribution,
    Question,
    Request,
    failed,
    unanswered,
)
from agoranomos.models.questions import distribution, ways_to_put
from agoranomos.models.served.address import Address
from agoranomos.models.served.asking import Asking, Spent, after_thinking, wording_sha256
from agoranomos.models.served.dialect import Draw
from agoranomos.models.served.options import ServedOptions
from agoranomos.models.served.probe import Probed, Trait, probe
from agoranomos.models.served.scoring import PutOnce, put_once, why_not
from agoranomos.models.served.server import NoReply, Server
from agoranomos.models.served.transport import HttpTransport


def open_served(name: str, model: str, address: Address, options: ServedOptions) -> ServedEngine:
    """The engine of `model` at `address`, probed; raises `UsageError` or `EngineLost` where it cannot be asked."""

    def server() -> Server:
        transport = HttpTransport(address, options.concurrency)
        return Server(address, model, transport, timeout=options.timeout, retries=options.retries)

    async def probed() -> Probed:
        asked = server()
        try:
            return await probe(asked)
        finally:
            await asked.close()

    # In a thread: engines are opened from within a running event loop, too.
    with ThreadPoolExecutor(1, "probe") as pool:
        found = pool.submit(asyncio.run, probed()).result()
    return ServedEngine(name, server(), found, concurrency=options.concurrency)


class ServedEngine:
    """Asks one model of a server; how many calls are in flight at once is the transport's business."""

    def __init__(self, name: str, server: Server, probed: Probed, *, concurrency: int) -> None:
        self.name = name
        self._server = server
        self._probed = probed
        self._asking = Asking(server, probed)
        self._concurrency = concurrency
        self._closed = False

    @property
    def identity(self) -> str:
        """What the server says of itself, and how it is asked; no server tells a digest of its weights."""
        found = self._probed
        template = found.properties.get("chat_template")
        facts = {
            "provider": "openai",
            "base_url": self._server.address.base_url,
            "model": self._server.model,
            "answers_as": found.answers_as,
            "fingerprint": found.fingerprint,
            "listed": {key: value for key, value in found.listed.items() if key not in {"created", "permission"}},
            "template_sha256": hashlib.sha256(template.encode()).hexdigest() if isinstance(template, str) else "",
            "dialect": asdict(found.dialect),
            "wording_sha256": wording_sha256(),
        }
        return json.dumps(facts, sort_keys=True, separators=(",", ":"))

    @property
    def width(self) -> int:
        """The concurrency that was asked for."""
        return self._concurrency

    @property
    def capabilities(self) -> Capabilities:
        """What the probe found."""
        return Capabilities(
            schema=self._probed.bounded,
            scores="letters" if self._probed.dialect.letters else "none",
            seeds=self._probed.seeds,
            reasoning=True,
        )

    @property
    def traits(self) -> tuple[Trait, ...]:
        """What the probe found, in words."""
        return self._probed.traits

    async def complete(self, request: Request) -> Completion:
        """The model's reply to `request`; raises `EngineLost` when the server is gone.

        With reasoning, a model that thinks by itself does so within one call, whose budget is the sum of both; any
        other is asked for its thoughts first and for the answer in a second call.
        """
        started = time.perf_counter()
        if self._closed:
            return failed("error", f"{self.name} is closed", 0.0)
        draw = Draw(request.max_tokens, request.temperature, request.top_p, request.seed)
        messages, thoughts, spent = request.messages, "", Spent()
        native = self._asking.dialect.thinks and request.reasoning > 0
        if native:
            draw = replace(draw, max_tokens=request.max_tokens + request.reasoning)
        elif request.reasoning:
            thoughts, asked = await self._asking.thoughts(messages, replace(draw, max_tokens=request.reasoning))
            if isinstance(asked, NoReply):
                return failed(asked.failure, asked.words, time.perf_counter() - started)
            messages, spent = after_thinking(messages, thoughts), spent.and_for(asked)
            draw = replace(draw, seed=draw.seed + 1)
        asked = await self._asking.answer(messages, draw, schema=request.schema, thinking=native)
        seconds = time.perf_counter() - started
        if isinstance(asked, NoReply):
            return replace(failed(asked.failure, asked.words, seconds, spent.prompt), reply_tokens=spent.reply)
        spent = spent.and_for(asked)
        if asked.finish == "refusal":
            words = asked.text or "the server withheld the reply"
            return Completion("", spent.prompt, spent.reply, "error", seconds, words, "refusal")
        text = asked.text
        if request.reasoning:
            text = reasoning.joined(asked.thoughts if native else thoughts, text)
        return Completion(text, spent.prompt, spent.reply, asked.finish, seconds)

    async def choose(self, question: Question) -> Distribution:
        """The probabilities of labelled options, from the likeliest tokens that the server lists.

        A letter that is not among them is given the greatest probability that it could have, which `error` then says;
        where that is more than a hundredth, the question has no answer. Raises `EngineLost`, and `UsageError` for what
        is no question.
        """
        started = time.perf_counter()
        puts = ways_to_put(question)
        reason = f"{self.name} is closed" if self._closed else why_not(question, self._asking.dialect)
        if reason:
            return unanswered(question, "error", reason, 0.0)
        done = await asyncio.gather(*(put_once(self._asking, question, put) for put in puts))
        return _together(question, done, time.perf_counter() - started)

    async def close(self) -> None:
        """End all connections; afterwards nothing is asked."""
        self._closed = True
        await self._server.close()


def _together(question: Question, done: Sequence[PutOnce], seconds: float) -> Distribution:
    """One distribution of all orders, or the first failure among them."""
    spent, rows = Spent(), []
    for one in done:
        spent = spent.and_all(one.spent)
    for one in done:
        if isinstance(one.row, NoReply):
            missing = unanswered(question, one.row.failure, one.row.words, seconds, spent.prompt)
            return replace(missing, reply_tokens=spent.reply)
        rows.append(one.row)
    found = distribution(
        question,
        rows,
        reasoning=[one.thoughts for one in done] if question.reasoning else (),
        prompt_tokens=spent.prompt,
        reply_tokens=spent.reply,
        seconds=seconds,
    )
    return replace(found, error="; ".join(dict.fromkeys(one.note for one in done if one.note)))
