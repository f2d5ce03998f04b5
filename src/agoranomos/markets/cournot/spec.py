"""The specification of a Cournot market: what a YAML file of `kind: market`, `type: cournot` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic.json_schema import SkipJsonSchema

from agoranomos.documents import DocumentPart, Name
from agoranomos.errors import nearest
from agoranomos.markets.cournot.participation import Entry, Exit, contradiction
from agoranomos.markets.drawn import Ranges, draw, is_range, lifted, replaced, require_middles
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market_spec import MarketSpec, spec_of, without_floats
from agoranomos.markets.written import Names, is_list, is_number, lettered
from agoranomos.randomness import MAX_EXACT_INTEGER

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Sigma = Annotated[float, Field(ge=0, le=0.5)]
Share = Annotated[float, Field(ge=0, le=1)]

MAX_FIRMS = 5_000
MAX_GOODS = 64
LARGEST_SHOCK = 8.0
"""Standard deviations that the bound on recorded numbers allows for; a normal draw beyond it has probability 1e-15."""


MAY_BE_DRAWN = ("alpha", "marginal_cost")
_SPREAD = {"alpha": "goods", "beta": "goods", "capacity": "firms", "differentiation": "goods", "fixed_cost": "firms"}
"""Keys that may be written as one number for all, and whom they have one number for."""


class DemandShock(DocumentPart):
    """Multiplicative noise on the intercepts: `alpha_j (1 + sigma_j z)`, z standard normal, drawn anew each round.

    `sigma` has one number a good; a single number holds for every good. Firms move before they see the draw.
    """

    sigma: tuple[Sigma, ...]

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and is_number(data.get("sigma")):
            return {**data, "sigma": (data["sigma"],)}
        return data


class Monitoring(DocumentPart):
    """What firms see of each other: with `public: price` nothing but the prices (Green and Porter 1984)."""

    public: Literal["price"]


class CournotSpec(MarketSpec):
    """N firms choose quantities of M goods: `P_j = max(0, alpha_j - Q_j / beta_j)`, `sum_j q_ij <= capacity_i`.

    `alpha`, `beta` (one a good), `capacity` (one a firm) and `demand_shock.sigma` may be written as one number that
    holds for all; `firms` and `goods` default to firm_1.. and A, B, .. in the shape of `marginal_cost` (a row a firm).
    The defaults are the mirror-cost duopoly of arXiv 2410.00031.

    `firms` may be a number of firms, and `marginal_cost` then one number for all. Costs and intercepts may be ranges
    `{from: 30, to: 60}`, drawn by each run (`drawn`). `differentiation` is 0 where the firms' versions of a good are
    the same to buyers and 1 where they have nothing to do with each other; `fixed_cost` is paid in every round in
    which a firm is in the market; `entry` and `exit` say, by firm, when it comes and goes.
    """

    type: Literal["cournot"] = "cournot"
    name: Name = "cournot-duopoly"
    firms: Annotated[Names, Field(min_length=1, max_length=MAX_FIRMS)]
    goods: Annotated[Names, Field(min_length=1, max_length=MAX_GOODS)]
    alpha: tuple[Positive, ...]
    beta: tuple[Positive, ...]
    marginal_cost: tuple[tuple[NotNegative, ...], ...]
    capacity: tuple[Positive, ...]
    demand_shock: DemandShock | None = None
    differentiation: tuple[Share, ...] | None = None
    fixed_cost: tuple[NotNegative, ...] | None = None
    entry: dict[Name, Entry] | None = None
    exit: dict[Name, Exit] | None = None
    monitoring: Monitoring | None = None
    ranges: SkipJsonSchema[Ranges | None] = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        """Defaults and single numbers, spread over the firms and goods that the other keys imply; checks ranges."""
        if not isinstance(data, Mapping):
            return data
        filled = {"marginal_cost": ((40.0, 50.0), (50.0, 40.0)), "alpha": 100.0, "beta": 2.0, "capacity": 100.0, **data}
        if _is_count(filled.get("firms")):
            filled["firms"] = tuple(f"firm_{i + 1}" for i in range(min(filled["firms"], MAX_FIRMS + 1)))
        if _is_one(filled["marginal_cost"]) and is_list(filled.get("firms")):
            listed = filled.setdefault("goods", (lettered(0),))
            one = filled["marginal_cost"]
            filled["marginal_cost"] = ((one,) * (len(listed) if is_list(listed) else 1),) * len(filled["firms"])
        rows = filled["marginal_cost"] if is_list(filled["marginal_cost"]) else ()
        good_count = max((len(row) for row in rows if is_list(row)), default=1)
        filled.setdefault("firms", tuple(f"firm_{i + 1}" for i in range(max(len(rows), 1))))
        filled.setdefault("goods", tuple(lettered(j) for j in range(max(good_count, 1))))
        for key, along in _SPREAD.items():
            if _is_one(filled.get(key)):
                filled[key] = (filled[key],) * (len(filled[along]) if is_list(filled[along]) else 1)
        return lifted(filled, MAY_BE_DRAWN)

    @field_validator(*_SPREAD)
    @classmethod
    def _one_each(cls, values: tuple[float, ...] | None, info: ValidationInfo) -> tuple[float, ...] | None:
        along = _SPREAD[str(info.field_name)]
        if values is None:
            return None
        names = info.data.get(along, values)
        if len(values) != len(names):
            raise ValueError(f"{len(values)} numbers for {_listed(along, names)}")
        return values

    @field_validator("entry", "exit")
    @classmethod
    def _of_firms_there_are(cls, rules: dict[str, Any] | None, info: ValidationInfo) -> dict[str, Any] | None:
        firms = frozenset(info.data.get("firms", rules or ()))
        for firm in rules or ():
            if firm not in firms:
                raise ValueError(f"there is no firm {firm!r}. {nearest(firm, firms)}")
        return rules

    @field_validator("capacity")
    @classmethod
    def _countable(cls, capacity: tuple[float, ...]) -> tuple[float, ...]:
        if any(limit * SCALE < 1 for limit in capacity):
            raise ValueError("quantities are counted in millionths; a capacity is at least 0.000001")
        return capacity

    @field_validator("marginal_cost")
    @classmethod
    def _rectangular(cls, rows: tuple[tuple[float, ...], ...], info: ValidationInfo) -> tuple[tuple[float, ...], ...]:
        firms, goods = info.data.get("firms", rows), info.data.get("goods")
        if len(rows) != len(firms):
            raise ValueError(f"{len(rows)} rows for {_listed('firms', firms)}; one row a firm was expected")
        for k, row in enumerate(rows):
            if goods is not None and len(row) != len(goods):
                raise ValueError(f"row {k + 1} has {len(row)} numbers for {_listed('goods', goods)}")
        return rows

    @field_validator("demand_shock")
    @classmethod
    def _sigma_each(cls, shock: DemandShock | None, info: ValidationInfo) -> DemandShock | None:
        goods = info.data.get("goods")
        if shock is None or goods is None or len(shock.sigma) == len(goods):
            return shock
        if len(shock.sigma) == 1:
            return DemandShock(sigma=shock.sigma * len(goods))
        raise ValueError(f"sigma has {len(shock.sigma)} numbers for {_listed('goods', goods)}")

    def __hash__(self) -> int:
        return hash((self.name, self.rounds, self.firms, self.goods, self.alpha, self.beta, self.marginal_cost))

    @property
    def differentiated(self) -> bool:
        """Whether the firms' versions of some good are not the same to buyers."""
        return self.differentiation is not None and any(self.differentiation)

    @property
    def comes_and_goes(self) -> bool:
        """Whether some firm enters or leaves."""
        return bool(self.entry or self.exit)

    @property
    def substitutability(self) -> tuple[float, ...]:
        """The weight of a rival's unit in a version's price against an own one, gamma [M]; 1 where homogeneous."""
        return tuple(1.0 - d for d in self.differentiation or (0.0,) * len(self.goods))

    def drawn(self, seed: int) -> CournotSpec:
        """The market of the run with this seed, an ordinary one: every range has given way to a number from it.

        The order of the draws is that of the file: the intercepts as it has them, the costs row by row.
        """
        if not self.ranges:
            return self
        return type(self).model_validate(
            {**replaced(self.model_dump(), draw(_in_order(self.ranges), seed)), "ranges": None}
        )

    def described(self) -> dict[str, Any]:
        """As of every market; `demand_shock` is written where there is none, too; ranges stand in their places."""
        written = {"demand_shock": None, **super().described()}
        ranges = {
            place: {"from": without_floats(low), "to": without_floats(high)}
            for place, (low, high) in (self.ranges or {}).items()
        }
        written.pop("ranges", None)
        return replaced(written, ranges)

    @model_validator(mode="after")
    def _middles(self) -> CournotSpec:
        require_middles({key: getattr(self, key) for key in MAY_BE_DRAWN}, self.ranges or {})
        for place, (low, _) in (self.ranges or {}).items():
            if low < 0.0 or (low == 0.0 and place.startswith("alpha")):
                least = "more than 0" if place.startswith("alpha") else "at least 0"
                raise ValueError(f"{place}: {low:g} could be drawn; {least} was expected")
        return self

    @model_validator(mode="after")
    def _no_contradiction(self) -> CournotSpec:
        for firm in {**(self.entry or {}), **(self.exit or {})}:
            problem = contradiction(firm, (self.entry or {}).get(firm), (self.exit or {}).get(firm))
            if problem:
                raise ValueError(problem)
        return self

    @model_validator(mode="after")
    def _recordable(self) -> CournotSpec:
        sigma = max(self.demand_shock.sigma) if self.demand_shock else 0.0
        alpha = self._highest("alpha")
        dearest = max(alpha) * (1 + LARGEST_SHOCK * sigma) + max(self._highest("marginal_cost"))
        taken = sum(a * b for a, b in zip(alpha, self.beta, strict=True))
        most = max(sum(self.capacity), taken * len(self.firms) if self.differentiated else taken)
        if (max(dearest, 1.0) * most + sum(self.fixed_cost or ())) * SCALE > MAX_EXACT_INTEGER:
            raise ValueError(
                f"values up to {dearest * most:.3g} could not be recorded exactly in millionths "
                f"(at most {MAX_EXACT_INTEGER / SCALE:.3g}); choose larger units of quantity or money"
            )
        return self

    def _highest(self, key: str) -> list[float]:
        """The numbers under `key`, firm by firm where it has rows, each the highest that may be drawn for it."""
        held = getattr(self, key)
        flat = [x for row in held for x in row] if key == "marginal_cost" else list(held)
        for place, (_, high) in (self.ranges or {}).items():
            name, *indices = place.split(".")
            if name == key:
                first, *rest = map(int, indices)
                flat[first * len(self.goods) + rest[0] if rest else first] = high
        return flat


def cournot_spec(**fields: Any) -> CournotSpec:
    """The specification with these fields, the rest as in the papers; raises `UsageError` where it is invalid."""
    return spec_of(CournotSpec, fields)


def beyond_totals(spec: CournotSpec) -> str:
    """Why a round's prices and profits do not follow from the totals and the costs alone; empty where they do."""
    if spec.differentiated:
        return "the firms' versions differ"
    if spec.comes_and_goes:
        return "firms enter and leave"
    return "there are fixed costs" if spec.fixed_cost is not None else ""


def _in_order(ranges: Ranges) -> Ranges:
    """The intercepts, then the costs, each by index: however a specification came about, its draws are the same."""
    places = sorted(ranges, key=lambda place: [MAY_BE_DRAWN.index(place.partition(".")[0]), *_indices(place)])
    return {place: ranges[place] for place in places}


def _indices(place: str) -> list[int]:
    return [int(index) for index in place.split(".")[1:]]


def _is_one(value: Any) -> bool:
    return is_number(value) or is_range(value)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _listed(along: str, names: Sequence[Any]) -> str:
    word = along if len(names) != 1 else along.removesuffix("s")
    shown = ", ".join(names) if all(isinstance(name, str) for name in names) and len(names) <= 12 else ""
    return f"{len(names)} {word}" + (f" ({shown})" if shown else "")
