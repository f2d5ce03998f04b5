"""What waits for an engine's thread: something asked, and the event loop that its answer goes to."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from agoranomos.models.engine import Completion, Distribution, Question, Request, failed, unanswered
from agoranomos.models.failures import FailureKind
from agoranomos.models.local.task import Answer, Scoring, Task
from agoranomos.models.questions import distribution
from agoranomos.models.reasoning import joined
from agoranomos.models.stops import Stop

Answered: TypeAlias = Completion | Distribution


@dataclass(eq=False)
class Job:
    """A request or a question that waits, and its tasks once they are prepared."""

    asked: Request | Question
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Answered]
    started: float
    tasks: Sequence[Task] = field(default_factory=list)

    @property
    def unwanted(self) -> bool:
        """Whether nobody waits any more."""
        return self.future.cancelled()

    def refuse(self, failure: FailureKind, words: str, prompt_tokens: int = 0) -> None:
        """Answer with a failure."""
        seconds = time.perf_counter() - self.started
        if isinstance(self.asked, Question):
            self._deliver(unanswered(self.asked, failure, words, seconds, prompt_tokens))
        else:
            self._deliver(failed(failure, words, seconds, prompt_tokens))

    def fail(self, error: Exception) -> None:
        """Answer with what was raised."""
        self.refuse("error", f"{type(error).__name__}: {error}")

    def lose(self, error: Stop) -> None:
        """Let whoever waits hear that no answer will come."""
        self._settle(lambda: self.future.set_exception(error))

    def finish(self, texts: Sequence[str]) -> None:
        """Answer with what the tasks brought, which are done; `texts` are those of the answers that were written."""
        wrong = next((task.error for task in self.tasks if task.error), "")
        prompt_tokens = sum(len(task.prompt) for task in self.tasks)
        reply_tokens = sum(task.written for task in self.tasks)
        seconds = time.perf_counter() - self.started
        if wrong:
            self.refuse("error", wrong, prompt_tokens)
        elif isinstance(self.asked, Question):
            scored = [task for task in self.tasks if isinstance(task, Scoring)]
            self._deliver(
                distribution(
                    self.asked,
                    [task.scores.log_probabilities() for task in scored],
                    reasoning=[task.thoughts.text for task in scored if task.thoughts is not None],
                    prompt_tokens=prompt_tokens,
                    reply_tokens=reply_tokens,
                    seconds=seconds,
                )
            )
        else:
            (task,) = self.tasks
            assert isinstance(task, Answer)
            text = texts[0] if task.thoughts is None else joined(task.thoughts.text, texts[0])
            self._deliver(Completion(text, prompt_tokens, reply_tokens, task.finish, seconds))

    def _deliver(self, answer: Answered) -> None:
        self._settle(lambda: self.future.set_result(answer))

    def _settle(self, settle: Callable[[], None]) -> None:
        def once() -> None:
            if not self.future.done():
                settle()

        with contextlib.suppress(RuntimeError):  # The loop is closed: nobody waits any more.
            self.loop.call_soon_threadsafe(once)
