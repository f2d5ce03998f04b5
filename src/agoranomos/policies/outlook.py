"""What a scripted firm knows of its market: the demand, everybody's costs and capacities, and the benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.division import territories
from agoranomos.markets.cournot.equilibrium import best_response
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.policies.policy import Observation, Seat

Quantities: TypeAlias = tuple[float, ...]
"""What one firm brings, one number a good."""

Plan: TypeAlias = NDArray[np.float64]
"""What every firm brings, [N, M]."""


_owners = lru_cache(maxsize=256)(territories)


@dataclass(frozen=True, slots=True)
class Outlook:
    """A Cournot market from the seat of one firm (`firm` is its index). Quantities are in the market's own units."""

    spec: CournotSpec
    firm: int

    @classmethod
    def of(cls, seat: Seat, policy: str = "this policy") -> Outlook:
        """The outlook from `seat`, for `policy`; raises `UsageError` when its market is no Cournot market."""
        spec = getattr(seat.market, "spec", None)
        if not isinstance(spec, CournotSpec):
            facts = getattr(seat.market, "facts", None)
            market = type(seat.market).__name__ if facts is None else facts.market
            raise UsageError(
                f"{policy} knows markets of type cournot only; {market} is none",
                advice="`agora list policies` says what each does; `nash`, `benchmark` and `tit-for-tat` play in most.",
            )
        return cls(spec, seat.index)

    @property
    def nash_plan(self) -> Plan:
        """Everybody's Cournot-Nash quantities, [N, M], read-only."""
        return benchmarks(self.spec).nash.quantity

    @property
    def nash_quantities(self) -> Quantities:
        """Own quantities in the Cournot-Nash equilibrium."""
        return self._own(self.nash_plan)

    @property
    def own_goods(self) -> tuple[int, ...]:
        """The goods, by index, that are this firm's in a market division; empty where it has none."""
        return tuple(j for j, firms in enumerate(_owners(self.spec)) if self.firm in firms)

    def division_plan(self, sharpness: float, totals: Sequence[float] | None = None) -> Plan:
        """Everybody's quantities when goods are divided, [N, M].

        The owners of a good make the part `sharpness` of its total in equal parts, the others the rest. `totals` is
        the output of each good; by default that of the full division. Scaled down where it exceeds a capacity.
        """
        full = benchmarks(self.spec).division
        if sharpness == 1.0 and totals is None:
            return full.quantity
        total = full.total if totals is None else np.asarray(totals, dtype=np.float64)
        firms = len(self.spec.firms)
        plan = np.empty_like(full.quantity)
        for j, owners in enumerate(_owners(self.spec)):
            others = firms - len(owners)
            kept = sharpness if others else 1.0
            plan[:, j] = total[j] * (1.0 - kept) / max(others, 1)
            plan[list(owners), j] = total[j] * kept / len(owners)
        return self._within_capacity(plan)

    def division(self, sharpness: float, totals: Sequence[float] | None = None) -> Quantities:
        """Own quantities in `division_plan`."""
        return self._own(self.division_plan(sharpness, totals))

    def nash_share_cartel(self) -> Quantities:
        """Own quantities when the joint monopoly's output of each good is made at the shares of Nash play."""
        known = benchmarks(self.spec)
        share = known.nash.quantity / np.where(known.nash.total > 0.0, known.nash.total, 1.0)
        return self._own(self._within_capacity(known.monopoly.total * share))

    def totals_at(self, price_elevation: float) -> Quantities:
        """The output of each good at which its price stands at `price_elevation` between Nash (0) and monopoly (1).

        Where the firms' versions differ, the output at that place between the two: a price then hangs on its split.
        """
        known = benchmarks(self.spec)
        if self.spec.differentiated:
            total = known.nash.total + price_elevation * (known.monopoly.total - known.nash.total)
            return tuple(total.tolist())
        price = known.nash.price + price_elevation * (known.monopoly.price - known.nash.price)
        return tuple((np.asarray(self.spec.beta) * (np.asarray(self.spec.alpha) - price)).tolist())

    def best_response(self, rivals_total: Sequence[float]) -> Quantities:
        """Own quantities that earn most against `rivals_total`, one number a good."""
        return best_response(self.spec, self.firm, rivals_total)

    def rivals_total(self, plan: Plan) -> Quantities:
        """What the others bring together in `plan`, one number a good."""
        return tuple((plan.sum(axis=0) - plan[self.firm]).tolist())

    def profit(self, own: Quantities, plan: Plan) -> float:
        """Own profit of a round when this firm brings `own` and the others what `plan` says, at the expected demand."""
        changed = plan.copy()
        changed[self.firm] = own
        return float(clear(self.spec, changed).profit[self.firm])

    def rivals_observed(self, observation: Observation) -> list[float]:
        """What the rivals brought in the last round, one number a good, as far as an own observation tells.

        Exactly `q (1 - s) / s` from own quantity q and share s. Without own output of a good there is no share, and
        inverse demand is solved for the total instead: exact without demand shocks and above a price of zero. So it
        is where shares are not public, at the expected demand.
        """
        known = "share" in observation
        goods = zip(
            observation["quantity"].tolist(),
            observation["share"].tolist() if known else [0.0] * len(self.spec.goods),
            observation["own_price" if self.spec.differentiated else "price"].tolist(),
            self.spec.alpha,
            self.spec.beta,
            self.spec.substitutability,
            strict=True,
        )
        rivals = []
        for quantity, share, price, alpha, beta, gamma in goods:
            if quantity > 0.0 and share > 0.0:
                rivals.append(quantity * (1.0 - share) / share)
                continue
            rivals.append(max(0.0, beta * (alpha - price) - quantity) / gamma if gamma > 0.0 else 0.0)
        return rivals

    def _own(self, plan: Plan) -> Quantities:
        return tuple(plan[self.firm].tolist())

    def _within_capacity(self, plan: Plan) -> Plan:
        used = plan.sum(axis=1)
        capacity = np.asarray(self.spec.capacity)
        return plan * np.where(used > capacity, capacity / np.maximum(used, capacity), 1.0)[:, None]
