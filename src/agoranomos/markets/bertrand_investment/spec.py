"""The specification of the game of prices and investment: `kind: market`, `type: bertrand-investment`."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from agoranomos.documents import Finite, Name
from agoranomos.markets.bertrand.logit_equilibrium import logit_monopoly
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.written import Names
from agoranomos.randomness import MAX_EXACT_INTEGER

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]


class BertrandInvestmentSpec(MarketSpec):
    """N firms set prices of M goods, and may pay to make a good at the next lower unit cost, one step a round.

    `unit_cost` are the costs by level, from the first on; `investment` is what each step costs, for one firm and good;
    `funds` is what each firm begins with. Each good has a logit market of its own: `quality`, `outside`, `mu` and
    `size` are a, a_0, mu and the number of consumers. The defaults are the game of Lin et al. (2024, released code).
    """

    type: Literal["bertrand-investment"] = "bertrand-investment"
    name: Name = "bertrand-investment"
    firms: Annotated[Names, Field(min_length=1, max_length=16)] = ("firm_1", "firm_2")
    goods: Annotated[Names, Field(min_length=1, max_length=16)] = ("A", "B")
    unit_cost: Annotated[tuple[NotNegative, ...], Field(min_length=1, max_length=16)] = (100.0, 80.0, 50.0)
    investment: tuple[Positive, ...] = (10_000.0, 10_000.0)
    funds: NotNegative = 8_500.0
    quality: Finite = 75.0
    outside: Finite = 0.0
    mu: Positive = 8.0
    size: Positive = 1_000.0
    price_cap: Positive = 200.0

    @field_validator("unit_cost")
    @classmethod
    def _falling(cls, costs: tuple[float, ...]) -> tuple[float, ...]:
        if any(later >= earlier for earlier, later in pairwise(costs)):
            raise ValueError("each step of investment lowers the unit cost; falling numbers were expected")
        return costs

    @model_validator(mode="after")
    def _playable(self) -> BertrandInvestmentSpec:
        if len(self.investment) != len(self.unit_cost) - 1:
            raise ValueError(
                f"{len(self.investment)} investments for {len(self.unit_cost)} unit costs; one fewer was expected"
            )
        if self.price_cap <= self.unit_cost[0]:
            raise ValueError(f"a price of at most {self.price_cap:g} is not above the first unit cost: nobody can sell")
        if (self.quality - self.outside - self.unit_cost[-1]) / self.mu < -20.0:
            raise ValueError("even at the lowest cost not one consumer in 400 million would buy: the market is empty")
        cheapest = np.array([self.unit_cost[-1]])
        margin = float((logit_monopoly(cheapest, np.array([self.quality]), self.mu, self.outside) - cheapest)[0])
        served = self.size * len(self.goods)
        kept = self.funds + margin * served * self.rounds  # alone in every market at the lowest cost, at the best price
        surplus = (abs(self.quality - self.outside) + 5.0 * self.mu) * served
        most = max(kept, surplus + margin * served * len(self.firms), sum(self.investment), self.price_cap)
        if most * SCALE > MAX_EXACT_INTEGER:
            raise ValueError(
                f"values up to {most:.3g} could not be recorded exactly in millionths "
                f"(at most {MAX_EXACT_INTEGER / SCALE:.3g}); choose larger units of quantity or money"
            )
        return self
