"""The specification of a double auction: what a YAML file of `kind: market`, `type: double-auction` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, TypeAlias

import numpy as np
from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from agoranomos.documents import DocumentPart, Name
from agoranomos.errors import UsageError
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.written import is_list
from agoranomos.randomness import MAX_EXACT_INTEGER, named_generator

NotNegative = Annotated[float, Field(ge=0)]
Schedule: TypeAlias = Annotated[tuple[NotNegative, ...], Field(min_length=1, max_length=64)]

MAX_TRADERS = 1024
MOST_DRAWS = 10_000
"""Schedules in which nobody gains from trade are drawn anew, so many times at most."""
VALUES = ((140.0, 115.0, 95.0), (135.0, 112.0, 94.0), (130.0, 109.0, 92.0), (125.0, 106.0, 90.0), (120.0, 103.0, 88.0))
COSTS = ((60.0, 85.0, 105.0), (65.0, 88.0, 106.0), (70.0, 91.0, 108.0), (75.0, 94.0, 110.0), (80.0, 97.0, 112.0))


class DrawnSchedules(DocumentPart):
    """Schedules that are drawn once a run: `units` for each trader, uniform between two bounds, then put in order."""

    units: Annotated[int, Field(ge=1, le=64)]
    values: tuple[NotNegative, NotNegative]
    costs: tuple[NotNegative, NotNegative]

    @field_validator("values", "costs")
    @classmethod
    def _ordered(cls, bounds: tuple[float, float]) -> tuple[float, float]:
        if bounds[0] > bounds[1]:
            raise ValueError(f"from {bounds[0]:g} to {bounds[1]:g}: the lower bound comes first")
        return bounds

    @model_validator(mode="after")
    def _worth_it(self) -> DrawnSchedules:
        if self.values[1] <= self.costs[0]:
            raise ValueError(f"values up to {self.values[1]:g}, costs from {self.costs[0]:g}: nobody gains from trade")
        return self


class DoubleAuctionSpec(MarketSpec):
    """Buyers with values and sellers with costs, several units each, trade one good by limit orders.

    `values` has a row a buyer, from the first unit to the last, none dearer than the one before; `costs` a row a
    seller, none cheaper. `rule: continuous` is a limit-order book in which a day lasts `steps` rounds; under
    `rule: clearing-house` a round is a day, and all its orders meet at one price. Orders are prices from 0 to
    `highest_price`. With `draw` the schedules are drawn from the run's seed, as many rows as `buyers` and `sellers`.
    """

    type: Literal["double-auction"] = "double-auction"
    name: Name = "double-auction-continuous"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 300
    buyers: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MAX_TRADERS)]
    sellers: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MAX_TRADERS)]
    goods: Annotated[tuple[Name, ...], Field(min_length=1, max_length=1)] = ("asset",)
    rule: Literal["continuous", "clearing-house"] = "continuous"
    draw: DrawnSchedules | None = None
    values: tuple[Schedule, ...]
    costs: tuple[Schedule, ...]
    highest_price: Annotated[float, Field(gt=0)] = 200.0
    steps: Annotated[int, Field(ge=1, le=1_000_000)]

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        """Defaults, and schedules where they are drawn (those of seed 0 until `drawn` is asked); checks nothing."""
        if not isinstance(data, Mapping):
            return data
        filled: dict[str, Any] = {**data}
        filled.setdefault("steps", 1 if filled.get("rule") == "clearing-house" else 60)
        if filled.get("draw") is not None and not filled.keys() & {"values", "costs"}:
            try:
                return _with_schedules(filled, 0)
            except ValidationError:
                pass  # It comes up again where the field itself is read, and then with its place.
        filled.setdefault("values", VALUES)
        filled.setdefault("costs", COSTS)
        for side, along in (("buyers", "values"), ("sellers", "costs")):
            rows = len(filled[along]) if is_list(filled[along]) else 1
            filled.setdefault(side, tuple(f"{side[:-1]}_{i + 1}" for i in range(rows)))
        return filled

    @field_validator("sellers")
    @classmethod
    def _distinct(cls, sellers: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        names = (*info.data.get("buyers", ()), *sellers)
        for k, name in enumerate(names):
            if name in names[:k]:
                raise ValueError(f"{name!r} is named twice")
        return sellers

    @field_validator("values", "costs")
    @classmethod
    def _schedules(cls, rows: tuple[Schedule, ...], info: ValidationInfo) -> tuple[Schedule, ...]:
        buying = info.field_name == "values"
        side = "buyers" if buying else "sellers"
        traders = info.data.get(side, rows)
        if len(rows) != len(traders):
            raise ValueError(f"{len(rows)} rows for {len(traders)} {side}; one row each was expected")
        counted = tuple(tuple(round(amount * SCALE) / SCALE for amount in row) for row in rows)
        for name, row, given in zip(traders, counted, rows, strict=True):
            if any(abs(a - b) > 1e-12 * max(a, 1.0) for a, b in zip(row, given, strict=True)):
                raise ValueError(f"money is counted in millionths; give {name} at most six decimals")
            ordered = sorted(row, reverse=buying)
            if list(row) != ordered:
                order = "fall" if buying else "rise"
                raise ValueError(f"the row of {name} is not in order; {info.field_name} {order} from unit to unit")
        return counted

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        dearest = max(max(row) for row in (*self.values, *self.costs))
        if dearest > self.highest_price:
            raise ValueError(f"orders go up to {self.highest_price:g}, and a unit is worth, or costs, {dearest:g}")
        if max(row[0] for row in self.values) <= min(row[0] for row in self.costs):
            raise ValueError("nobody would gain from trade: no value is above a cost")
        units = sum(len(row) for row in (*self.values, *self.costs))
        if self.highest_price * units * SCALE > MAX_EXACT_INTEGER:
            raise ValueError(
                f"values up to {self.highest_price * units:.3g} could not be recorded exactly in millionths "
                f"(at most {MAX_EXACT_INTEGER / SCALE:.3g}); choose larger units of money"
            )
        if self.rule == "clearing-house" and self.steps != 1:
            raise ValueError("steps: in a clearing house a round is a day; 1 was expected")
        return self

    def drawn(self, seed: int) -> Self:
        """The specification with the schedules of this seed; itself where nothing is drawn."""
        if self.draw is None:
            return self
        try:
            fields = _with_schedules(self.model_dump(), seed)
        except ValueError as error:
            raise UsageError(f"{self.name}: {error}") from None
        return type(self).model_validate(fields)

    @property
    def traders(self) -> tuple[str, ...]:
        """Buyers, then sellers."""
        return (*self.buyers, *self.sellers)


def _with_schedules(fields: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The fields with schedules drawn as `draw` says; again and again until somebody gains from trade."""
    given = fields["draw"]
    draw = given if isinstance(given, DrawnSchedules) else DrawnSchedules.model_validate(given)
    filled = dict(fields)
    for side in ("buyers", "sellers"):
        filled.setdefault(side, tuple(f"{side[:-1]}_{i + 1}" for i in range(5)))
    sizes = [len(filled[side]) if is_list(filled[side]) else 1 for side in ("buyers", "sellers")]
    generator = named_generator(seed, "schedules")
    for _ in range(MOST_DRAWS):
        values = np.sort(generator.uniform(*draw.values, (max(sizes[0], 1), draw.units)), axis=1)[:, ::-1]
        costs = np.sort(generator.uniform(*draw.costs, (max(sizes[1], 1), draw.units)), axis=1)
        if np.round(values, 6).max() > np.round(costs, 6).min():
            break
    else:
        raise ValueError(f"draw: in {MOST_DRAWS:,} draws nobody gained from trade; values and costs must overlap more")
    rounded = {"values": values, "costs": costs}
    return filled | {name: tuple(map(tuple, np.round(rows, 6).tolist())) for name, rows in rounded.items()}
