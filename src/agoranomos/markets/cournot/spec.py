"""The specification of a Cournot market: what a YAML file of `kind: market`, `type: cournot` says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from agoranomos.documents import DocumentPart, Name
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market_spec import MarketSpec, spec_of
from agoranomos.randomness import MAX_EXACT_INTEGER

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Sigma = Annotated[float, Field(ge=0, le=0.5)]

MAX_FIRMS = 64
MAX_GOODS = 64
LARGEST_SHOCK = 8.0
"""Standard deviations that the bound on recorded numbers allows for; a normal draw beyond it has probability 1e-15."""


class DemandShock(DocumentPart):
    """Multiplicative noise on the intercepts: `alpha_j (1 + sigma_j z)`, z standard normal, drawn anew each round.

    `sigma` has one number a good; a single number holds for every good. Firms move before they see the draw.
    """

    sigma: tuple[Sigma, ...]

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and _is_number(data.get("sigma")):
            return {**data, "sigma": (data["sigma"],)}
        return data


class CournotSpec(MarketSpec):
    """N firms choose quantities of M goods: `P_j = max(0, alpha_j - Q_j / beta_j)`, `sum_j q_ij <= capacity_i`.

    `alpha`, `beta` (one a good), `capacity` (one a firm) and `demand_shock.sigma` may be written as one number that
    holds for all; `firms` and `goods` default to firm_1.. and A, B, .. in the shape of `marginal_cost` (a row a firm).
    The defaults are the mirror-cost duopoly of arXiv 2410.00031.
    """

    type: Literal["cournot"] = "cournot"
    name: Name = "cournot-duopoly"
    firms: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MAX_FIRMS)]
    goods: Annotated[tuple[Name, ...], Field(min_length=1, max_length=MAX_GOODS)]
    alpha: tuple[Positive, ...]
    beta: tuple[Positive, ...]
    marginal_cost: tuple[tuple[NotNegative, ...], ...]
    capacity: tuple[Positive, ...]
    demand_shock: DemandShock | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        """Defaults and single numbers, spread over the firms and goods that the other keys imply; checks nothing."""
        if not isinstance(data, Mapping):
            return data
        filled = {"marginal_cost": ((40.0, 50.0), (50.0, 40.0)), "alpha": 100.0, "beta": 2.0, "capacity": 100.0, **data}
        rows = filled["marginal_cost"] if _is_list(filled["marginal_cost"]) else ()
        good_count = max((len(row) for row in rows if _is_list(row)), default=1)
        filled.setdefault("firms", tuple(f"firm_{i + 1}" for i in range(max(len(rows), 1))))
        filled.setdefault("goods", tuple(_letters(j) for j in range(max(good_count, 1))))
        for key, along in (("alpha", "goods"), ("beta", "goods"), ("capacity", "firms")):
            if _is_number(filled[key]):
                filled[key] = (filled[key],) * (len(filled[along]) if _is_list(filled[along]) else 1)
        return filled

    @field_validator("firms", "goods")
    @classmethod
    def _distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for k, name in enumerate(names):
            if name in names[:k]:
                raise ValueError(f"{name!r} is named twice")
        return names

    @field_validator("alpha", "beta", "capacity")
    @classmethod
    def _one_each(cls, values: tuple[float, ...], info: ValidationInfo) -> tuple[float, ...]:
        along = "firms" if info.field_name == "capacity" else "goods"
        names = info.data.get(along, values)
        if len(values) != len(names):
            raise ValueError(f"{len(values)} numbers for {_listed(along, names)}")
        return values

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

    def described(self) -> dict[str, Any]:
        """As of every market; `demand_shock` is written where there is none, too."""
        return {"demand_shock": None, **super().described()}

    @model_validator(mode="after")
    def _recordable(self) -> CournotSpec:
        sigma = max(self.demand_shock.sigma) if self.demand_shock else 0.0
        dearest = max(self.alpha) * (1 + LARGEST_SHOCK * sigma) + max(max(row) for row in self.marginal_cost)
        most = max(sum(self.capacity), sum(a * b for a, b in zip(self.alpha, self.beta, strict=True)))
        if max(dearest, 1.0) * most * SCALE > MAX_EXACT_INTEGER:
            raise ValueError(
                f"values up to {dearest * most:.3g} could not be recorded exactly in millionths "
                f"(at most {MAX_EXACT_INTEGER / SCALE:.3g}); choose larger units of quantity or money"
            )
        return self


def cournot_spec(**fields: Any) -> CournotSpec:
    """The specification with these fields, the rest as in the papers; raises `UsageError` where it is invalid."""
    return spec_of(CournotSpec, fields)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _letters(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else f"good_{index + 1}"


def _listed(along: str, names: Sequence[Any]) -> str:
    word = along if len(names) != 1 else along.removesuffix("s")
    shown = ", ".join(names) if all(isinstance(name, str) for name in names) and len(names) <= 12 else ""
    return f"{len(names)} {word}" + (f" ({shown})" if shown else "")
