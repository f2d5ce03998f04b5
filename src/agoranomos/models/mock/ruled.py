"""Styles that play by a rule, with noise or without. A mock cannot read: the agent that asks brings the rule along."""

from __future__ import annotations

from typing import Any

from agoranomos.errors import UsageError
from agoranomos.models.engine import Question, Request
from agoranomos.models.mock.drawn import Drawn
from agoranomos.models.mock.noise import disturbed, noisy_scores
from agoranomos.models.mock.scores import picked
from agoranomos.models.questions import Put
from agoranomos.randomness import named_generator


class Ruled:
    """Plays by `rule`: `nash`, `best-response`, `colluder`, or a benchmark of the market."""

    def __init__(self, rule: str) -> None:
        self._rule = rule

    def reply(self, request: Request, key: str) -> Any:
        """What the rule would reply; words drawn from the seed where free text is asked for."""
        if request.schema is None:
            return Drawn().reply(request, key)
        return self._played(request)

    def scores(self, question: Question, put: Put, key: str) -> tuple[float, ...]:
        """The rule's option is nearly certain."""
        return picked(question.options, self.option(question))

    def option(self, question: Question) -> str:
        """The option that the rule takes."""
        option = self._played(question)
        if option not in question.options:
            raise UsageError(f"the rule {self._rule!r} takes {option!r}, which is none of {question.options!r:.200}")
        return str(option)

    def _played(self, asked: Request | Question) -> Any:
        if asked.player is None:
            raise UsageError(
                f"an engine that plays by the rule {self._rule!r} was asked by nobody who sits in a market",
                advice="Agents of a campaign bring their market along; elsewhere use mock/valid.",
            )
        return asked.player(self._rule)


class Noisy:
    """Plays by a rule with Gaussian noise on each number, `sd` times the number wide."""

    def __init__(self, around: str, sd: float) -> None:
        self._ruled = Ruled(around)
        self._sd = sd

    def reply(self, request: Request, key: str) -> Any:
        """The rule's reply with each number moved, and kept within its bounds."""
        value = self._ruled.reply(request, key)
        if request.schema is None:
            return value
        return disturbed(value, request.schema, self._sd, named_generator(request.seed, "mock noise", 0, key))

    def scores(self, question: Question, put: Put, key: str) -> tuple[float, ...]:
        """Options that are numbers by their distance from the rule's; words as a hand that trembles."""
        return noisy_scores(question.options, self._ruled.option(question), self._sd)
