"""Styles that know nothing of the market: replies drawn from the seed, and the same reply each time."""

from __future__ import annotations

from typing import Any

from agoranomos.models.engine import Question, Request
from agoranomos.models.mock.schema_sampling import middle_value, sample_value
from agoranomos.models.mock.scores import drawn_scores
from agoranomos.models.questions import Put
from agoranomos.randomness import named_generator


class Drawn:
    """Replies with values drawn from the seed, and finds probable what is drawn from the question."""

    def reply(self, request: Request, key: str) -> Any:
        """Any value of the schema; a few words where there is none."""
        schema = request.schema if request.schema is not None else {"type": "string"}
        return sample_value(schema, named_generator(request.seed, "mock reply", 0, key))

    def scores(self, question: Question, put: Put, key: str) -> tuple[float, ...]:
        """Standard normal draws: the seed has no part in them unless through what was thought."""
        return drawn_scores(key, put.answers)


class Constant:
    """Replies with the middle of each range, and finds all options equally probable."""

    def reply(self, request: Request, key: str) -> Any:
        """The middle of everything."""
        return middle_value(request.schema if request.schema is not None else {"type": "string"})

    def scores(self, question: Question, put: Put, key: str) -> tuple[float, ...]:
        """Zeros."""
        return (0.0,) * len(put.answers)
