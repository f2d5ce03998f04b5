"""Payoff tables as a file writes them, nested lists of numbers, and as arrays."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainValidator, WithJsonSchema

Table: TypeAlias = float | tuple["Table", ...]
"""Numbers in nested rows: one level an agent, in the order of the agents."""

DEEPEST = 16
"""Levels that a table may have."""


def as_table(value: Any, place: str = "", depth: int = 0) -> Table:
    """`value` with every number as a float and every list as a tuple; raises `ValueError` with the place of a fault."""
    if type(value) is float and math.isfinite(value):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        if depth == DEEPEST:
            raise ValueError(f"payoffs are nested more than {DEEPEST} levels deep")
        return tuple([as_table(part, f"{place}[{k}]", depth + 1) for k, part in enumerate(value)])
    try:
        if isinstance(value, bool):
            raise TypeError
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"{value!r} at {place or 'the top'} is no number") from None
    if not math.isfinite(number):
        raise ValueError(f"the payoff at {place} is {number}; every payoff must be finite")
    return number


PayoffTable = Annotated[
    Any,
    PlainValidator(as_table),
    WithJsonSchema({"type": "array", "items": {"anyOf": [{"type": "number"}, {"type": "array"}]}}),
]


def shaped(table: Table, sizes: Sequence[int], whose: str) -> NDArray[np.float64]:
    """`table` as an array of shape `sizes`; raises `ValueError` that says where it has another shape."""
    _require(table, tuple(sizes), whose, "")
    return np.array(table, dtype=np.float64)


def _require(table: Table, sizes: tuple[int, ...], whose: str, place: str) -> None:
    where = f"{whose}{place}"
    if not sizes:
        if isinstance(table, tuple):
            raise ValueError(f"{where} is a list; a number was expected, because there are no more agents")
        return
    if not isinstance(table, tuple):
        raise ValueError(f"{where} is a number; a list of {sizes[0]} was expected, one for each action")
    if len(table) != sizes[0]:
        raise ValueError(f"{where} has {len(table)} entries for {sizes[0]} actions")
    for k, part in enumerate(table):
        _require(part, sizes[1:], whose, f"{place}[{k}]")


def everyones(table: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """The tables of all agents of a symmetric game, from what one earns by its own action (first axis) and the others'.

    Each agent's table has the agents' own axes in order. Raises `ValueError` where it matters which of the others plays
    what: the game is then not symmetric.
    """
    agents = table.ndim
    for order in _swaps(agents):
        if not np.array_equal(table, table.transpose(0, *order)):
            raise ValueError(
                "in a symmetric game it does not matter which of the others plays what, and in this table it does; "
                "give every agent its own table"
            )
    return tuple(np.moveaxis(table, 0, i) for i in range(agents))


def _swaps(agents: int) -> list[tuple[int, ...]]:
    """Neighbours swapped, one pair at a time: what leaves a table as it is under these does under all orders."""
    orders = []
    for k in range(1, agents - 1):
        order = list(range(1, agents))
        order[k - 1], order[k] = order[k], order[k - 1]
        orders.append(tuple(order))
    return orders
