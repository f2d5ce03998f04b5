"""A cartel that fixes prices, as high as it dares."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from gymnasium import spaces
from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless, as_action
from agoranomos.randomness import Randomness


class PriceCartelParameters(DocumentPart):
    """`elevation`: where the price is fixed, 0 at Nash and 1 at the joint monopoly."""

    elevation: Annotated[Finite, Field(ge=0, le=1)] = 1.0


class PriceCartel(Memoryless[PriceCartelParameters]):
    """Asks the price at a given part of the way from Nash to the joint monopoly, whatever anybody does.

    Below 1 it parks its price under a threshold that it knows; on a grid of prices it asks the nearest. Source: price
    fixing, Stigler (1964), A Theory of Oligopoly; cartels that adapt to a screen, Harrington (2008), Detecting Cartels.
    """

    name = "price-cartel"
    parameters_type = PriceCartelParameters
    facts = Facts("collusion", needs=("play",))

    def __init__(self, parameters: PriceCartelParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self.require_benchmarks("nash", "monopoly")

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The fixed price, always."""
        nash, monopoly = self.benchmark("nash", observation), self.benchmark("monopoly", observation)
        price = nash + self.parameters.elevation * (monopoly - nash)
        if not isinstance(self.seat.market.action_space(self.seat.agent), spaces.Box):
            price = np.round(price)
        return Decision(as_action(price), None)
