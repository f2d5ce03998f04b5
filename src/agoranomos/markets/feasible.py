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


def feasible_e6(agent: str, action: Any, goods: int, limit_e6: int) -> tuple[tuple[int, ...], bool]:
    """The quantities in millionths, and whether the action was infeasible and had to be projected.

    Negative quantities become 0; a total above the limit is scaled down in proportion, rounding down. A total that
    exceeds the limit by the rounding to millionths only is brought back under it and counts as feasible. Raises
    `UsageError`, naming the agent, when the action is no row of `goods` finite numbers.
    """
    try:
        asked = np.asarray(action, dtype=np.float64)
    except (TypeError, ValueError):
        raise UsageError(f"the action of {agent} is no array of numbers: {action!r}") from None
    if asked.shape != (goods,):
        raise UsageError(f"the action of {agent} has shape {asked.shape}; ({goods},) was expected, one number a good")
    values = asked.tolist()
    if not all(map(math.isfinite, values)):
        raise UsageError(f"the action of {agent} is {values}; every quantity must be a finite number")
    row = tuple([round(value * SCALE) for value in values])
    projected = False
    if min(row) < 0:
        row, projected = tuple([max(value, 0) for value in row]), True
    total = sum(row)
    if total > limit_e6:
        projected = projected or total > limit_e6 + goods
        row = tuple([value * limit_e6 // total for value in row])
    return row, projected
