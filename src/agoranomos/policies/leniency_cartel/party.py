"""What policies for the leniency cartel share: talk, and prices as places in the grid."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from agoranomos.documents import DocumentPart
from agoranomos.errors import UsageError
from agoranomos.markets.leniency_cartel import LeniencyCartel
from agoranomos.policies.policy import Observation, Seat
from agoranomos.policies.scripted import Scripted, as_action

ParametersT = TypeVar("ParametersT", bound=DocumentPart)
MemoryT = TypeVar("MemoryT")


class Party(Scripted[ParametersT, MemoryT]):
    """A firm in a leniency cartel: it knows the grid and its benchmarks. Prices are places in the grid."""

    def __init__(self, parameters: ParametersT, seat: Seat) -> None:
        super().__init__(parameters, seat)
        market = seat.market
        if not isinstance(market, LeniencyCartel):
            raise UsageError(
                f"policy {self.name!r} knows markets of type leniency-cartel only; {market.spec.name} is of type "
                f"{market.spec.type}"
            )
        self.nash = market.benchmarks["nash"]
        self.collusive = market.benchmarks["monopoly"]
        self.price_step = market.spec.price_step
        self._replies: dict[int, int] = {}

    def acts(self, proposal: int | None, price: int) -> np.ndarray:
        """The action that asks `price` and proposes `proposal` for the next round; None is silence."""
        return as_action([0.0 if proposal is None else proposal + 1.0, float(price)])

    def agreed(self, observation: Observation) -> int | None:
        """The price agreed on for the round to come, if any."""
        said = int(observation["agreed"][0])
        return said - 1 if said else None

    def best_reply(self, price: int) -> int:
        """The price that earns most where all others ask `price`."""
        if price not in self._replies:
            others = np.full((len(self.seat.market.possible_agents), 2), [0.0, price])
            self._replies[price] = self.game.best_reply(self.seat.index, others)
        return self._replies[price]
