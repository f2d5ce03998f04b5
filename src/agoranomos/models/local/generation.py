"""Generates replies for all requests at hand, token by token; requests join and leave between any two steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from agoranomos.errors import AgoraError
from agoranomos.models.engine import Request
from agoranomos.models.failures import FailureKind
from agoranomos.models.local.chat import Chat
from agoranomos.models.local.grammar import Constraint, Grammars
from agoranomos.models.local.prefix_cache import PrefixCache, common_length
from agoranomos.models.local.ragged import RaggedModel, Row
from agoranomos.models.local.sampling import draw_token

WORTH_SHARING = 32
"""Beginnings of at least so many tokens are read once for all the requests that share them."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request cannot be run."""

    failure: FailureKind
    words: str
    prompt_tokens: int


@dataclass(eq=False)
class Reply:
    """A reply in the making. `pending` are the tokens that the model has still to read."""

    request: Request
    prompt: list[int]
    constraint: Constraint | None
    row: Row | None = None
    pending: list[int] = field(default_factory=list)
    tokens: list[int] = field(default_factory=list)
    finish: Literal["", "stop", "length"] = ""

    def take(self, forced: Sequence[int]) -> None:
        """Append tokens of the reply, as many as the budget allows."""
        room = self.request.max_tokens - len(self.tokens)
        taken = list(forced[:room])
        self.tokens += taken
        self.pending += taken
        if self.constraint is not None and self.constraint.complete and len(taken) == len(forced):
            self.finish = "stop"
        elif len(self.tokens) >= self.request.max_tokens:
            self.finish = "length"


@dataclass(frozen=True)
class Counts:
    """What a generator has done: prompt tokens asked for and of these found in the cache, tokens read, passes run."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    read_tokens: int = 0
    passes: int = 0


class Generator:
    """The pure part of an engine: no queue, no thread, no clock."""

    def __init__(self, model: RaggedModel, chat: Chat, stop_tokens: Sequence[int], cache_bytes: int) -> None:
        self.counts = Counts()
        self._model = model
        self._chat = chat
        self._stop = frozenset(stop_tokens)
        self._cache = PrefixCache(cache_bytes)
        self._grammars: Grammars | None = None

    def prepare(self, request: Request) -> Reply | Refused:
        """Tokenise a request and compile its grammar; a prompt that leaves no room for its reply is refused."""
        prompt = self._chat.ids(request.messages)
        needed = len(prompt) + request.max_tokens
        if needed > self._model.context:
            words = (
                f"the prompt has {len(prompt)} tokens and the reply may have {request.max_tokens}; "
                f"the model takes {self._model.context}"
            )
            return Refused("overflow", words, len(prompt))
        constraint = None
        if request.schema is not None:
            try:
                constraint = self._known_grammars().constraint(request.schema)
            except AgoraError as error:
                return Refused("error", error.message, len(prompt))
        return Reply(request, prompt, constraint)

    def admit(self, replies: Sequence[Reply]) -> None:
        """Give each new reply its row, with all of its prompt that is known, or that it shares with another."""
        ordered = sorted(replies, key=lambda reply: reply.prompt)
        for index, reply in enumerate(ordered):
            neighbours = [ordered[i].prompt for i in (index - 1, index + 1) if 0 <= i < len(ordered)]
            # The last token of a prompt is always read, because its logits are needed.
            shared = max((common_length(reply.prompt, other) for other in neighbours), default=0)
            shared = min(shared, len(reply.prompt) - 1)
            row = self._model.row(len(reply.prompt) + reply.request.max_tokens)
            row.length = self._cache.copy_into(row.states, reply.prompt[:-1])
            if shared - row.length >= WORTH_SHARING:
                cut = reply.prompt[row.length : shared]
                self._read([(row, cut)])
                self._cache.insert(reply.prompt[:shared], row.states)
            self._count(prompt_tokens=len(reply.prompt), cached_tokens=row.length)
            reply.row = row
            reply.pending = reply.prompt[row.length :]
            if reply.constraint is not None:
                reply.take(reply.constraint.forced())

    def step(self, replies: Sequence[Reply]) -> None:
        """One pass of the model over what each unfinished reply has pending, and one more token for each."""
        waiting = [reply for reply in replies if not reply.finish]
        if not waiting:
            return
        fresh = [reply for reply in waiting if reply.row is not None and reply.row.length < len(reply.prompt)]
        logits = self._read([(reply.row, reply.pending) for reply in waiting])
        for reply in fresh:
            assert reply.row is not None
            self._cache.insert(reply.prompt, reply.row.states)
        for index, reply in enumerate(waiting):
            reply.pending = []
            self._advance(reply, logits[index : index + 1])

    def text(self, reply: Reply) -> str:
        """What the reply says so far."""
        return self._chat.text([token for token in reply.tokens if token not in self._stop])

    def _advance(self, reply: Reply, logits: Any) -> None:
        request, constraint = reply.request, reply.constraint
        if constraint is not None:
            constraint.forbid(logits)
        token = draw_token(logits[0].numpy(), request.temperature, request.seed, len(reply.tokens))
        if constraint is not None:
            constraint.accept(token)
            reply.take([token, *constraint.forced()])
        elif token in self._stop:
            reply.finish = "stop"
        else:
            reply.take([token])

    def _read(self, work: Sequence[tuple[Row | None, Sequence[int]]]) -> Any:
        rows = [(row, tokens) for row, tokens in work if row is not None]
        self._count(read_tokens=sum(len(tokens) for _, tokens in rows), passes=1)
        return self._model.read(rows)

    def _count(self, **more: int) -> None:
        self.counts = Counts(**{key: value + more.get(key, 0) for key, value in vars(self.counts).items()})

    def _known_grammars(self) -> Grammars:
        if self._grammars is None:
            self._grammars = Grammars(self._chat.tokenizer, self._model.vocabulary, sorted(self._stop))
        return self._grammars
