"""The specification of a price-competition market: what a YAML file of `kind: market`, `type: bertrand` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from agoranomos.documents import DocumentPart, Name
from agoranomos.markets.bertrand.demand import Array
from agoranomos.markets.bertrand.demand_forms import Demand, HomogeneousDemand, HotellingDemand, LogitDemand
from agoranomos.markets.bertrand.hotelling_equilibrium import hotelling_monopoly, hotelling_nash, why_not_hotelling
from agoranomos.markets.bertrand.logit_equilibrium import logit_monopoly, logit_nash
from agoranomos.markets.drawn import Ranges, draw, is_range, lifted, replaced, require_middles
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market_spec import MarketSpec, spec_of, without_floats
from agoranomos.markets.written import Names, is_list, is_number, lettered
from agoranomos.randomness import MAX_EXACT_INTEGER

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]

MAX_FIRMS = 64
LARGEST_SHOCK = 8.0
"""Standard deviations that the bound on recorded numbers allows for; a normal draw beyond it has probability 1e-15."""


class PriceGrid(DocumentPart):
    """The prices that firms choose among: `points` at equal distances.

    From `p_N - xi (p_M - p_N)` to `p_M + xi (p_M - p_N)` as in Calvano et al. (2020), section II.A, where p_N is the
    lowest Nash price and p_M the highest price of the joint monopoly; or from `low` to `high` where these are given.
    """

    points: Annotated[int, Field(ge=2, le=1000)] = 15
    xi: NotNegative | None = None
    low: NotNegative | None = None
    high: Positive | None = None

    @model_validator(mode="after")
    def _one_way(self) -> PriceGrid:
        if (self.low is None) != (self.high is None):
            raise ValueError("low and high were expected together")
        if self.low is not None and self.high is not None:
            if self.xi is not None:
                raise ValueError("either xi or low and high was expected, and not both")
            if not self.high - self.low >= (self.points - 1) / SCALE:
                raise ValueError("from low to high, prices of a grid are at least a millionth apart")
        return self


class PriceShock(DocumentPart):
    """Multiplicative noise on how many consumers there are: `1 + sigma z`, z standard normal, drawn anew each round.

    Prices are chosen before the draw is seen; Nash and monopoly prices do not depend on it.
    """

    sigma: Annotated[float, Field(ge=0, le=0.5)]


class BertrandSpec(MarketSpec):
    """N firms choose prices; demand is `logit`, `hotelling` or `homogeneous`; each serves who comes, at its unit cost.

    `cost` and `demand.quality` may be written as one number that holds for all. With `grid` an action is the index of
    a price; with `grid: null` it is a price from 0 to `price_cap` (by default twice the dearest price of the joint
    monopoly). With `timing: sequential` one firm a round may change its price, in turn, and the others' prices stand.
    A cost may be a range `{from: 0.9, to: 1.1}`, drawn by each run (`drawn`).
    The defaults are the duopoly of Calvano et al. (2020): a = 2, c = 1, a_0 = 0, mu = 1/4, 15 prices, xi = 0.1.
    """

    type: Literal["bertrand"] = "bertrand"
    name: Name = "bertrand-calvano"
    firms: Annotated[Names, Field(min_length=1, max_length=MAX_FIRMS)]
    goods: Annotated[Names, Field(min_length=1, max_length=MAX_FIRMS)]
    cost: tuple[NotNegative, ...]
    demand: Demand
    grid: PriceGrid | None = PriceGrid(xi=0.1)
    price_cap: Positive | None = None
    timing: Literal["simultaneous", "sequential"] = "simultaneous"
    demand_shock: PriceShock | None = None
    ranges: SkipJsonSchema[Ranges | None] = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        """Defaults and single numbers, spread over the firms that the other keys imply; checks ranges."""
        if not isinstance(data, Mapping):
            return data
        filled = {"cost": 1.0, "demand": {}, **data}
        demand = filled["demand"]
        if isinstance(demand, Mapping):
            demand = filled["demand"] = {"form": "logit", **demand}
            if demand["form"] == "logit":
                demand.setdefault("quality", 2.0)
        quality = _of(demand, "quality")
        lists = [
            value for value in (_of(filled, "firms"), _of(filled, "goods"), filled["cost"], quality) if is_list(value)
        ]
        count = max(len(lists[0]), 1) if lists else 2
        filled.setdefault("firms", tuple(f"firm_{i + 1}" for i in range(count)))
        filled.setdefault("goods", tuple(lettered(i) for i in range(count)))
        if is_number(filled["cost"]) or is_range(filled["cost"]):
            filled["cost"] = (filled["cost"],) * count
        if isinstance(demand, dict) and is_number(quality):
            demand["quality"] = (quality,) * count
        if isinstance(filled.get("grid"), Mapping) and not {"xi", "low", "high"} & set(filled["grid"]):
            filled["grid"] = {"xi": 0.1, **filled["grid"]}
        return lifted(filled, ("cost",))

    @field_validator("goods", "cost", "demand")
    @classmethod
    def _one_each(cls, value: Any, info: ValidationInfo) -> Any:
        firms = info.data.get("firms")
        numbers = value.quality if isinstance(value, LogitDemand) else value
        if firms is not None and isinstance(numbers, tuple) and len(numbers) != len(firms):
            what = (
                "qualities" if isinstance(value, LogitDemand) else "goods" if info.field_name == "goods" else "numbers"
            )
            raise ValueError(f"{len(numbers)} {what} for {len(firms)} firms; one a firm was expected")
        return value

    @model_validator(mode="after")
    def _answerable(self) -> BertrandSpec:
        """The market has benchmarks, and what happens in it can be recorded exactly."""
        fault = _fault(self)
        if fault:
            raise ValueError(fault)
        lowest, highest = self.price_range
        if lowest < 0:
            raise ValueError(
                f"the lowest price of the grid would be {lowest:g}; prices are not negative: choose a smaller xi"
            )
        sigma = self.demand_shock.sigma if self.demand_shock else 0.0
        most = self._largest_quantity() * (1 + LARGEST_SHOCK * sigma)
        dearest = max(highest, *self.cost, self._worth())
        if max(dearest, 1.0) * most * len(self.firms) * SCALE > MAX_EXACT_INTEGER:
            raise ValueError(
                f"values up to {dearest * most:.3g} could not be recorded exactly in millionths "
                f"(at most {MAX_EXACT_INTEGER / SCALE:.3g}); choose larger units of quantity or money"
            )
        return self

    @model_validator(mode="after")
    def _drawable(self) -> BertrandSpec:
        """Whatever is drawn, the market has benchmarks: all costs at the top, at the bottom, each at the bottom alone.

        What can go wrong is monotone in the costs, or in a difference of two of them.
        """
        ranges = self.ranges or {}
        require_middles({"cost": self.cost}, ranges)
        low = {place: bounds[0] for place, bounds in ranges.items()}
        high = {place: bounds[1] for place, bounds in ranges.items()}
        for costs in (low, high, *({**high, place: low[place]} for place in ranges)) if ranges else ():
            self._with(costs)
        return self

    @property
    def nash_price(self) -> Array:
        """The Nash prices of one simultaneous round, [N]."""
        cost, demand = np.asarray(self.cost), self.demand
        if isinstance(demand, LogitDemand):
            return logit_nash(cost, np.asarray(demand.quality), demand.mu, demand.outside)
        if isinstance(demand, HotellingDemand):
            return hotelling_nash(cost, demand.transport_cost)
        return _homogeneous_monopoly(demand, cost) if len(cost) == 1 else cost

    @property
    def monopoly_price(self) -> Array:
        """The prices that maximise the sum of profits, [N]."""
        cost, demand = np.asarray(self.cost), self.demand
        if isinstance(demand, LogitDemand):
            return logit_monopoly(cost, np.asarray(demand.quality), demand.mu, demand.outside)
        if isinstance(demand, HotellingDemand):
            return hotelling_monopoly(cost, demand.transport_cost, demand.reservation)
        return _homogeneous_monopoly(demand, cost)

    @property
    def price_range(self) -> tuple[float, float]:
        """The lowest and the highest price that a firm may ask."""
        nash, monopoly = float(self.nash_price.min()), float(self.monopoly_price.max())
        if self.grid is None:
            # in whole millionths, so that the bound itself can be asked
            return 0.0, self.price_cap or float(np.ceil(2.0 * monopoly * SCALE) / SCALE)
        if self.grid.low is not None and self.grid.high is not None:
            return self.grid.low, self.grid.high
        margin = (self.grid.xi or 0.0) * (monopoly - nash)
        return nash - margin, monopoly + margin

    def described(self) -> dict[str, Any]:
        """As of every market; `grid: null` is written, because leaving it out means Calvano's grid."""
        written = {"grid": None, **super().described()}
        ranges = {
            place: {"from": without_floats(low), "to": without_floats(high)}
            for place, (low, high) in (self.ranges or {}).items()
        }
        written.pop("ranges", None)
        return replaced(written, ranges)

    def drawn(self, seed: int) -> BertrandSpec:
        """The market of the run with this seed, an ordinary one: every range has given way to a number.

        The draws are in the order of the firms.
        """
        if not self.ranges:
            return self
        ordered = dict(sorted(self.ranges.items(), key=lambda item: int(item[0].rpartition(".")[2])))
        return self._with(draw(ordered, seed))

    def __hash__(self) -> int:
        """Equal specifications have equal hashes; ranges, which are a mapping, are left out."""
        return hash((self.name, self.firms, self.cost, self.demand, self.grid, self.price_cap, self.timing))

    def _with(self, costs: Mapping[str, float]) -> BertrandSpec:
        return type(self).model_validate({**replaced(self.model_dump(), costs), "ranges": None})

    def _largest_quantity(self) -> float:
        return self.demand.intercept if isinstance(self.demand, HomogeneousDemand) else self.demand.size

    def _worth(self) -> float:
        if isinstance(self.demand, HomogeneousDemand):
            return self.demand.intercept / self.demand.slope
        if isinstance(self.demand, HotellingDemand):
            return self.demand.reservation
        return max(abs(a - self.demand.outside) for a in self.demand.quality) + self.demand.mu * 5


def bertrand_spec(**fields: Any) -> BertrandSpec:
    """The specification with these fields, the rest as in Calvano et al.; raises `UsageError` where it is invalid."""
    return spec_of(BertrandSpec, fields)


def _homogeneous_monopoly(demand: HomogeneousDemand, cost: Array) -> Array:
    return np.full(len(cost), (demand.intercept / demand.slope + float(cost.min())) / 2.0)


def _fault(spec: BertrandSpec) -> str:
    """Why the market has no benchmarks, in words; empty where it has."""
    cost, demand = np.asarray(spec.cost), spec.demand
    if spec.price_cap is not None and spec.grid is not None:
        return "price_cap bounds prices that are not on a grid; with it `grid: null` was expected"
    if isinstance(demand, HotellingDemand):
        return why_not_hotelling(cost, demand.transport_cost, demand.reservation)
    if isinstance(demand, HomogeneousDemand):
        return _why_not_homogeneous(demand, cost)
    most = max((a - demand.outside - c) / demand.mu for a, c in zip(demand.quality, spec.cost, strict=True))
    return "even at cost not one consumer in 400 million would buy: the market is empty" if most < -20.0 else ""


def _why_not_homogeneous(demand: HomogeneousDemand, cost: Array) -> str:
    if float(np.ptp(cost)) > 0.0:
        return "unequal costs for identical goods: no price of the cheaper firm is its best; one cost was expected"
    if demand.intercept <= demand.slope * float(cost[0]):
        return f"nobody buys at a price of the cost, {cost[0]:g}: the market is empty"
    return ""


def _of(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, Mapping) else None
