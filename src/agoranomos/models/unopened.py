"""An engine that is named but not open."""

from __future__ import annotations

from agoranomos.errors import AgoraError
from agoranomos.models.engine import Capabilities, Completion, Distribution, Engine, Question, Request


class UnopenedEngine:
    """Stands in for an engine while a plan is made: policies describe themselves, and nothing is asked."""

    identity = ""
    width = 1
    capabilities = Capabilities()

    def __init__(self, name: str) -> None:
        self.name = name

    async def complete(self, request: Request) -> Completion:
        """Never: a plan asks no model."""
        raise AgoraError(f"the engine {self.name!r} is not open")

    async def choose(self, question: Question) -> Distribution:
        """Never: a plan asks no model."""
        raise AgoraError(f"the engine {self.name!r} is not open")

    async def close(self) -> None:
        """Nothing is held."""

    def beside(self, other: Engine) -> Engine:
        """Nor is a tool used."""
        return UnopenedEngine(other.name)
