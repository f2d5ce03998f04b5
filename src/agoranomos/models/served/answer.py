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
    content = _text(message.get("content"))
    thoughts = _text(message.get("reasoning_content")) or _text(message.get("reasoning"))
    if not thoughts and (thinking := _THINKING.match(content)):
        thoughts, content = thinking[1].strip(), content[thinking.end() :]
    refusal = _text(message.get("refusal"))
    finish: Literal["stop", "length", "refusal"] = "length" if choice.get("finish_reason") == "length" else "stop"
    if refusal or choice.get("finish_reason") == "content_filter":
        finish, content = "refusal", refusal or content
    usage = document.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    prompt, reply = counts.get("prompt_tokens"), counts.get("completion_tokens")
    counted = isinstance(prompt, int) and isinstance(reply, int)
    return Answer(
        text=content,
        thoughts=thoughts,
        finish=finish,
        reply_tokens=reply if isinstance(reply, int) else -(-len(thoughts + content) // 4),
        prompt_tokens=prompt if isinstance(prompt, int) else -(-asked_characters // 4),
        counted=counted,
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


def _top(choice: dict[str, Any]) -> tuple[TopToken, ...]:
    """What the first token might have been, from `logprobs.content[0].top_logprobs`; empty where there is none."""
    logprobs = choice.get("logprobs")
    content = logprobs.get("content") if isinstance(logprobs, dict) else None
    first = content[0] if isinstance(content, list) and content else None
    listed = first.get("top_logprobs") if isinstance(first, dict) else None
    found = []
    for token in listed if isinstance(listed, list) else []:
        value = token.get("logprob") if isinstance(token, dict) else None
        text = token.get("token") if isinstance(token, dict) else None
        if isinstance(text, str) and isinstance(value, int | float) and not math.isnan(value):
            found.append((text, float(value)))
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
