"""An engine runs one language model for many agents at once. The seam between prompts and models."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from agoranomos.models.failures import FailureKind


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat: `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """A completion asked of a model.

    `schema` is a JSON Schema that the reply must satisfy (None: free text). `seed` names the noise of sampling;
    `temperature` 0 means greedy. `caller` is (agent, round, attempt), unique within a run.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float
    seed: int
    schema: dict[str, Any] | None = None
    caller: tuple[str, int, int] = ("", 0, 0)


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's reply. `finish` is `stop`, `length` or `error`; `seconds` is from request to reply, queue included.

    With `error`, `failure` is one of the kinds in `agoranomos.models.failures` and `error` says it in words.
    """

    text: str
    prompt_tokens: int
    reply_tokens: int
    finish: str
    seconds: float
    error: str = ""
    failure: FailureKind | Literal[""] = ""


class Engine(Protocol):
    """Runs one model; batching is its own business. A failed call is a `Completion` whose `finish` is `error`."""

    name: str

    async def complete(self, request: Request) -> Completion:
        """The model's reply to `request`."""
        ...

    async def close(self) -> None:
        """Free what the engine holds; afterwards it answers no more."""
        ...


def prompt_text(request: Request) -> bytes:
    """The messages as JSON: what a digest or a commitment of a prompt is over."""
    messages = [[message.role, message.content] for message in request.messages]
    return json.dumps(messages, ensure_ascii=False, separators=(",", ":")).encode()


def prompt_sha256(request: Request) -> str:
    """SHA-256, in hex, of the messages as JSON: what a log keeps of a prompt, and what a recorded reply is held to."""
    return hashlib.sha256(prompt_text(request)).hexdigest()


def failed(failure: FailureKind, error: str, seconds: float, prompt_tokens: int = 0) -> Completion:
    """The completion of a call that brought no reply."""
    return Completion("", prompt_tokens, 0, "error", seconds, error, failure)
