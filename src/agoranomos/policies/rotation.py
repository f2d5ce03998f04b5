"""A cartel that takes turns."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from agoranomos.documents import DocumentPart
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless
from agoranomos.randomness import Randomness

AT_ONCE = 1_000_000
"""Numbers that the payoffs of one call may be asked for."""


class RotationParameters(DocumentPart):
    """`turn`: how many rounds an agent's turn lasts."""

    turn: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 1


class Rotation(Memoryless[RotationParameters]):
    """Takes turns: in its own it takes all that the others leave, in another's it makes way.

    Turns go round in the market's order. Making way is the entry of the menu at which the agent whose turn it is can
    earn most, the rest at the joint optimum; in its turn an agent plays its best reply to that. In the prisoner's
    dilemma one defects at a time; in a Cournot market one firm at a time is the monopolist. Source: rotation in bidding
    rings, McAfee and McMillan (1992), Bidding Rings; Aoyagi (2003), Bid Rotation and Collusion in Repeated Auctions.
    """

    name = "rotation"
    parameters_type = RotationParameters
    facts = Facts("collusion", needs=("play", "game"))

    def __init__(self, parameters: RotationParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        benchmark, nothing = self.joint_optimum(), self.nothing_seen()
        agents = seat.market.possible_agents
        self._optimum = np.array([seat.market.play(benchmark, agent, nothing) for agent in agents], dtype=np.float64)
        self._menu = np.array(self.game.menus[seat.index], dtype=np.float64)
        self._menu.flags.writeable = False
        self._known: dict[int, NDArray[np.float64]] = {}

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The action of the agent whose turn it is, or of one that makes way."""
        turn = int(observation["round"][0]) // self.parameters.turn % len(self._optimum)
        if turn not in self._known:
            self._known[turn] = self._menu[self._place_in_turn_of(turn)]
        return Decision(self._known[turn], None)

    def _place_in_turn_of(self, active: int) -> int:
        own = self.seat.index
        if active != own:
            return self._making_way(own, active)
        joint = self._optimum.copy()
        for other, menu in enumerate(self.game.menus):
            if other != own:
                joint[other] = menu[self._making_way(other, own)]
        return self.game.best_reply(own, joint)

    def _making_way(self, other: int, active: int) -> int:
        """The first place on the menu of `other` at which the best reply of `active` earns it most."""
        given, replies = self.game.menus[other], self.game.menus[active]
        rows = max(AT_ONCE // (len(replies) * self._optimum.size), 1)
        earned: list[float] = []
        for start in range(0, len(given), rows):
            some = given[start : start + rows]
            joint = np.tile(self._optimum, (len(some), len(replies), 1, 1))
            joint[:, :, other] = some[:, None]
            joint[:, :, active] = replies[None]
            earned += np.asarray(self.game.payoffs(joint))[..., active].max(axis=1).tolist()
        return int(np.argmax(earned))
