"""What every policy of a commons knows from its seat."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from agoranomos.documents import DocumentPart
from agoranomos.errors import UsageError
from agoranomos.markets.commons import Commons
from agoranomos.policies.policy import Observation, Seat
from agoranomos.policies.scripted import Scripted

ParametersT = TypeVar("ParametersT", bound=DocumentPart)
MemoryT = TypeVar("MemoryT")


class User(Scripted[ParametersT, MemoryT]):
    """A user of a commons; it refuses a seat in any other market."""

    def __init__(self, parameters: ParametersT, seat: Seat) -> None:
        super().__init__(parameters, seat)
        if not isinstance(seat.market, Commons):
            raise UsageError(
                f"the policy {self.name!r} is for a commons; {seat.market.facts.market} is of type "
                f"{seat.market.spec.type}"
            )
        self.capacity = seat.market.spec.capacity

    def fair_share(self, observation: Observation) -> float:
        """What each may take of the stock that is there, by the `sustainable` benchmark."""
        return float(self.benchmark("sustainable", observation)[0])

    def asks(self, amount: float) -> np.ndarray:
        """The action that asks for `amount`, within 0 and the capacity."""
        return np.array([min(max(amount, 0.0), self.capacity)])
