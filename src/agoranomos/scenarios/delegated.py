"""What scenarios with principals have in common: menus of what an agent can do and say, and what is delivered of it.

A family gives `menu` (what an agent can do, and, where it can say something of it, what), and the formulas and words
that every scenario gives. It delivers a round's items by `spec.all_routes()`, and what it has a simulated party do may
depend on nothing but what that party was given.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import unknown_name
from agoranomos.markets.market import Observation
from agoranomos.randomness import named_generator, named_integer
from agoranomos.scenarios.asking import LETTERS
from agoranomos.scenarios.delegated_spec import DelegatedSpec
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.replies import Answer
from agoranomos.scenarios.scenario import OutcomeT, Scenario
from agoranomos.scenarios.stated import read_stated, stated_schema, written_stated

RANDOM = "random"
"""The play that takes each entry of an agent's menu with the same probability, whatever it observes."""

SAID = "reason"
"""The key under which a reply says something in words of its own, unless a family names another."""


class Delegated(Scenario[OutcomeT]):
    """A scenario whose agents act for somebody. An action is the choice, then the code of what is said, if anything is.

    With `statements: offered` a menu holds each choice with each statement; with `written` it holds each choice once,
    with the code of a statement that says nothing, and `coded` gives that of what the agent wrote.
    """

    spec: DelegatedSpec

    # -- what a family says ------------------------------------------------------------------------------------------

    @abstractmethod
    def menu(self, agent: str) -> tuple[Option, ...]:
        """What the agent can do and say, in the family's own order; the labels are of no meaning here."""

    @abstractmethod
    def plays(self, agent: str) -> Mapping[str, Sequence[float]]:
        """The action of each named play of a scripted agent in the coming round; `comply` and `violate` at least."""

    def coded(self, agent: str, action: Sequence[float], text: str) -> tuple[float, ...]:
        """`action` with the code of the `text` that the agent wrote with it."""
        return tuple(action)

    def spelled(self, agent: str, action: Sequence[float]) -> str:
        """A text that says what the statement of `action` stands for: what a scripted agent would have written."""
        return ""

    # -- who reads what others write ---------------------------------------------------------------------------------

    def read_by(self, agent: str) -> tuple[str, ...]:
        """All others, where agents write and what they write is given to this one."""
        given = self.writes and self.spec.gives(SAID, agent)
        return tuple([other for other in self.possible_agents if other != agent]) if given else ()

    def overheard(self, agent: str, replies: Mapping[str, str]) -> str:
        """What those say whom the agent reads: their texts, and neither what they chose nor what they thought."""
        texts = {
            other: read_stated(replies[other], self.options(other), SAID).text
            for other in self.read_by(agent)
            if other in replies
        }
        return "\n".join(f"{other} wrote: {text}" for other, text in texts.items() if text)

    # -- menus -------------------------------------------------------------------------------------------------------

    def options(self, agent: str) -> tuple[Option, ...]:
        """The agent's menu in the order of this run: under letters, or by their own texts."""
        menu = self.menu(agent)
        lettered = self.spec.options == "letters"
        order = self._order(agent, len(menu)) if lettered else range(len(menu))
        return tuple(
            Option(
                LETTERS[place] if lettered else menu[which].text,
                menu[which].text,
                menu[which].action,
                menu[which].violates,
            )
            for place, which in enumerate(order)
        )

    def orders(self) -> tuple[Self, ...]:
        """With each option under each letter, where options have letters and all agents have as many of them."""
        counts = {len(self.menu(agent)) for agent in self.possible_agents}
        if self.spec.options != "letters" or len(counts) != 1:
            return (self,)
        turns = range(1, counts.pop())
        build: Any = type(self)
        return (self, *(build(self.spec.model_copy(update={"turn": self.spec.turn + by})) for by in turns))

    def _order(self, agent: str, count: int) -> list[int]:
        if self.spec.order_seed is None:
            return list(range(count))
        order = [int(place) for place in named_generator(self.spec.order_seed, "menu", 0, agent).permutation(count)]
        turn = self.spec.turn % count
        return order[turn:] + order[:turn]

    # -- plays -------------------------------------------------------------------------------------------------------

    def play(self, benchmark: str, agent: str, observation: Observation) -> NDArray[np.float64]:
        """The action of a named play; `random` takes each entry of the menu alike."""
        if benchmark == RANDOM:
            menu = self.menu(agent)
            coming = round(float(observation["round"][0])) + 1
            seed = self._seed or 0  # Whoever asks before the first episode asks whether there is such a play.
            return np.array(menu[named_integer(seed, "random-play", coming, agent) % len(menu)].action)
        plays = self.plays(agent)
        if benchmark not in plays:
            raise unknown_name("benchmark", benchmark, [*plays, RANDOM])
        return np.array(plays[benchmark], dtype=np.float64)

    # -- replies -----------------------------------------------------------------------------------------------------

    @property
    def writes(self) -> bool:
        """Whether agents say in their own words what goes with a choice."""
        return self.spec.statements == "written"

    def reply_schema(self, agent: str) -> dict[str, Any]:
        """Of a choice alone, or of a text and a choice."""
        if not self.writes:
            return super().reply_schema(agent)
        return stated_schema(self.options(agent), SAID, self.spec.characters)

    def read(self, agent: str, reply: str, *, finished: bool = True) -> Answer:
        """What a reply chooses, with the code of what it says."""
        if not self.writes:
            return super().read(agent, reply, finished=finished)
        stated = read_stated(reply, self.options(agent), SAID, finished=finished)
        if stated.answer.action is None:
            return stated.answer
        return Answer(self.coded(agent, stated.answer.action, stated.text))

    def written(self, agent: str, action: Sequence[float]) -> str:
        """The reply that says `action`, in a text that is coded as it, where agents write."""
        if not self.writes:
            return super().written(agent, action)
        numbers = tuple(float(number) for number in action)
        option = next(one for one in self.options(agent) if one.action[0] == numbers[0])
        return written_stated(option, SAID, self.spelled(agent, numbers))
