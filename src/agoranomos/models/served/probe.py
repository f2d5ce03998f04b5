"""What a server can do, found out by asking it: one to two dozen short replies, once, when it is opened."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from agoranomos.errors import UsageError, nearest
from agoranomos.models.engine import Message
from agoranomos.models.served.answer import Answer
from agoranomos.models.served.dialect import (
    COMPACT,
    CONSTRAINTS,
    CONTINUE_FIELDS,
    QUIET_FIELDS,
    SAMPLINGS,
    Constraint,
    Dialect,
    Draw,
    Sampling,
    chat_body,
    schema_fields,
)
from agoranomos.models.served.server import Asked, NoReply, Server

_HELLO = (Message("user", "Say hello."),)
_TALE = (Message("user", "Invent the name of a town, the year it was founded and the number of people there."),)
_BEGUN = (
    Message("user", "Say after me: alpha beta gamma delta epsilon"),
    Message("assistant", "alpha beta gamma delta eps"),
)
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "k7": {"type": "integer", "minimum": 4100, "maximum": 4300},
        "q": {"type": "string", "pattern": "^[xyz]{2,4}$"},
    },
    "required": ["k7", "q"],
    "additionalProperties": False,
}
"""Nothing that a model would say unless it is made to."""

_TOP_TOKENS = (1024, 20, 5)
_SEEDS = (11, 11, 11, 12, 13)
_SAME = 3
"""The first so many seeds are the same."""


@dataclass(frozen=True, slots=True)
class Trait:
    """One thing that was looked at: whether it is as experiments want it, and what was found."""

    name: str
    fine: bool
    found: str


@dataclass(frozen=True, slots=True)
class Probed:
    """What a probe found: how to ask, what the server says it is, and each trait in words."""

    dialect: Dialect
    bounded: bool
    seeds: bool
    answers_as: str
    fingerprint: str
    listed: Mapping[str, Any]
    properties: Mapping[str, Any]
    traits: tuple[Trait, ...]


async def probe(server: Server) -> Probed:
    """Ask the server what it can do.

    Raises `UsageError` for a model that it does not have or a request that it refuses, `EngineLost` where it cannot be
    reached or wants another key.
    """
    return await _Probe(server).run()


class _Probe:
    def __init__(self, server: Server) -> None:
        self._server = server
        self._dialect = Dialect()
        self._traits: list[Trait] = []
        self._bounded = self._seeds = False

    async def run(self) -> Probed:
        listed = await self._server.listed()
        hello = await self._hello(listed)
        await self._thinking(hello)
        await self._sampling()
        await self._constraint()
        await self._letters()
        await self._prefill()
        entry = next((one for one in listed if _names(one, self._server.model)), listed[0] if len(listed) == 1 else {})
        return Probed(
            self._dialect,
            self._bounded,
            self._seeds,
            hello.model,
            hello.fingerprint,
            entry,
            await self._server.properties(),
            tuple(self._traits),
        )

    def _say(self, name: str, fine: bool, found: str) -> None:
        self._traits.append(Trait(name, fine, found))

    def _body(self, messages: tuple[Message, ...], draw: Draw) -> dict[str, Any]:
        quiet = QUIET_FIELDS if self._dialect.quiet else {}
        return chat_body(self._dialect, self._server.model, messages, draw) | quiet

    async def _hello(self, listed: list[Mapping[str, Any]]) -> Answer:
        """The first reply; with it, the name of the field for the most tokens."""
        asked = await self._greeting(self._dialect)
        if isinstance(asked, NoReply) and asked.status == 400 and "max_completion_tokens" in asked.words:
            self._dialect = replace(self._dialect, budget="max_completion_tokens")
            asked = await self._greeting(self._dialect)
        if isinstance(asked, NoReply):
            raise self._refused(asked, listed)
        self._say("server", True, f"{self._server.address.base_url} answers as {asked.model or 'nobody in particular'}")
        known = not listed or any(_names(entry, self._server.model) for entry in listed)
        names = ", ".join(str(entry.get("id")) for entry in listed[:5])
        found = (
            f"{self._server.model} is listed" if known else f"{names} listed; {self._server.model} answers all the same"
        )
        self._say("models", known, found if listed else "the server lists none")
        self._say(
            "tokens", asked.counted, "counted" if asked.counted else "not counted: four characters are taken for one"
        )
        return asked

    async def _greeting(self, dialect: Dialect) -> Asked:
        """Not tried again where nobody listens: whoever opens a server wants to hear that at once."""
        body = {
            "model": self._server.model,
            "messages": [{"role": message.role, "content": message.content} for message in _HELLO],
            dialect.budget: 16,
        }
        asked = await self._server.attempt(body, retries=0)
        passing = isinstance(asked, NoReply) and asked.reached and not 400 <= asked.status < 429
        return await self._server.attempt(body) if passing else asked

    def _refused(self, reply: NoReply, listed: list[Mapping[str, Any]]) -> Exception:
        names = [str(entry["id"]) for entry in listed if isinstance(entry.get("id"), str)]
        unknown = reply.status == 404 or (400 <= reply.status < 500 and names and self._server.model not in names)
        if unknown and reply.status not in {401, 402, 403, 408, 429}:
            return UsageError(
                f"{self._server.address.base_url} has no model {self._server.model!r} ({reply.words})",
                advice=""
                if self._server.model in names
                else nearest(self._server.model, names) or "Is the base URL right, `/v1` and all?",
            )
        if reply.status in {400, 413, 422}:
            return UsageError(f"{self._server.address.base_url} refuses to be asked ({reply.words})")
        return self._server.lost(reply)

    async def _thinking(self, hello: Answer) -> None:
        if not hello.thoughts:
            self._say("thoughts", True, "come only when asked for, in a call of their own")
            return
        asked = await self._server.attempt(self._body(_HELLO, Draw(16)) | QUIET_FIELDS)
        quiet = isinstance(asked, Answer) and not asked.thoughts
        self._dialect = replace(self._dialect, thinks=True, quiet=quiet)
        self._say(
            "thoughts", quiet, "native, switched off where not asked for" if quiet else "always, asked for or not"
        )

    async def _sampling(self) -> None:
        """The first way to draw that the server takes and that draws; else the first that it takes."""
        taken: tuple[Sampling, bool] | None = None
        for sampling in SAMPLINGS:
            dialect = replace(self._dialect, sampling=sampling)
            texts = await self._drawn(dialect)
            if texts is None:
                continue
            varied = len(set(texts[_SAME - 1 :])) > 1
            if taken is None or varied:
                taken, self._seeds = (sampling, varied), varied and len(set(texts[:_SAME])) == 1
            if varied:
                break
        if taken is None:
            raise UsageError(f"{self._server.address.base_url} refuses every way to ask for a sample")
        sampling, varied = taken
        self._dialect = replace(self._dialect, sampling=sampling)
        how = "the temperature is fixed at 1" if sampling == "fixed" else f"asked for by {sampling}"
        self._say(
            "sampling", varied and sampling != "fixed", how if varied else "none: replies do not vary with the seed"
        )
        unlike = "the same seed gave different replies" if varied else "they change nothing"
        self._say("seeds", self._seeds, "the same reply again" if self._seeds else unlike)

    async def _drawn(self, dialect: Dialect) -> tuple[str, ...] | None:
        """Replies to one prompt; None where the server takes no such request.

        The first is asked for alone and the others at the same time: seeds that do not hold in company do not hold.
        """
        quiet = QUIET_FIELDS if dialect.quiet else {}
        bodies = [chat_body(dialect, self._server.model, _TALE, Draw(24, seed=seed)) | quiet for seed in _SEEDS]
        first = await self._server.attempt(bodies[0])
        if isinstance(first, NoReply):
            return None
        asked = await asyncio.gather(*(self._server.attempt(body) for body in bodies[1:]))
        return tuple(one.thoughts + one.text if isinstance(one, Answer) else "" for one in (first, *asked))

    async def _constraint(self) -> None:
        for constraint in CONSTRAINTS:
            kept = await self._constrained(constraint)
            if kept:
                self._dialect = replace(self._dialect, constraint=constraint)
                self._bounded = kept == "bounds"
                found = f"by {constraint}" if self._bounded else f"by {constraint}, but without bounds and patterns"
                self._say("schema", self._bounded, found)
                return
        self._say("schema", False, "not kept: told in words, and replies may not parse")

    async def _constrained(self, constraint: Constraint) -> str:
        """`bounds` where replies satisfy the schema, `shape` where only their keys and types do, else nothing."""
        kept = ""
        for seed in (1, 2):
            body = self._body(_HELLO, Draw(160, seed=seed)) | schema_fields(constraint, _SCHEMA)
            asked = await self._server.attempt(body)
            if isinstance(asked, NoReply):
                return ""
            if asked.finish == "length":
                continue
            kept = _kept(asked.text)
            if constraint in COMPACT and not _is_compact(asked.text):
                return ""
            if kept != "bounds":
                break
        return kept

    async def _letters(self) -> None:
        self._say("letters", *await self._listed_letters())

    async def _listed_letters(self) -> tuple[bool, str]:
        if self._dialect.thinks and not self._dialect.quiet:
            return False, "not scored: the first token is a thought"
        for count in _TOP_TOKENS:
            body = self._body(_HELLO, Draw(1)) | {"logprobs": True, "top_logprobs": count}
            asked = await self._server.attempt(body)
            if isinstance(asked, Answer) and len(asked.top) > 1:
                self._dialect = replace(self._dialect, letters=count)
                return True, f"scored from the {len(asked.top)} likeliest tokens"
        return False, "not scored: no log-probabilities"

    async def _prefill(self) -> None:
        ways: tuple[tuple[Any, dict[str, Any]], ...] = (
            ("as it is", {}),
            ("continue_final_message", CONTINUE_FIELDS),
        )
        for way, fields in ways:
            asked = await self._server.attempt(self._body(_BEGUN, Draw(2, temperature=0.0)) | fields)
            if isinstance(asked, Answer) and "ilon" in asked.text:
                self._dialect = replace(self._dialect, prefill=way)
                self._say("lead", True, f"an answer that is begun is gone on with ({way})")
                return
        self._say("lead", False, "an answer that is begun is not gone on with")


def _names(entry: Mapping[str, Any], model: str) -> bool:
    aliases = entry.get("aliases")
    return entry.get("id") == model or (isinstance(aliases, list) and model in aliases)


def _kept(text: str) -> str:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(value, dict) or set(value) != {"k7", "q"}:
        return ""
    number, word = value["k7"], value["q"]
    if type(number) is not int or not isinstance(word, str):
        return ""
    return "bounds" if 4100 <= number <= 4300 and re.fullmatch("[xyz]{2,4}", word) else "shape"


def _is_compact(text: str) -> bool:
    try:
        return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False) == text
    except (ValueError, RecursionError):
        return False
