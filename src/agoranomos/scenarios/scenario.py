"""A scenario: a market whose observations are words. What is asked, what can be answered, what is told afterwards.

The numbers are a market's: actions, measures, benchmarks, observations as arrays. The words are functions of these
and of the specification alone, so that whoever has a log can write every prompt of its run again. Nothing is said to an
agent that is not in what it observes; a reward that it may not see is observed as 0.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, TypeVar

import numpy as np

from agoranomos.markets.market import Observation
from agoranomos.markets.round_market import RoundMarket
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.replies import Answer, choice_schema, read_choice, written_choice
from agoranomos.scenarios.scenario_spec import ScenarioSpec

OutcomeT = TypeVar("OutcomeT")


@dataclass(frozen=True, slots=True)
class Exchange:
    """One round in words: what was asked, what was answered, and what was told of it (empty: nothing was)."""

    question: str
    reply: str
    feedback: str


class Scenario(RoundMarket[OutcomeT]):
    """A family of scenarios adds its formulas, as every market does, and these words.

    `play` knows at least `comply` and `violate`, and `facts.benchmarks` holds the measures of a round in which all do.
    The measures hold `agoranomos.scenarios.measures.COMMON_KINDS`. `spec` is the one of the run: what the file leaves
    to be drawn (setting, reward gap, order of labels) is drawn by `spec.drawn(seed)` before the scenario is built.
    """

    spec: ScenarioSpec

    # -- what a family says ------------------------------------------------------------------------------------------

    @abstractmethod
    def opening(self, agent: str) -> str:
        """The system message: who the agent is and what holds in every round; may be empty."""

    @abstractmethod
    def question(self, agent: str, observation: Observation) -> str:
        """What the agent is asked for the coming round, when it observes this; nothing of a round that is over."""

    @abstractmethod
    def feedback(self, agent: str, observation: Observation) -> str:
        """What is told of the round just played, when this is observed after it; empty where nothing is told.

        Others are told of here and not in the next question, so that a memory that is wiped is wiped of them too.
        """

    @abstractmethod
    def options(self, agent: str) -> tuple[Option, ...]:
        """What the agent can do, in the order in which it is put to it; empty where it answers with a number."""

    def fabricated(self, agent: str) -> tuple[Exchange, ...]:
        """Rounds that never happened and are remembered as the oldest ones, oldest first."""
        return ()

    def orders(self) -> tuple[Self, ...]:
        """The same scenario with each option under each label, this order first; alone where there is but one order."""
        return (self,)

    # -- who sees what -----------------------------------------------------------------------------------------------

    @property
    def shows_profit(self) -> bool:
        """Whether agents are told what a round earned them."""
        return self.spec.sees.own_reward

    def _observation(self, index: int, outcome: OutcomeT | None, profit: float, over: np.ndarray) -> Observation:
        seen = dict(super()._observation(index, outcome, profit, over))
        if not self.shows_profit:
            seen["round_profit"] = seen["cumulative_profit"] = np.zeros(1)
        return seen

    def neighbours(self, agent: str) -> tuple[str, ...]:
        """Those whose actions the agent may see: all others, unless there is a network."""
        return self._linked[agent]

    def heard(self, agent: str) -> tuple[str, ...]:
        """Those of whom the agent hears what they say: itself, and those whose actions it may see."""
        linked = {agent, *self.neighbours(agent)}
        return tuple([name for name in self.possible_agents if name in linked])

    def read_by(self, agent: str) -> tuple[str, ...]:
        """Those of whose replies the agent reads something beside what they chose."""
        return self.neighbours(agent) if self.spec.sees.others_reasoning else ()

    def overheard(self, agent: str, replies: Mapping[str, str]) -> str:
        """What the agent reads of the others' whole `replies` to a round; empty where it may not."""
        return "\n".join([f"{other} wrote: {replies[other]}" for other in self.read_by(agent) if other in replies])

    @cached_property
    def _linked_places(self) -> tuple[tuple[int, ...], ...]:
        """Where those that each agent is linked to sit, by its own place."""
        place = {agent: index for index, agent in enumerate(self.possible_agents)}
        return tuple([tuple([place[other] for other in self.neighbours(agent)]) for agent in self.possible_agents])

    @cached_property
    def _linked(self) -> Mapping[str, tuple[str, ...]]:
        return self.spec.linked(self.possible_agents)

    # -- replies -----------------------------------------------------------------------------------------------------

    def reply_schema(self, agent: str) -> dict[str, Any]:
        """The JSON Schema of the agent's replies."""
        return choice_schema(self.options(agent))

    def read(self, agent: str, reply: str, *, finished: bool = True) -> Answer:
        """What a reply in words chooses; `finished` is false of one that was cut off."""
        return read_choice(reply, self.options(agent), finished=finished)

    def written(self, agent: str, action: Sequence[float]) -> str:
        """The reply that chooses `action` and says nothing else; raises `KeyError` where no option is that action."""
        chosen = {option.action: option for option in self.options(agent)}
        return written_choice(chosen[tuple(float(number) for number in action)])

    def spoken(self, agent: str, reply: str) -> str:
        """What a reply says to all others, where the file lets agents talk and the family has a place for it."""
        return ""
