"""Whether the market takes a person's move as it stands: nothing of a person's is made feasible behind their back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from agoranomos.markets.action_shape import Row
from agoranomos.markets.facts import SCALE
from agoranomos.policies.human.person import Move
from agoranomos.policies.human.situation import Part, Situation

Counted = Callable[[NDArray[np.float64]], tuple[Row, bool]]
"""The seat's own action in millionths as it would clear now, and whether the market would have to change it."""


def change_of(move: Move, situation: Situation, counted: Counted) -> str:
    """What the market would change in a move, in words that name the nearest it takes; empty where it takes it.

    A market may know more than the bounds of numbers: what can be paid for, which prices lie on its grid.
    """
    row, changed = counted(np.array(move.numbers, dtype=np.float64))
    if not changed:
        return ""
    nearest = tuple(number / SCALE for number in row)
    if situation.choices:
        labels = [one.label for one in situation.choices if one.numbers == nearest]
        return "that cannot be done now" + (f"; the nearest that can be is {labels[0]}" if labels else "")
    named = [
        f'"{part.name}" at {_written(part, near)}'
        for part, value, near in zip(situation.parts, move.numbers, nearest, strict=False)
        if value != near
    ]
    return "that cannot be done as it stands; the nearest that can be has " + " and ".join(named)


def _written(part: Part, value: float) -> str:
    """The number with all of its millionths, so that it is taken as it is read."""
    number = f"{value:.6f}".rstrip("0").rstrip(".")
    return f"{number} ({part.names[round(value - part.low)]})" if part.names else number
