"""The specification of a procurement market: what a YAML file of `kind: market`, `type: procurement` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, ValidationInfo, field_validator, model_validator

from agoranomos.documents import Name
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.written import Names, is_list
from agoranomos.randomness import MAX_EXACT_INTEGER

NotNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Interval: TypeAlias = tuple[NotNegative, NotNegative]

MAX_SUPPLIERS = 64
ROOM_ABOVE = 2.0
"""Bids go up to so many times the reserve price or the highest cost, whichever is more."""


class ProcurementSpec(MarketSpec):
    """A buyer awards one contract a round to the lowest of the sealed bids that do not exceed the `reserve` price.

    Each supplier's cost is drawn anew each round, uniform on its interval of `cost`, and known to it alone. `cost` may
    be one interval for all suppliers or one each; unequal ones need `rule: second-price`. `value` is what the contract
    is worth to the buyer; it defaults to the reserve price.
    """

    type: Literal["procurement"] = "procurement"
    name: Name = "procurement-first-price"
    firms: Annotated[Names, Field(min_length=2, max_length=MAX_SUPPLIERS)]
    goods: Annotated[Names, Field(min_length=1, max_length=1)] = ("contract",)
    rule: Literal["first-price", "second-price"] = "first-price"
    cost: tuple[Interval, ...]
    reserve: Positive
    value: Positive

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        """Defaults, and one interval spread over all suppliers; checks nothing."""
        if not isinstance(data, Mapping):
            return data
        filled = {"cost": (50.0, 100.0), "reserve": 100.0, **data}
        if not data.keys() & {"reserve", "value"}:
            filled["value"] = 120.0
        filled.setdefault("value", filled["reserve"])
        cost = filled["cost"]
        one = is_list(cost) and len(cost) > 0 and not any(is_list(part) for part in cost)
        several = len(cost) if is_list(cost) and not one else 4
        filled.setdefault("firms", tuple(f"supplier_{i + 1}" for i in range(several)))
        if one:
            filled["cost"] = (cost,) * (len(filled["firms"]) if is_list(filled["firms"]) else 1)
        return filled

    @field_validator("cost")
    @classmethod
    def _intervals(cls, intervals: tuple[Interval, ...], info: ValidationInfo) -> tuple[Interval, ...]:
        firms = info.data.get("firms", intervals)
        if len(intervals) != len(firms):
            raise ValueError(f"{len(intervals)} intervals for {len(firms)} suppliers; one each was expected")
        for low, high in intervals:
            if high - low < 1 / SCALE:
                raise ValueError(f"from {low:g} to {high:g}: a private cost is drawn from an interval of some length")
        unequal = next((own for own in intervals if own != intervals[0]), None)
        if unequal is not None and info.data.get("rule") == "first-price":
            raise ValueError(
                f"from {intervals[0][0]:g} to {intervals[0][1]:g} for one supplier and from {unequal[0]:g} to "
                f"{unequal[1]:g} for another: the first-price equilibrium is known in closed form for equal intervals "
                "only; give one interval, or `rule: second-price`"
            )
        return intervals

    @field_validator("reserve", "value")
    @classmethod
    def _whole_millionths(cls, amount: float) -> float:
        if amount * SCALE > MAX_EXACT_INTEGER:
            raise ValueError(f"{amount:.3g} could not be recorded exactly in millionths; choose larger units of money")
        counted = round(amount * SCALE) / SCALE
        if abs(counted - amount) > 1e-12 * amount:
            raise ValueError(f"{amount!r} is counted in millionths; give at most six decimals")
        return counted

    @model_validator(mode="after")
    def _sensible(self) -> ProcurementSpec:
        if self.reserve > self.value:
            raise ValueError(f"a reserve price of {self.reserve:g} is more than the contract's value of {self.value:g}")
        cheapest = min(low for low, _ in self.cost)
        if self.reserve <= cheapest:
            raise ValueError(f"at a reserve price of {self.reserve:g} nobody bids: costs begin at {cheapest:g}")
        if len(self.cost) * (self.ceiling + self.value) * SCALE > MAX_EXACT_INTEGER:
            raise ValueError(
                f"values up to {self.ceiling:.3g} could not be recorded exactly in millionths "
                f"(at most {MAX_EXACT_INTEGER / SCALE:.3g}); choose larger units of money"
            )
        return self

    @property
    def ceiling(self) -> float:
        """The highest number that can be bid; anything above the reserve price stays out."""
        return ROOM_ABOVE * max(self.reserve, *(high for _, high in self.cost))

    @property
    def equal(self) -> bool:
        """Whether all suppliers draw from one interval."""
        return all(interval == self.cost[0] for interval in self.cost)
