"""The specification of a commons: what a YAML file of `kind: market`, `type: commons` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from agoranomos.documents import Name
from agoranomos.markets.commons.growth import Doubling, Growth, LevhariMirman, Logistic
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.written import Names
from agoranomos.randomness import MAX_EXACT_INTEGER

MAX_USERS = 64


class CommonsSpec(MarketSpec):
    """N users take from a stock that grows back.

    `users` may be a number or names; `good` is what the stock is called. The episode begins with `initial_stock`, the
    `capacity` by default. `price` is paid for a unit taken; with logistic growth a unit costs `effort_cost / stock`.
    With `after_collapse: ends` the episode is over when the stock is gone, else it goes on with nothing to take.
    The defaults are the fishery of GovSim, arXiv 2404.16698.
    """

    type: Literal["commons"] = "commons"
    name: Name = "commons-fishery"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 12
    users: Annotated[Names, Field(min_length=1, max_length=MAX_USERS)]
    good: Name = "fish"
    capacity: Annotated[float, Field(ge=0.001, le=1_000_000_000)] = 100.0
    initial_stock: Annotated[float, Field(gt=0)]
    growth: Growth = Doubling()
    price: Annotated[float, Field(gt=0)] = 1.0
    effort_cost: Annotated[float, Field(ge=0)] = 0.0
    after_collapse: Literal["goes-on", "ends"] = "goes-on"

    @property
    def may_end_early(self) -> bool:
        """It ends when nothing is left."""
        return True

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        filled = {"users": 5, "initial_stock": data.get("capacity", 100.0), **data}
        if type(filled["users"]) is int:
            filled["users"] = tuple(f"user_{i + 1}" for i in range(min(max(filled["users"], 0), MAX_USERS + 1)))
        return filled

    @model_validator(mode="after")
    def _holds_together(self) -> CommonsSpec:
        if self.initial_stock > self.capacity:
            raise ValueError(f"an initial stock of {self.initial_stock} is above the capacity of {self.capacity}")
        if round(self.initial_stock * SCALE) < 1:
            raise ValueError("stocks are counted in millionths; an initial stock is at least 0.000001")
        if isinstance(self.growth, Doubling) and self.growth.collapse >= self.initial_stock:
            raise ValueError(
                f"a stock that begins at {self.initial_stock} and collapses below {self.growth.collapse} feeds nobody"
            )
        if not isinstance(self.growth, Logistic) and self.effort_cost:
            raise ValueError("`effort_cost` goes with logistic growth only; the other forms have none in their theory")
        if isinstance(self.growth, LevhariMirman) and self.price != 1.0:
            raise ValueError("under levhari-mirman users value the logarithm of their take; a price means nothing")
        if self.effort_cost >= self.price * self.capacity:
            raise ValueError(
                f"at an effort cost of {self.effort_cost} nobody would ever take: a unit earns {self.price} and "
                f"costs {self.effort_cost / self.capacity:.6g} even at the capacity"
            )
        if max(self.price, 1.0) * self.capacity * SCALE > MAX_EXACT_INTEGER:
            raise ValueError(
                f"values up to {max(self.price, 1.0) * self.capacity:.3g} could not be recorded exactly in millionths "
                f"(at most {MAX_EXACT_INTEGER / SCALE:.3g}); choose larger units"
            )
        return self
