"""What policies for credence goods share: prices by a benchmark, and a way to serve."""

from __future__ import annotations

from typing import ClassVar, TypeVar

import numpy as np
from pydantic import model_validator

from agoranomos.documents import DocumentPart, Finite, Name
from agoranomos.errors import UsageError, unknown_name
from agoranomos.institutions.notices import Notice
from agoranomos.markets.credence_goods import CredenceGoods
from agoranomos.markets.credence_goods.env import as_action
from agoranomos.markets.credence_goods.measures import posted_prices
from agoranomos.markets.credence_goods.theory import HONEST, Conduct
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Scripted
from agoranomos.randomness import Randomness

UNDERTREAT = Conduct((0, 0), (0, 1))
"""The minor treatment for all, charged as the one that was needed."""
OVERTREAT = Conduct((1, 1), (1, 1))
"""The major treatment for all."""
OVERCHARGE = Conduct((0, 1), (1, 1))
"""The treatment that was needed, charged as a major one."""

ParametersT = TypeVar("ParametersT", bound="ExpertParameters")
MemoryT = TypeVar("MemoryT")


class ExpertParameters(DocumentPart):
    """`prices`: the benchmark whose prices it posts, or a pair of its own (`minor_price`, `major_price`)."""

    prices: Name = "efficient"
    minor_price: Finite | None = None
    major_price: Finite | None = None

    @model_validator(mode="after")
    def _both_or_none(self) -> ExpertParameters:
        if (self.minor_price is None) != (self.major_price is None):
            raise ValueError("minor_price and major_price are given together")
        return self


class Expert(Scripted[ParametersT, MemoryT]):
    """An expert with fixed prices in a market for credence goods."""

    def __init__(self, parameters: ParametersT, seat: Seat) -> None:
        super().__init__(parameters, seat)
        market = seat.market
        if not isinstance(market, CredenceGoods):
            raise UsageError(
                f"policy {self.name!r} knows markets of type credence-goods only; {market.spec.name} is of type "
                f"{market.spec.type}"
            )
        if parameters.prices not in market.benchmarks:
            raise unknown_name("benchmark", parameters.prices, market.benchmarks)
        self._liability, self._verifiability = market.spec.liability, market.spec.verifiability
        self._prices = posted_prices(market.spec, market.benchmarks[parameters.prices])
        if parameters.minor_price is not None and parameters.major_price is not None:
            self._prices = (parameters.minor_price, parameters.major_price)

    def serves(self, conduct: Conduct) -> np.ndarray:
        """The action with its prices and this conduct, as far as the market's institutional facts allow it."""
        treats = (conduct.treats[0], 1 if self._liability else conduct.treats[1])
        charges = treats if self._verifiability else conduct.charges
        action = as_action(self._prices, Conduct(treats, charges))
        action.flags.writeable = False
        return action


class OneWay(Expert[ExpertParameters, None]):
    """An expert that serves everybody the same way in every round."""

    conduct: ClassVar[Conduct] = HONEST
    parameters_type = ExpertParameters
    facts = Facts("competition")

    def start(self) -> None:
        """Nothing to remember."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The same prices and the same service, always."""
        return Decision(self.serves(self.conduct), None)
