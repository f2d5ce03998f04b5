"""What one prompt asks of a model, under way: an answer to be written, or options to be scored."""

from __future__ import annotations

from dataclasses import dataclass, field

from agoranomos.models.local.decoder import Row
from agoranomos.models.local.grammar import Constraint
from agoranomos.models.local.sampling import Draw
from agoranomos.models.local.scoring import Scores
from agoranomos.models.local.thoughts import Thoughts


@dataclass(eq=False)
class Task:
    """A prompt, the thoughts that come first if any, and a row of the decoder's memory once it is admitted.

    `pending` are the tokens that the model has still to read. `error` says in words what went wrong.
    """

    prompt: list[int]
    thoughts: Thoughts | None
    temperature: float
    top_p: float
    seed: int
    row: Row | None = None
    pending: list[int] = field(default_factory=list)
    kept: bool = False
    error: str = ""

    @property
    def room(self) -> int:
        """The most tokens that can follow the prompt."""
        return self.thoughts.room if self.thoughts is not None else 0

    @property
    def thinking(self) -> bool:
        """Whether thoughts are being written."""
        return self.thoughts is not None and self.thoughts.open

    @property
    def written(self) -> int:
        """How many tokens of the reply there are so far."""
        return len(self.thoughts.tokens) if self.thoughts is not None else 0

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return bool(self.error)

    @property
    def draw(self) -> Draw:
        """How its next token is drawn."""
        return Draw(self.temperature, self.top_p, self.seed, self.written)

    def begin(self, row: Row) -> None:
        """Take a row that knows the first tokens of the prompt."""
        self.row = row
        self.pending = self.prompt[row.length :]
        if not self.thinking:
            self.answer()

    def think(self, token: int) -> None:
        """Take a token of the thoughts."""
        assert self.thoughts is not None
        self.pending += self.thoughts.take(token)
        if not self.thoughts.open:
            self.answer()

    def answer(self) -> None:
        """Go from what comes before the answer to the answer: subclasses add what of it is forced to `pending`."""
        raise NotImplementedError


@dataclass(eq=False)
class Answer(Task):
    """An answer that is being written, of at most `max_tokens` tokens."""

    max_tokens: int = 0
    constraint: Constraint | None = None
    tokens: list[int] = field(default_factory=list)
    finish: str = ""

    @property
    def room(self) -> int:
        """The most tokens that can follow the prompt."""
        return super().room + self.max_tokens

    @property
    def written(self) -> int:
        """How many tokens of the reply there are so far, thoughts included."""
        return super().written + len(self.tokens)

    @property
    def done(self) -> bool:
        """Whether the answer has ended, or cannot go on."""
        return bool(self.finish or self.error)

    def answer(self) -> None:
        """Begin with what any answer under the constraint begins with."""
        if self.constraint is not None:
            self._take(self.constraint.forced())

    def accept(self, token: int, *, stops: bool) -> None:
        """Take a token of the answer; `stops` says that it is one that ends it."""
        if self.constraint is not None:
            self.constraint.accept(token)
            self._take([token, *self.constraint.forced()])
        elif stops:
            self.finish = "stop"
        else:
            self._take([token])

    def _take(self, tokens: list[int]) -> None:
        taken = tokens[: self.max_tokens - len(self.tokens)]
        self.tokens += taken
        self.pending += taken
        if self.constraint is not None and self.constraint.complete and len(taken) == len(tokens):
            self.finish = "stop"
        elif len(self.tokens) >= self.max_tokens:
            self.finish = "length"


@dataclass(eq=False)
class Scoring(Task):
    """Options whose probabilities are being read off."""

    scores: Scores = field(kw_only=True)

    @property
    def room(self) -> int:
        """The most tokens that can follow the prompt on the way to a branch."""
        return super().room + self.scores.trie.reach

    @property
    def done(self) -> bool:
        """Whether all that was to be read off has been."""
        return bool(self.error) or self.scores.complete

    def answer(self) -> None:
        """Read what all options begin with."""
        self.pending += self.scores.trie.common
