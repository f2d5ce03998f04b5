"""An engine before another one: hands everything on, until a subclass does otherwise."""

from __future__ import annotations

import copy

from agoranomos.models.aside import aside
from agoranomos.models.engine import Capabilities, Completion, Distribution, Engine, Question, Request


class WrappedEngine:
    """Is the engine behind it to whoever asks. Closing it closes nothing: the one behind serves others too."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @property
    def name(self) -> str:
        """The name of the engine behind."""
        return self.engine.name

    @property
    def identity(self) -> str:
        """What answers in the end."""
        return self.engine.identity

    @property
    def width(self) -> int:
        """That of the engine behind."""
        return self.engine.width

    @property
    def capabilities(self) -> Capabilities:
        """Those of the engine behind."""
        return self.engine.capabilities

    async def complete(self, request: Request) -> Completion:
        """The model's reply to `request`."""
        return await self.engine.complete(request)

    async def choose(self, question: Question) -> Distribution:
        """The probabilities of the question's options."""
        return await self.engine.choose(question)

    async def close(self) -> None:
        """Nothing."""

    def beside(self, other: Engine) -> Engine:
        """`other` behind an engine like this one."""
        before = copy.copy(self)
        before.engine = aside(self.engine, other)
        return before
