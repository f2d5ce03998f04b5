"""Runs the tasks at hand together, pass by pass; tasks join and leave between any two passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from agoranomos.errors import AgoraError
from agoranomos.models.engine import Question, Request
from agoranomos.models.failures import FailureKind
from agoranomos.models.local.chat import Chat
from agoranomos.models.local.decoder import Branches, Decoder
from agoranomos.models.local.grammar import Grammars
from agoranomos.models.local.prefix_cache import common_length
from agoranomos.models.local.sampling import draw_tokens
from agoranomos.models.local.scoring import Scores
from agoranomos.models.local.task import Answer, Scoring, Task
from agoranomos.models.local.thoughts import Thoughts
from agoranomos.models.local.trie import OptionTrie
from agoranomos.models.questions import ways_to_put
from agoranomos.randomness import named_integer

WORTH_SHARING = 32
"""Beginnings of at least so many tokens are read once for all the tasks that share them."""

MOST_BRANCHES = 64
"""Branches of options that are read in one pass, each behind its question's prompt; each brings a row of logits."""

DECODING = "2"
"""How prompts are cut, thoughts opened and closed, and schemas kept. It is raised with every change after which the
same seed may give another reply, so that no stored reply of the old way is taken for one of the new."""

NO_NUMBERS = "the model's logits are not numbers"

Tensor = Any


@dataclass(frozen=True, slots=True)
class Refused:
    """Why something asked cannot be run."""

    failure: FailureKind
    words: str
    prompt_tokens: int


@dataclass(frozen=True)
class Counts:
    """What a generator has done: prompt tokens asked for and of these found in the cache, tokens read, passes run."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    read_tokens: int = 0
    passes: int = 0


class Generator:
    """The pure part of an engine: no queue, no thread, no clock."""

    identity = ""
    """What answers, as canonical JSON; empty for a model that came from no files."""

    def __init__(self, decoder: Decoder, chat: Chat, stop_tokens: Sequence[int]) -> None:
        self.counts = Counts()
        self.chat = chat
        self.decoder = decoder
        self._stop = sorted(stop_tokens)

    def prepare(self, request: Request) -> Answer | Refused:
        """Tokenise a request and compile its grammar; a prompt that leaves no room for its reply is refused."""
        thoughts = self._thoughts(request.reasoning)
        prompt = self.chat.ids(request.messages, thinking=thoughts is not None)
        constraint = None
        if request.schema is not None:
            try:
                constraint = self._grammars.constraint(request.schema)
            except AgoraError as error:
                return Refused("error", error.message, len(prompt))
        answer = Answer(
            prompt,
            thoughts,
            request.temperature,
            request.top_p,
            request.seed,
            max_tokens=request.max_tokens,
            constraint=constraint,
        )
        return self._overflow([answer]) or answer

    def prepare_question(self, question: Question) -> list[Scoring] | Refused:
        """A task for each order in which a question is put; raises `UsageError` for a question that cannot be asked."""
        tasks: list[Scoring] = []
        for turn, put in enumerate(ways_to_put(question)):
            prompt = self.chat.ids(put.messages, thinking=question.reasoning > 0)
            try:
                trie = OptionTrie([self.chat.spoken(answer) for answer in put.answers])
            except AgoraError as error:
                return Refused("error", error.message, len(prompt))
            # Different thoughts before each order, but the same ones again for the same question.
            seed = named_integer(question.seed, "order", turn) if turn else question.seed
            scores = Scores(trie, question.temperature, self._stop)
            thoughts = self._thoughts(question.reasoning)
            tasks.append(Scoring(prompt, thoughts, question.temperature, 1.0, seed, scores=scores))
        return self._overflow(tasks) or tasks

    def admit(self, tasks: Sequence[Task]) -> list[Task]:
        """Give new tasks their rows, with all that is known of their prompts or that they share with one another.

        Returns those that memory has no room for now.
        """
        import torch

        with torch.inference_mode():
            return self._admitted(tasks)

    def _admitted(self, tasks: Sequence[Task]) -> list[Task]:
        ordered = sorted(tasks, key=lambda task: task.prompt)
        left: list[Task] = []
        for index, task in enumerate(ordered):
            neighbours = [ordered[i].prompt for i in (index - 1, index + 1) if 0 <= i < len(ordered)]
            # The last token of a prompt is always read, because its logits are needed.
            row = self.decoder.row(len(task.prompt) + task.room, task.prompt[:-1])
            if row is None:
                left.append(task)
                continue
            task.row = row  # From here on it is given back with the task, whatever happens.
            self._count(prompt_tokens=len(task.prompt), cached_tokens=row.length)
            shared = max((common_length(task.prompt, other) for other in neighbours), default=0)
            shared = min(shared, len(task.prompt) - 1)
            if shared - row.length >= WORTH_SHARING:
                self._read([(row, task.prompt[row.length : shared])])
                self.decoder.keep(task.prompt[:shared], row)
            with _alone(task):
                task.begin(row)
        return left

    def step(self, tasks: Sequence[Task]) -> None:
        """One pass over what each unfinished task has to read, and what follows from it: a token, or probabilities."""
        import torch

        with torch.inference_mode():
            waiting = [task for task in tasks if not task.done]
            reading = [task for task in waiting if task.pending]
            branching = _branching([task for task in waiting if isinstance(task, Scoring) and not task.pending])
            if not reading and not branching:
                return
            logits = self._read(
                [(task.row, task.pending) for task in reading],
                [(task.row, [task.scores.beyond(at) for at in branches]) for task, branches in branching],
            )
            self._keep_prompts(reading)
            self._take(reading, logits[: len(reading)])
            start = len(reading)
            for task, branches in branching:
                _score(task, branches, logits[start : start + len(branches)])
                start += len(branches)

    def release(self, tasks: Iterable[Task]) -> None:
        """Give back the memory of tasks that are done or not wanted any more."""
        for task in tasks:
            if task.row is not None:
                self.decoder.release([task.row])
                task.row = None

    def text(self, ids: Sequence[int]) -> str:
        """The text of tokens, without those that only end it."""
        return self.chat.text([token for token in ids if token not in self._stop])

    def _thoughts(self, budget: int) -> Thoughts | None:
        return Thoughts(budget, self._stop, self.chat.encode, self.chat.decode) if budget else None

    def _overflow(self, tasks: Sequence[Task]) -> Refused | None:
        longest = max(tasks, key=lambda task: len(task.prompt) + task.room)
        if len(longest.prompt) + longest.room <= self.decoder.context:
            return None
        words = (
            f"the prompt has {len(longest.prompt)} tokens and what follows it may have {longest.room}; "
            f"the model takes {self.decoder.context}"
        )
        return Refused("overflow", words, len(longest.prompt))

    def _keep_prompts(self, tasks: Sequence[Task]) -> None:
        for task in tasks:
            if not task.kept:
                self.decoder.keep(task.prompt, task.row)
                task.kept = True

    def _take(self, tasks: Sequence[Task], logits: Tensor) -> None:
        """Give each task what it wanted of the logits after what it had pending."""
        drawing: list[int] = []
        for index, task in enumerate(tasks):
            task.pending = []
            if isinstance(task, Scoring) and not task.thinking:
                _score(task, task.scores.missing[:1], logits[index : index + 1])
            else:
                drawing.append(index)
        if not drawing:
            return
        chosen = [tasks[index] for index in drawing]
        tokens = self._drawn(chosen, logits if len(drawing) == len(tasks) else logits[drawing])
        for task, token in zip(chosen, tokens, strict=True):
            if token < 0:
                task.error = NO_NUMBERS
                continue
            with _alone(task):
                if task.thinking:
                    task.think(token)
                elif isinstance(task, Answer):
                    task.accept(token, stops=token in self._stop)

    def _drawn(self, tasks: Sequence[Task], logits: Tensor) -> list[int]:
        """A token for each task; `logits` are changed in place."""
        constraints = [
            (index, task.constraint)
            for index, task in enumerate(tasks)
            if isinstance(task, Answer) and task.constraint is not None and not task.thinking
        ]
        if constraints:
            self._grammars.forbid(logits, constraints)
        return draw_tokens(logits, [task.draw for task in tasks])

    def _read(self, work: Sequence[tuple[Any, Sequence[int]]], branches: Branches = ()) -> Tensor:
        read = sum(len(tokens) for _, tokens in work) + sum(len(path) for _, paths in branches for path in paths)
        self._count(read_tokens=read, passes=1)
        return self.decoder.read(work, branches)

    def _count(self, **more: int) -> None:
        self.counts = replace(self.counts, **{key: getattr(self.counts, key) + value for key, value in more.items()})

    @cached_property
    def _grammars(self) -> Grammars:
        return Grammars(self.chat.tokenizer, self.decoder.vocabulary, self._stop)


@contextmanager
def _alone(task: Task) -> Iterator[None]:
    """Let what goes wrong with one task's text concern no other task of the pass."""
    try:
        yield
    except Exception as error:
        task.error = f"{type(error).__name__}: {error}"


def _score(task: Scoring, branches: Sequence[int], logits: Tensor) -> None:
    """Give a task the logits after the paths to some branches of its options."""
    if not task.scores.take(branches, logits):
        task.error = NO_NUMBERS


def _branching(tasks: Sequence[Scoring]) -> list[tuple[Scoring, list[int]]]:
    """The branches of each task's options that are read next, as many as one pass takes."""
    left = MOST_BRANCHES
    branching: list[tuple[Scoring, list[int]]] = []
    for task in tasks:
        branches = task.scores.missing[:left]
        if branches:
            branching.append((task, branches))
            left -= len(branches)
    return branching
