"""The calls of one decision: what is asked of the model, in order, and what becomes of a prompt that does not fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, Self, TypeVar

from agoranomos.models import Completion, Engine, Message, Player, Request, prompt_sha256
from agoranomos.policies.policy import Account, Call
from agoranomos.policies.prompted.reply import Unusable, writable
from agoranomos.randomness import Randomness

AnswerT = TypeVar("AnswerT")


class Forgetful(Protocol):
    """A memory of rounds that can be made shorter."""

    @property
    def history(self) -> tuple[Any, ...]:
        """The rounds, oldest first."""
        ...

    def without_older_half(self) -> Self:
        """The memory without the older half of its rounds; of a single one, without it."""
        ...


NotesT = TypeVar("NotesT", bound=Forgetful)

Purpose = Literal["", "summary", "program", "answer"]
"""What a call is for; empty: the move itself."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How replies are drawn, and how long they may be; see `Request`."""

    temperature: float
    top_p: float
    reasoning: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one reply has to be: of this schema (None: free text) and at most so many tokens.

    It is drawn with the seed of this name.
    """

    schema: dict[str, Any] | None
    max_tokens: int
    seed_name: str
    purpose: Purpose = ""
    player: Player | None = None


@dataclass(slots=True)
class Asking:
    """Asks for one decision, and keeps account of it.

    With `forgets`, a prompt that does not fit the model's context is asked again without the older half of its rounds,
    and so on; these rounds are then out of memory, and counted.
    """

    engine: Engine
    sampling: Sampling
    randomness: Randomness
    forgets: bool = False
    calls: list[Call] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    forgotten: int = 0

    async def ask(
        self,
        notes: NotesT,
        prompt: Callable[[NotesT], tuple[Message, ...]],
        read: Callable[[Completion], AnswerT | Unusable],
        wanted: Wanted,
    ) -> tuple[AnswerT | Unusable, NotesT]:
        """What the reply to `prompt(notes)` says, or why it is unusable; and the notes that were asked with."""
        while True:
            answer = await self._call(prompt(notes), read, wanted)
            overflown = isinstance(answer, Unusable) and answer.failure == "overflow"
            if not (overflown and self.forgets and notes.history):
                return answer, notes
            shorter = notes.without_older_half()
            self.forgotten += len(notes.history) - len(shorter.history)
            notes = shorter

    def account(self, *, repaired: bool) -> Account:
        """The account of the decision."""
        return Account(tuple(self.calls), repaired=repaired, forgotten=self.forgotten)

    async def _call(
        self,
        messages: tuple[Message, ...],
        read: Callable[[Completion], AnswerT | Unusable],
        wanted: Wanted,
    ) -> AnswerT | Unusable:
        request = Request(
            messages=messages,
            max_tokens=wanted.max_tokens,
            temperature=self.sampling.temperature,
            top_p=self.sampling.top_p,
            reasoning=self.sampling.reasoning,
            seed=self.randomness.integer(wanted.seed_name),
            schema=wanted.schema,
            caller=(self.randomness.agent, self.randomness.round_number, len(self.calls)),
            player=wanted.player,
        )
        completion = await self.engine.complete(request)
        answer = read(completion)
        self.calls.append(
            Call(
                model=self.engine.name,
                prompt_sha256=prompt_sha256(request),
                reply=writable(completion.text),
                prompt_tokens=completion.prompt_tokens,
                reply_tokens=completion.reply_tokens,
                failure=answer.failure if isinstance(answer, Unusable) else "",
                purpose=wanted.purpose,
            )
        )
        self.seconds.append(completion.seconds)
        return answer
