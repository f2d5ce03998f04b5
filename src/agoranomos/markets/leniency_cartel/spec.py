"""The specification of a leniency cartel: what a YAML file of `kind: market`, `type: leniency-cartel` says."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field, model_validator

from agoranomos.documents import Finite, Name
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.written import Names
from agoranomos.randomness import MAX_EXACT_INTEGER

MAX_FIRMS = 16
MAX_PRICES = 201

Positive = Annotated[Finite, Field(gt=0)]


class LeniencyCartelSpec(MarketSpec):
    """Firms with differentiated goods talk or do not, then choose prices from a grid.

    Demand is that of a representative consumer with utility `a sum q - (sum q^2 + gamma sum_{i != j} q_i q_j) / 2`:
    `intercept` a, `substitution` gamma between 0 (monopolies) and 1 (one good). Prices are 0, step, 2 step, ..
    (`prices` of them). Traces of an agreement can be found for `evidence_lasts` rounds, its own included; without it,
    for ever. The defaults are the duopoly of Bigoni, Fridolfsson, Le Coq and Spagnolo (2012): a = 36,
    gamma = 4/5, no costs and 13 prices, of which the fourth is Nash and the tenth the joint monopoly's.
    """

    type: Literal["leniency-cartel"] = "leniency-cartel"
    name: Name = "leniency-cartel"
    firms: Annotated[Names, Field(min_length=2, max_length=MAX_FIRMS)] = ("firm_1", "firm_2")
    goods: Annotated[Names, Field(min_length=1, max_length=1)] = ("product",)
    intercept: Positive = 36.0
    substitution: Annotated[Finite, Field(ge=0, lt=1)] = 0.8
    marginal_cost: Annotated[Finite, Field(ge=0)] = 0.0
    prices: Annotated[int, Field(ge=2, le=MAX_PRICES)] = 13
    price_step: Positive = 2.0
    evidence_lasts: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> LeniencyCartelSpec:
        if self.marginal_cost >= self.intercept:
            raise ValueError(
                f"marginal_cost {self.marginal_cost:g} is not below the intercept {self.intercept:g}: "
                "the market is empty"
            )
        if self.price_step * (self.prices - 1) <= self.marginal_cost:
            raise ValueError(
                f"the highest price is {self.price_step * (self.prices - 1):g}, not above the marginal cost of "
                f"{self.marginal_cost:g}; no price would cover it"
            )
        if not round(self.price_step * SCALE, 3).is_integer():
            raise ValueError(f"price_step {self.price_step!r} is no whole number of millionths")
        dearest = max(self.intercept, self.price_step * self.prices)
        largest = len(self.firms) * dearest * dearest / (1 - self.substitution)
        if largest * SCALE > MAX_EXACT_INTEGER:
            raise ValueError(
                f"values up to {largest:.3g} could not be recorded exactly in millionths "
                f"(at most {MAX_EXACT_INTEGER / SCALE:.3g}); choose larger units of quantity or money"
            )
        step_above = math.floor(self.marginal_cost / self.price_step + 1e-9) + 1
        if self.price_step * step_above >= self.intercept:
            raise ValueError(
                f"no price of the grid lies between the marginal cost of {self.marginal_cost:g} and the intercept "
                f"{self.intercept:g}, where nobody buys; choose a smaller price_step"
            )
        return self

    def price(self, index: int) -> float:
        """The price at a place of the grid, from 0."""
        return index * self.price_step
