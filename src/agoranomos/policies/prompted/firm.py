"""What a prompted firm is told of itself: its goods, its own unit costs, its capacity. Nothing of demand or rivals."""

from __future__ import annotations

from dataclasses import dataclass

from agoranomos.errors import UsageError
from agoranomos.markets import CournotSpec
from agoranomos.policies.policy import Seat


@dataclass(frozen=True, slots=True)
class Firm:
    """One firm from its own seat. `costs` has one number a good; `capacity` bounds the sum of its quantities."""

    name: str
    goods: tuple[str, ...]
    costs: tuple[float, ...]
    capacity: float

    @classmethod
    def of(cls, seat: Seat) -> Firm:
        """The firm in `seat`; raises `UsageError` when its market is no Cournot market."""
        spec = getattr(seat.market, "spec", None)
        if not isinstance(spec, CournotSpec):
            raise UsageError(
                f"a prompted policy cannot sit in {type(seat.market).__name__}: its templates speak of quantities",
                advice="Seat it in a market of type cournot.",
            )
        return cls(seat.agent, spec.goods, spec.marginal_cost[seat.index], spec.capacity[seat.index])
