"""A cartel that takes turns."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from agoranomos.documents import DocumentPart
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation
from agoranomos.policies.scripted import Memoryless
from agoranomos.randomness import Randomness


class RotationParameters(DocumentPart):
    """`turn`: how many rounds an agent's turn lasts."""

    turn: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 1


class Rotation(Memoryless[RotationParameters]):
    """Takes turns: in its own it takes all that the others leave, in another's it makes way.

    Turns go round in the market's order. Making way is the entry of the menu at which the agent whose turn it is can
    earn most, everybody else at theirs; in its turn an agent plays its best reply to that. In the prisoner's dilemma
    one defects at a time; in a Cournot market one firm at a time is the monopolist. Source: rotation in bidding rings,
    McAfee and McMillan (1992), Bidding Rings; Aoyagi (2003), Bid Rotation and Collusion in Repeated Auctions.
    """

    name = "rotation"
    parameters_type = RotationParameters
    facts = Facts("collusion", needs=("game",))

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The action of the agent whose turn it is, or of one that makes way."""
        agents = len(self.seat.market.possible_agents)
        turn = int(observation["round"][0]) // self.parameters.turn % agents
        return Decision(self._in_turn_of[turn], None)

    @cached_property
    def _in_turn_of(self) -> tuple[NDArray[np.float64], ...]:
        """Own action in each agent's turn."""
        index, menu = self.seat.index, np.array(self.game.menus[self.seat.index])
        menu.flags.writeable = False
        agents = range(len(self.game.menus))
        ways = [self._making_way(active) for active in agents]
        own = self.game.best_reply(index, np.array([m[k] for m, k in zip(self.game.menus, ways[index], strict=True)]))
        return tuple(menu[own if active == index else ways[active][index]] for active in agents)

    def _making_way(self, active: int) -> list[int]:
        """The place on everybody's menu that leaves most to the agent `active`; its own is not used.

        One agent after another settles on the entry at which the best reply of `active` earns most; those that have
        not settled yet stand at the first entry of theirs, so the order is that of the market.
        """
        menus = self.game.menus
        settled = [0] * len(menus)
        for other in range(len(menus)):
            if other == active:
                continue
            earned = []
            for place in range(len(menus[other])):
                tried = [*settled[:other], place, *settled[other + 1 :]]
                joint = np.array([menu[k] for menu, k in zip(menus, tried, strict=True)])
                earned.append(float(self.game.replies(active, joint).max()))
            settled[other] = int(np.argmax(earned))
        return settled
