"""The specification of a market for credence goods: what a file of `kind: market`, `type: credence-goods` says."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from agoranomos.documents import Finite, Name
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.written import Names
from agoranomos.randomness import MAX_EXACT_INTEGER

MAX_EXPERTS = 64
MAX_CONSUMERS = 1_000
MAX_PRICES = 201

Positive = Annotated[Finite, Field(gt=0)]
NotNegative = Annotated[Finite, Field(ge=0)]


class CredenceGoodsSpec(MarketSpec):
    """Experts diagnose, treat and charge consumers who never learn what they needed.

    Each round `consumers` come with a problem, major with probability `major_probability`. A major treatment cures
    both problems, a minor one the minor problem only; being cured is worth `value`. Treatments cost the expert
    `minor_cost` and `major_cost`; it posts a price for each, on a grid from `least_price` to `most_price` in steps of
    `price_step`. A consumer who visits nobody has `outside`.

    With `verifiability` an expert charges for the treatment it gave; with `liability` it cures. What consumers believe:
    `theory`, that experts do what pays best at the posted prices; `experience`, that they are honest, corrected by what
    their customers got: `learning` is the weight of the newest round, and a tarnished name recovers by `forgetting` a
    round without customers. Defaults: Dulleck, Kerschbamer and Sutter (2011), condition without either institution.
    """

    type: Literal["credence-goods"] = "credence-goods"
    name: Name = "credence-goods"
    experts: Annotated[Names, Field(min_length=1, max_length=MAX_EXPERTS)] = (
        "expert_1",
        "expert_2",
        "expert_3",
        "expert_4",
    )
    treatments: Annotated[Names, Field(min_length=2, max_length=2)] = ("minor", "major")
    consumers: Annotated[int, Field(ge=1, le=MAX_CONSUMERS)] = 4
    value: Positive = 10.0
    minor_cost: NotNegative = 2.0
    major_cost: NotNegative = 6.0
    major_probability: Annotated[Finite, Field(gt=0, lt=1)] = 0.5
    outside: NotNegative = 1.6
    least_price: NotNegative = 1.0
    most_price: Positive = 11.0
    price_step: Positive = 1.0
    verifiability: bool = False
    liability: bool = False
    beliefs: Literal["theory", "experience"] = "experience"
    learning: Annotated[Finite, Field(gt=0, le=1)] = 0.05
    forgetting: Annotated[Finite, Field(ge=0, le=1)] = 0.2

    @model_validator(mode="after")
    def _makes_sense(self) -> CredenceGoodsSpec:
        if not self.minor_cost < self.major_cost < self.value:
            raise ValueError(
                f"costs of {self.minor_cost:g} and {self.major_cost:g} for a value of {self.value:g}: the minor "
                "treatment must cost less than the major one, and that less than being cured is worth"
            )
        gain = self.value - self.mean_cost
        if gain <= self.outside:
            raise ValueError(
                f"treatment gains {gain:g} on average, no more than the {self.outside:g} of staying out: "
                "the market is empty"
            )
        if not all(round(number * SCALE, 3).is_integer() for number in (self.least_price, self.price_step)):
            raise ValueError("least_price and price_step must be whole numbers of millionths")
        if self.most_price < self.least_price:
            raise ValueError(
                f"prices from {self.least_price:g} to {self.most_price:g}: the other way round was expected"
            )
        if self.prices > MAX_PRICES:
            raise ValueError(f"{self.prices} prices; at most {MAX_PRICES} are on the grid")
        if self.value - self.least_price < self.outside:
            raise ValueError(
                f"a cure for {self.least_price:g}, the least price, leaves a consumer with "
                f"{self.value - self.least_price:g}, less than the {self.outside:g} of staying out: the market is empty"
            )
        if self.price(self.prices - 1) < self.minor_cost:
            raise ValueError(
                f"the highest price of the grid is {self.price(self.prices - 1):g}, below the minor cost of "
                f"{self.minor_cost:g}; no price would cover any treatment"
            )
        largest = self.consumers * max(self.value, self.most_price, self.outside)
        if largest * SCALE * 10 > MAX_EXACT_INTEGER:
            raise ValueError(f"sums up to {largest:.3g} could not be recorded exactly; choose a larger unit of money")
        return self

    @property
    def prices(self) -> int:
        """How many prices the grid has."""
        return int((self.most_price - self.least_price) / self.price_step + 1e-9) + 1

    @property
    def mean_cost(self) -> float:
        """What treating everybody as needed costs on average."""
        return self.minor_cost + self.major_probability * (self.major_cost - self.minor_cost)

    def price(self, place: int) -> float:
        """The price at a place of the grid, from 0; as it is recorded."""
        return round((self.least_price + place * self.price_step) * SCALE) / SCALE
