"""A style: what a mock answers, apart from how long it takes and how it fails."""

from __future__ import annotations

from typing import Any, Protocol

from agoranomos.models.engine import Question, Request
from agoranomos.models.questions import Put


class Style(Protocol):
    """Pure functions of what is asked."""

    def reply(self, request: Request, key: str) -> Any:
        """A value of the request's schema, or a text where it has none; `key` stands for messages and temperature.

        Raises `UsageError` for a request that the style has no answer to.
        """
        ...

    def scores(self, question: Question, put: Put, key: str) -> tuple[float, ...]:
        """A score for each option, the logarithm of its probability up to a constant, for one way to put the question.

        `key` stands for the messages, and for what was thought before. Raises `UsageError` as `reply` does.
        """
        ...
