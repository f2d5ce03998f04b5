"""What every policy of a public goods game knows from its seat."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from agoranomos.documents import DocumentPart
from agoranomos.errors import UsageError
from agoranomos.markets.public_goods import PublicGoods
from agoranomos.policies.policy import Observation, Seat
from agoranomos.policies.scripted import Scripted

ParametersT = TypeVar("ParametersT", bound=DocumentPart)
MemoryT = TypeVar("MemoryT")


class Member(Scripted[ParametersT, MemoryT]):
    """A member of a public goods game; it refuses a seat in any other market."""

    def __init__(self, parameters: ParametersT, seat: Seat) -> None:
        super().__init__(parameters, seat)
        if not isinstance(seat.market, PublicGoods):
            raise UsageError(
                f"the policy {self.name!r} is for public goods; {seat.market.facts.market} is of type "
                f"{seat.market.spec.type}"
            )
        self.endowment = seat.market.spec.endowment[seat.index]
        self.punishment = seat.market.spec.punishment
        self._endowments = np.array(seat.market.spec.endowment)
        self._others = np.arange(len(self._endowments)) != seat.index
        self._parts = len(self._endowments) if self.punishment is not None else 1

    def punishes_now(self, observation: Observation) -> bool:
        """Whether the stage to be played is the punishment stage."""
        return bool(observation["stage"][0])

    def others_gave(self, observation: Observation) -> np.ndarray:
        """What each other member contributed last, as a part of its endowment; NaN for who was excluded."""
        given = np.asarray(observation["contributions"][self._others])
        return np.where(given < 0.0, np.nan, given / self._endowments[self._others])

    def gives(self, part: float) -> np.ndarray:
        """The action that contributes this part of the endowment, and assigns no points."""
        action = np.zeros(self._parts)
        action[0] = min(max(part, 0.0), 1.0) * self.endowment
        return action

    def punishes(self, points: np.ndarray) -> np.ndarray:
        """The action that assigns these points to the other members, in their order."""
        assert self.punishment is not None
        action = np.zeros(self._parts)
        action[1:] = np.clip(points, 0.0, self.punishment.most)
        return action
