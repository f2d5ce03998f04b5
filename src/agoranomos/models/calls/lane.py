"""What one run sees of a model: an engine like any other, behind which the queue of the whole campaign stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agoranomos.models.aside import aside
from agoranomos.models.engine import Completion, Distribution, Engine, Question, Request
from agoranomos.models.wrapped import WrappedEngine

if TYPE_CHECKING:
    from agoranomos.models.calls.model_queue import ModelQueue


class Lane(WrappedEngine):
    """Asks in the name of one run, so that no run has to wait for all that another one asks."""

    def __init__(self, queue: ModelQueue, run: str) -> None:
        super().__init__(queue.engine)
        self._queue = queue
        self._run = run

    async def complete(self, request: Request) -> Completion:
        """The model's reply to `request`, or the stored one; raises `Stop` where no further call can be made."""
        return await self._queue.answer(self._run, request, self.engine.complete)

    async def choose(self, question: Question) -> Distribution:
        """The probabilities of the question's options, asked or stored; raises `Stop` as `complete`."""
        return await self._queue.answer(self._run, question, self.engine.choose)

    def beside(self, other: Engine) -> Engine:
        """`other` without the queue: budget and kept calls are the model's alone."""
        return aside(self.engine, other)
