"""Turns the quantities an agent asks for into integers that its capacity allows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.markets.facts import SCALE


def countable(capacity: float) -> int:
    """A capacity in whole millionths, never more than it is."""
    return math.floor(round(capacity * SCALE, 3))


def counted(agent: str, action: Any, goods: int) -> tuple[int, ...]:
    """The quantities that `agent` asks for, rounded to millionths, feasible or not.

    Raises `UsageError`, naming the agent, when the action is no row of `goods` finite numbers.
    """
    try:
        asked = np.asarray(action, dtype=np.float64)
    except (TypeError, ValueError):
        raise UsageError(f"the action of {agent} is no array of numbers: {action!r}") from None
    if asked.shape != (goods,):
        raise UsageError(f"the action of {agent} has shape {asked.shape}; ({goods},) was expected, one number a good")
    scaled = [quantity * SCALE for quantity in asked.tolist()]
    if not all(map(math.isfinite, scaled)):
        raise UsageError(f"the action of {agent} is {asked.tolist()}; every quantity must be a finite number")
    return tuple(map(round, scaled))


def feasible(asked: tuple[int, ...], limit_e6: int) -> tuple[tuple[int, ...], bool]:
    """The nearest feasible quantities in millionths, and whether `asked` was infeasible.

    Negative quantities become 0; a total above the limit is scaled down in proportion, rounding down. A total that
    exceeds the limit by no more than the rounding to millionths is brought under it too but counts as feasible.
    """
    row, projected = asked, False
    if min(row) < 0:
        row, projected = tuple([max(quantity, 0) for quantity in row]), True
    total = sum(row)
    if total > limit_e6:
        projected = projected or total > limit_e6 + len(row)
        row = tuple([quantity * limit_e6 // total for quantity in row])
    return row, projected
