"""What a server's chat completion says, read from its JSON. Pure; the fields are those of OpenAI's API reference."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from agoranomos.models.failures import FailureKind

TopToken: TypeAlias = tuple[str, float]
"""The text of a token and its log-probability (natural)."""

_OVERFLOW = re.compile(
    r"context[ _](length|size|window)|exceed_context|prompt is too long|too many (input )?tokens"
    r"|longer than the (model|maximum)|maximum (prompt|input) length",
    re.IGNORECASE,
)
_FILTERED = re.compile(r"content[ _]?(filter|policy|management)", re.IGNORECASE)
_THINKING = re.compile(r"\A\s*<think>(.*?)(?:</think>\s*|\Z)", re.DOTALL)
_MOST_WORDS = 300

LONGEST_TEXT = 1_000_000
"""Characters; a text that is longer is nothing that a model was asked for."""

_MOST_TOKENS = 1_000_000_000
"""A count beyond this is none."""

_LARGEST = 1e6
"""Logarithms of probabilities, or logits, are not beyond this; vLLM writes -9999 for what is impossible."""

_BROKEN_OFF = frozenset({"abort", "error"})
"""Why a reply ended where it did not end: the server's business, and none of the model's (SGLang, vLLM, routers)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A chat completion. `thoughts` are what the server set apart, or what stood between the tags of thinking.

    `finish` is `refusal` where the server or the model declined; `top` is what the first token might have been, most
    probable first, where that was asked for. `counted`: whether the server counted the tokens; else they are estimated
    at four characters each.
    """

    text: str
    thoughts: str
    finish: Literal["stop", "length", "refusal"]
    reply_tokens: int
    prompt_tokens: int
    counted: bool
    model: str = ""
    fingerprint: str = ""
    top: tuple[TopToken, ...] = ()


class NoAnswer(ValueError):
    """The body is no chat completion; says why."""


def read_answer(body: bytes, asked_characters: int = 0) -> Answer:
    """The completion in `body`; `asked_characters` is for the estimate. Raises `NoAnswer`."""
    document = _document(body)
    choices = document.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(choice, dict) or not isinstance(message, dict):
        raise NoAnswer("the reply holds no message")
    if choice.get("finish_reason") in _BROKEN_OFF:
        raise NoAnswer(f"the server broke the reply off ({choice['finish_reason']})")
    content = _text(message.get("content"))
    thoughts = _text(message.get("reasoning_content")) or _text(message.get("reasoning"))
    if not thoughts and (thinking := _THINKING.match(content)):
        thoughts, content = thinking[1].strip(), content[thinking.end() :]
    if len(thoughts) + len(content) > LONGEST_TEXT:
        raise NoAnswer(f"the reply has more than {LONGEST_TEXT:,} characters")
    refusal = _text(message.get("refusal"))
    finish: Literal["stop", "length", "refusal"] = "length" if choice.get("finish_reason") == "length" else "stop"
    if refusal or choice.get("finish_reason") == "content_filter":
        finish, content = "refusal", refusal or content
    usage = document.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    prompt, reply = _count(counts.get("prompt_tokens")), _count(counts.get("completion_tokens"))
    return Answer(
        text=content,
        thoughts=thoughts,
        finish=finish,
        reply_tokens=-(-len(thoughts + content) // 4) if reply is None else reply,
        prompt_tokens=-(-asked_characters // 4) if prompt is None else prompt,
        counted=prompt is not None and reply is not None,
        model=_text(document.get("model")),
        fingerprint=_text(document.get("system_fingerprint")),
        top=_top(choice),
    )


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise NoAnswer("the reply is no JSON") from None
    if not isinstance(document, dict):
        raise NoAnswer("the reply is no JSON object")
    return document


def _text(value: Any) -> str:
    """A text that can be recorded: halves of characters, legal in JSON, become question marks."""
    if isinstance(value, list):
        value = "".join(_text(part.get("text")) for part in value if isinstance(part, dict))
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return value if type(value) is int and 0 <= value <= _MOST_TOKENS else None


def _log_probability(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -_LARGEST <= value <= _LARGEST or value == -math.inf else None


def _top(choice: dict[str, Any]) -> tuple[TopToken, ...]:
    """What the first token might have been, from `logprobs.content[0].top_logprobs`; empty where there is none."""
    logprobs = choice.get("logprobs")
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    first = content[0] if isinstance(content, list) and content else None
    listed = first.get("top_logprobs") if isinstance(first, dict) else None
    found = []
    for token in listed if isinstance(listed, list) else []:
        value = _log_probability(token.get("logprob")) if isinstance(token, dict) else None
        text = token.get("token") if isinstance(token, dict) else None
        if isinstance(text, str) and value is not None:
            found.append((text, value))
    return tuple(sorted(found, key=lambda one: -one[1]))


def error_words(body: bytes) -> str:
    """What a server says went wrong, on one line: OpenAI's `error.message`, FastAPI's `detail`, or the body itself."""
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError):
        document = body.decode("utf-8", "replace")
    for key in ("error", "detail", "message"):
        while isinstance(document, dict) and key in document:
            document = document[key]
    text = document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)
    shown = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return shown[:_MOST_WORDS] + ("..." if len(shown) > _MOST_WORDS else "") or "no words"


def kind_of_refusal(body: bytes) -> FailureKind:
    """The failure that a 4xx stands for: a prompt that is too long, one that a filter took, or an error."""
    text = body.decode("utf-8", "replace")
    if _OVERFLOW.search(text):
        return "overflow"
    return "refusal" if _FILTERED.search(text) else "error"
