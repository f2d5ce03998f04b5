"""What is said to the agent in one seat, in each order of the options."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from agoranomos.markets.facts import SCALE
from agoranomos.policies.answering.conversation import NO_ANSWER, sat_out
from agoranomos.policies.answering.recollection import Told
from agoranomos.policies.policy import Observation
from agoranomos.policies.prompted.memories import SharedMemory
from agoranomos.policies.prompted.remembering import one_line
from agoranomos.policies.shared import SharedRound
from agoranomos.scenarios import Exchange, Option, Scenario


class Past(NamedTuple):
    """A round of another run: what was observed before and after it, what was done (None: nothing), what was replied.

    `reply` is empty where it says no more than the action.
    """

    before: Observation
    after: Observation
    action: tuple[float, ...] | None
    reply: str
    suspended: bool


class SeatWords:
    """The words of one seat. `scenarios` say the same in each order in which the options are put, the run's own first.

    What others answered is told where `memory` shares it, and their whole replies where the scenario shows them.
    """

    def __init__(self, agent: str, scenarios: Sequence[Scenario[Any]], memory: object) -> None:
        self.agent = agent
        self._scenarios = tuple(scenarios)
        self._memory = memory
        self._answers_shown = isinstance(memory, SharedMemory) and memory.show == "final"

    def in_the_run(self, scenario: Scenario[Any]) -> SeatWords:
        """The same with `scenario`, as its run drew it, in as many orders."""
        orders = scenario.orders() if len(self._scenarios) > 1 else (scenario,)
        return SeatWords(self.agent, orders, self._memory)

    @property
    def first(self) -> Scenario[Any]:
        """The run's own scenario."""
        return self._scenarios[0]

    @property
    def opening(self) -> str:
        """The system message."""
        return self.first.opening(self.agent)

    @cached_property
    def options(self) -> tuple[tuple[Option, ...], ...]:
        """In each order the options, those of the same action in the same place."""
        actions = [option.action for option in self.first.options(self.agent)]
        listed = [{option.action: option for option in each.options(self.agent)} for each in self._scenarios]
        return tuple(tuple(found[action] for action in actions) for found in listed)

    @cached_property
    def may_comment(self) -> bool:
        """Whether a reply of the scenario's schema has a place for words of the agent's own."""
        parts = self.first.reply_schema(self.agent).get("properties", {}).values()
        return any(part.get("type") == "string" and not {"enum", "const"} & part.keys() for part in parts)

    @cached_property
    def fabricated(self) -> tuple[Told, ...]:
        """Rounds that never happened, oldest first."""
        return tuple(zip(*(each.fabricated(self.agent) for each in self._scenarios), strict=True))

    def questions(self, observation: Observation) -> tuple[str, ...]:
        """The question of the coming round, in each order."""
        return tuple(each.question(self.agent, observation) for each in self._scenarios)

    def written(self, action: Sequence[float]) -> tuple[str, ...]:
        """The answer that chooses `action`, in each order."""
        return tuple(each.written(self.agent, action) for each in self._scenarios)

    def completed(self, asked: Told, observation: Observation, played: SharedRound | None) -> Told:
        """The round under way with what is told of it; of one that the agent sat out, what others did alone."""
        return tuple(
            Exchange(
                one.question, one.reply, _lines(self._feedback(each, one, observation), self._of_others(each, played))
            )
            for one, each in zip(asked, self._scenarios, strict=True)
        )

    def again(self, rounds: Iterable[Past]) -> tuple[Told, ...]:
        """Rounds of another run in these words."""
        return tuple(self.completed(self._put_again(past), past.after, None) for past in rounds)

    def _put_again(self, past: Past) -> Told:
        if past.suspended:
            return (sat_out(None, round(float(past.after["round"][0]))),) * len(self._scenarios)
        replies = (past.reply or NO_ANSWER,) * len(self._scenarios)
        if past.action is not None and (len(replies) > 1 or not past.reply):
            replies = self.written(past.action)
        asked = self.questions(past.before)
        return tuple(Exchange(question, reply, "") for question, reply in zip(asked, replies, strict=True))

    def _feedback(self, scenario: Scenario[Any], asked: Exchange, observation: Observation) -> str:
        return scenario.feedback(self.agent, observation) if asked.reply else ""

    def _of_others(self, scenario: Scenario[Any], played: SharedRound | None) -> str:
        if played is None:
            return ""
        answers = {
            other: scenario.written(other, [number / SCALE for number in row])
            for other in scenario.neighbours(self.agent)
            if (row := played.actions_e6[other])
        }
        replies = {other: said for other in answers if (said := one_line(played.replies.get(other, "")))}
        shown = [f"{other} answered: {said}" for other, said in answers.items()] if self._answers_shown else []
        return _lines(*shown, scenario.overheard(self.agent, replies))


def _lines(*texts: str) -> str:
    return "\n".join(text for text in texts if text)
