"""What a YAML file of `kind: market`, `type: lemonade` says."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from agoranomos.documents import Name
from agoranomos.markets import MarketSpec
from pydantic import Field, model_validator


class LemonadeSpec(MarketSpec):
    """Stands that sell the same lemonade and ask a whole number of cents, `dearest` at most.

    For every cent up to `dearest` one customer would pay just that; a cup costs a stand `cost` cents.
    """

    type: Literal["lemonade"] = "lemonade"
    name: Name = "lemonade-street"
    stands: Annotated[tuple[Name, ...], Field(min_length=1, max_length=64)] = ("ada", "ben")
    dearest: Annotated[int, Field(ge=2, le=10_000)] = 30
    cost: Annotated[int, Field(ge=0)] = 10

    @model_validator(mode="after")
    def _check(self) -> Self:
        if len(set(self.stands)) < len(self.stands):
            raise ValueError("two stands have the same name")
        if self.cost > self.dearest - 2:
            raise ValueError(f"at a cost of {self.cost} nobody can sell: the dearest price is {self.dearest}")
        return self
