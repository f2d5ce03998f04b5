"""How one server wants to be asked: which of the ways that servers differ in. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from agoranomos.models.engine import Message

Constraint: TypeAlias = Literal[
    "grammar",
    "compact structured_outputs",
    "response_format",
    "structured_outputs",
    "guided_json",
    "json_schema",
    "words",
]
"""How a JSON Schema is put. With the first two no white space stands between the parts of a reply, where it would take
tokens; `grammar` is one of llguidance, for llama.cpp. `words`: the server constrains nothing, the model is told."""

COMPACT: frozenset[Constraint] = frozenset({"grammar", "compact structured_outputs"})

Sampling: TypeAlias = Literal["top_k=0", "top_k=-1", "generation_config", "plain", "fixed"]
"""How the whole distribution is sampled from, with what a server would cut off by default switched off.

`generation_config` is the field of `transformers serve`, which is greedy without it. `plain` sends temperature, top_p
and seed alone; `fixed` not even these: such a server samples at temperature 1 and nothing else.
"""

CONSTRAINTS: tuple[Constraint, ...] = (
    "grammar",
    "compact structured_outputs",
    "response_format",
    "structured_outputs",
    "guided_json",
    "json_schema",
)
SAMPLINGS: tuple[Sampling, ...] = ("top_k=0", "top_k=-1", "generation_config", "plain", "fixed")

_LARGEST_SEED = 2**31 - 1
"""Servers take seeds of 32 bits at least; llama.cpp reads the largest of these as "any"."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a probe found. The first values are those of OpenAI's API reference.

    `budget`: the field with the most tokens of a reply. `letters`: how many of the most probable tokens it lists (0:
    none). `thinks`: whether it thinks unasked, and `quiet` whether it can be told not to. `prefill`: how it goes on
    with a last message of the assistant that breaks off.
    """

    budget: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    sampling: Sampling = "plain"
    constraint: Constraint = "words"
    letters: int = 0
    thinks: bool = False
    quiet: bool = False
    prefill: Literal["", "as it is", "continue_final_message"] = ""


@dataclass(frozen=True, slots=True)
class Draw:
    """How a reply is drawn."""

    max_tokens: int
    temperature: float = 1.0
    top_p: float = 1.0
    seed: int = 0


def chat_body(dialect: Dialect, model: str, messages: Sequence[Message], draw: Draw) -> dict[str, Any]:
    """The body of a chat completion without a schema."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in messages],
        dialect.budget: draw.max_tokens,
    }
    seed = draw.seed % _LARGEST_SEED
    if dialect.sampling == "generation_config":
        return body | {"seed": seed, "generation_config": json.dumps(_generation_config(draw))}
    if dialect.sampling == "fixed":
        return body
    body |= {"temperature": draw.temperature, "top_p": draw.top_p, "seed": seed}
    if dialect.sampling != "plain":
        body |= {"top_k": 0 if dialect.sampling == "top_k=0" else -1, "min_p": 0.0}
    return body


def _generation_config(draw: Draw) -> dict[str, Any]:
    if draw.temperature == 0:
        return {"do_sample": False, "max_new_tokens": draw.max_tokens}
    return {
        "do_sample": True,
        "temperature": draw.temperature,
        "top_p": draw.top_p,
        "top_k": 0,
        "max_new_tokens": draw.max_tokens,
    }


_NO_WHITE_SPACE = {"x-guidance": {"whitespace_flexible": False, "item_separator": ",", "key_separator": ":"}}
"""llguidance, docs/json_schema.md."""


def schema_fields(constraint: Constraint, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a body that make the reply satisfy `schema`; none where it is put in words."""
    fields: dict[Constraint, dict[str, Any]] = {
        "grammar": {"grammar": f"%llguidance {{}}\nstart: %json {json.dumps({**schema, **_NO_WHITE_SPACE})}"},
        "compact structured_outputs": {"structured_outputs": {"json": schema, "disable_any_whitespace": True}},
        "response_format": {
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "reply", "strict": True, "schema": schema},
            }
        },
        "structured_outputs": {"structured_outputs": {"json": schema}},
        "guided_json": {"guided_json": schema},
        "json_schema": {"json_schema": schema},
        "words": {},
    }
    return fields[constraint]


IN_WORDS = "Reply with one line of JSON that satisfies this JSON Schema, and with nothing else: {schema}"


def in_words(messages: Sequence[Message], schema: Mapping[str, Any]) -> tuple[Message, ...]:
    """The messages with the schema told at the end of the last one."""
    told = json.dumps(schema, ensure_ascii=False, separators=(",", ":"))
    return told_at_the_end(messages, IN_WORDS.format(schema=told))


def told_at_the_end(messages: Sequence[Message], words: str) -> tuple[Message, ...]:
    """The messages with a paragraph more in the last one, so that roles still alternate."""
    *before, last = messages
    return (*before, Message(last.role, f"{last.content}\n\n{words}"))


QUIET_FIELDS: dict[str, Any] = {"chat_template_kwargs": {"enable_thinking": False}}
"""How vLLM, SGLang and llama.cpp are told that a model of Qwen3's kind should not think."""

CONTINUE_FIELDS: dict[str, Any] = {"continue_final_message": True, "add_generation_prompt": False}
"""How vLLM and SGLang are told to go on with a last message of the assistant; llama.cpp does so by itself."""
