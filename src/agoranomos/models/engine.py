"""An engine runs one language model for many agents at once. The seam between prompts and models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

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
    failure: str = ""


class Engine(Protocol):
    """Runs one model; batching is its own business. A failed call is a `Completion` whose `finish` is `error`."""

    name: str

    async def complete(self, request: Request) -> Completion:
        """The model's reply to `request`."""
        ...

    async def close(self) -> None:
        """Free what the engine holds; afterwards it answers no more."""
        ...


def failed(failure: FailureKind, error: str, seconds: float, prompt_tokens: int = 0) -> Completion:
    """The completion of a call that brought no reply."""
    return Completion("", prompt_tokens, 0, "error", seconds, error, failure)
