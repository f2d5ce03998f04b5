"""What a prompted agent is told of its own seat: what it chooses, its costs, its capacity; nothing of its rivals."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from agoranomos.errors import UsageError
from agoranomos.markets import CournotSpec, find_market_type
from agoranomos.markets.action_shape import ActionPart
from agoranomos.markets.labels import Labels
from agoranomos.policies.policy import Seat

COURNOT = "cournot"


@dataclass(frozen=True, slots=True)
class Firm:
    """One seat from its own side: a firm's in a Cournot market, any agent's elsewhere.

    `goods` are the parts of an action; a Cournot firm has `costs`, one number a good, and a `capacity` that bounds
    their sum. Elsewhere `parts` bound each number, `costs` is empty and `capacity` infinite. `rules` says in a sentence
    what is done in this type of market, `facts` what the market tells this agent of itself.
    """

    name: str
    goods: tuple[str, ...]
    costs: tuple[float, ...]
    capacity: float
    parts: tuple[ActionPart, ...] = ()
    rules: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    unit: str = ""
    money: str = ""
    story: str = ""

    @classmethod
    def of(cls, seat: Seat, market: str = COURNOT) -> Firm:
        """The firm in `seat`; `market` is the type that the template speaks of, or `any`.

        Raises `UsageError` when the seat's market is of another type.
        """
        spec = getattr(seat.market, "spec", None)
        if spec is None or market not in ("any", spec.type):
            found = type(seat.market).__name__ if spec is None else f"{spec.name}, which is of type {spec.type}"
            raise UsageError(
                f"a prompted policy cannot sit in {found}: its template speaks of markets of type {market}",
                advice="Give the policy another template: `market-any` fits every market of the library.",
            )
        labels = spec.labels or Labels()
        if isinstance(spec, CournotSpec):
            firm = cls(seat.agent, spec.goods, spec.marginal_cost[seat.index], spec.capacity[seat.index])
        else:
            parts = seat.market.action_shape(seat.agent).parts
            firm = cls(seat.agent, tuple(part.name for part in parts), (), math.inf, parts=parts)
        return replace(
            firm,
            rules=find_market_type(spec.type).summary,
            facts=tuple(seat.market.brief(seat.agent).items()),
            unit=labels.unit or "",
            money=labels.money or "",
            story=labels.story or "",
        )
