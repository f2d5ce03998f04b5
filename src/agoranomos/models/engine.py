"""An engine runs one language model for many agents at once. The seam between prompts and models."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

import msgspec

from agoranomos.models.failures import FailureKind

_encode = msgspec.json.Encoder().encode

Caller: TypeAlias = tuple[str, int, int]
"""Agent, round, and index of the call within the decision: unique within a run."""

Player: TypeAlias = Callable[[str], Any]
"""What a scripted agent would reply in the asking agent's place, by the name of a way to play (`best-response`,
`colluder`): a value of the request's schema. For mocks, which cannot read; raises `UsageError` where it has none."""

Origin: TypeAlias = Literal["asked", "stored", "recorded"]
"""Where a reply came from: the model, the call store, or the run's own log."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat: `role` is `system`, `user` or `assistant`."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Request:
    """A completion asked of a model.

    `schema` is a JSON Schema that the answer must satisfy (None: free text). `seed` names the noise of sampling;
    `temperature` 0 means greedy, `top_p` below 1 leaves out the tail. With `reasoning`, the model may think in free
    text before its answer, for at most so many tokens; `max_tokens` bounds the answer alone.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float
    seed: int
    schema: dict[str, Any] | None = None
    caller: Caller = ("", 0, 0)
    top_p: float = 1.0
    reasoning: int = 0
    player: Player | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's reply. `finish` is `stop`, `length` or `error`.

    `text` is all that it wrote, thoughts first: see `agoranomos.models.reasoning`. `seconds` is from request to reply,
    queue included; NaN where nothing was asked now. With `error`, `failure` is one of the kinds in
    `agoranomos.models.failures` and `error` says it in words.
    """

    text: str
    prompt_tokens: int
    reply_tokens: int
    finish: str
    seconds: float
    error: str = ""
    failure: FailureKind | Literal[""] = ""
    origin: Origin = "asked"


@dataclass(frozen=True, slots=True)
class Question:
    """A choice asked of a model: how probable it finds each of `options` as its answer.

    Without `labelled`, an answer is `lead`, the text of an option, and `tail`. With it, the options are listed under
    letters at the end of the last message, and a letter stands in the place of the text. `orders`: `given` lists them
    once, as they stand; `rotated` lists them once for each option, so that each stands once under each letter, and
    averages the probabilities. `temperature` is above 0. With `reasoning`, the model thinks first, with `seed`, as in
    a `Request`.
    """

    messages: tuple[Message, ...]
    options: tuple[str, ...]
    seed: int = 0
    temperature: float = 1.0
    lead: str = ""
    tail: str = ""
    labelled: bool = False
    orders: Literal["given", "rotated"] = "given"
    reasoning: int = 0
    caller: Caller = ("", 0, 0)
    player: Player | None = field(default=None, compare=False, repr=False)


ScoreKind: TypeAlias = Literal["direct", "after_reasoning"]
"""How a distribution came about. The two are different quantities and are never pooled."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """How probable a model finds each option: `log_probabilities` (natural, the probabilities sum to 1).

    They are the products of the model's next-token probabilities masked to the options' trie at the question's
    temperature: what constrained sampling draws from. `by_order` holds those of each order of the list, always in the
    order of `options`; `reasoning` what was thought before each. On failure, both are empty.
    """

    options: tuple[str, ...]
    log_probabilities: tuple[float, ...]
    by_order: tuple[tuple[float, ...], ...]
    kind: ScoreKind
    prompt_tokens: int
    reply_tokens: int
    seconds: float
    reasoning: tuple[str, ...] = ()
    error: str = ""
    failure: FailureKind | Literal[""] = ""
    origin: Origin = "asked"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do with a request; what it cannot is the caller's business, and shows in failures.

    `schema`: answers satisfy the schema by construction. `scores`: `texts` (any options), `letters` (labelled ones
    only) or `none`. `seeds`: the same request gives the same reply again. `reasoning`: thoughts can come first.
    """

    schema: bool = True
    scores: Literal["texts", "letters", "none"] = "texts"
    seeds: bool = True
    reasoning: bool = True


class Engine(Protocol):
    """Runs one model; batching is its own business.

    A failed call is a `Completion` or `Distribution` with a `failure`: data. An engine that cannot go on at all raises
    `agoranomos.models.stops.Stop`, and nothing after that is data.
    """

    @property
    def name(self) -> str:
        """As rosters name it, options and all."""
        ...

    @property
    def identity(self) -> str:
        """What answers, as canonical JSON: digests of weights, tokenizer and template, number format; no options."""
        ...

    @property
    def width(self) -> int:
        """How many calls it makes good use of at once."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    async def complete(self, request: Request) -> Completion:
        """The model's reply to `request`."""
        ...

    async def choose(self, question: Question) -> Distribution:
        """The probabilities of the question's options."""
        ...

    async def close(self) -> None:
        """Free what the engine holds; afterwards it answers no more."""
        ...


def prompt_text(asked: Request | Question) -> bytes:
    """What is asked, as JSON: what a digest or a commitment of a prompt is over.

    Of a request the messages; of a question the messages, the options, and how they are put.
    """
    content: Any = [[message.role, message.content] for message in asked.messages]
    if isinstance(asked, Question):
        content = [content, list(asked.options), asked.lead, asked.labelled, asked.orders]
        if asked.tail:
            content.append(asked.tail)
    return _encode(content)


def prompt_sha256(asked: Request | Question) -> str:
    """SHA-256, in hex, of `prompt_text`: what a log keeps of a prompt, and what a recorded reply is held to."""
    return hashlib.sha256(prompt_text(asked)).hexdigest()


def failed(failure: FailureKind, error: str, seconds: float, prompt_tokens: int = 0) -> Completion:
    """The completion of a call that brought no reply."""
    return Completion("", prompt_tokens, 0, "error", seconds, error, failure)


def unanswered(
    question: Question, failure: FailureKind, error: str, seconds: float, prompt_tokens: int = 0
) -> Distribution:
    """The distribution of a question that brought none."""
    kind: ScoreKind = "after_reasoning" if question.reasoning else "direct"
    return Distribution(question.options, (), (), kind, prompt_tokens, 0, seconds, error=error, failure=failure)
