"""The move of last resort, when no attempt brought a usable one. It is counted as repaired."""

from __future__ import annotations

import math
from collections.abc import Sequence

from agoranomos.markets.action_shape import ActionPart
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.memory import Notes
from agoranomos.policies.prompted.reply import Reply


def repaired_quantities(last: Reply | None, notes: Notes, firm: Firm) -> tuple[float, ...]:
    """Feasible quantities, one a good.

    The last reply that named quantities, projected; else what the firm itself made when it last moved; else, knowing
    nothing, half of the capacity spread evenly over the goods. Where each number has bounds of its own, the last
    reply's within them, else the middle of each.
    """
    if firm.parts:
        return tuple(
            _within(part, (part.low + part.high) / 2 if last is None else last.quantities[k])
            for k, part in enumerate(firm.parts)
        )
    if last is not None:
        return project(last.quantities, firm.capacity)
    for seen in (notes.latest, *reversed(notes.history)):
        if seen is not None and seen.own and not seen.suspended:
            return project(seen.quantity, firm.capacity)
    return (firm.capacity / 2 / len(firm.goods),) * len(firm.goods)


def _within(part: ActionPart, value: float) -> float:
    value = min(max(value, part.low), part.high)
    return float(round(value)) if part.whole else value


def project(quantities: Sequence[float], capacity: float) -> tuple[float, ...]:
    """Negative quantities become 0; a sum above `capacity` is scaled down to it, shares unchanged."""
    clipped = [max(float(quantity), 0.0) for quantity in quantities]
    largest = max(clipped)
    # Shares of the largest first: the sum of the quantities themselves may not be a finite number.
    total = math.fsum(quantity / largest for quantity in clipped) if largest > 0 else 0.0
    if total == 0.0 or largest * total <= capacity:
        return tuple(clipped)
    return tuple(capacity * (quantity / largest / total) for quantity in clipped)
