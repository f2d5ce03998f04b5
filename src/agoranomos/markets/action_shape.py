"""The shape of one agent's action: its parts with their bounds, as a Gymnasium space and as integers for the record."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from gymnasium import spaces

from agoranomos.errors import UsageError
from agoranomos.markets.facts import SCALE

Row: TypeAlias = tuple[int, ...]
"""One agent's action in millionths, one integer a part; empty where the agent sat the round out."""


@dataclass(frozen=True, slots=True)
class ActionPart:
    """One number of an action, from `low` to `high`; with `whole`, whole numbers only.

    `names` say what each whole number from `low` to `high` stands for, where it is no amount.
    """

    name: str
    low: float
    high: float
    whole: bool = False
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.names and not (self.whole and len(self.names) == self.high - self.low + 1):
            raise UsageError(f"{self.name} has {len(self.names)} names, which are not those of its whole numbers")
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise UsageError(f"{self.name} from {self.low} to {self.high}: finite bounds in order were expected")


@dataclass(frozen=True)
class ActionShape:
    """The parts of an action in order.

    The space is a Discrete for a single whole part that begins at 0, a MultiDiscrete where all parts are whole and
    begin at 0, and a Box of float64 otherwise.
    """

    parts: tuple[ActionPart, ...]

    @cached_property
    def space(self) -> spaces.Space[Any]:
        """A new space of this shape, kept: each agent needs a shape of its own, because spaces hold a random state."""
        if all(part.whole and part.low == 0 for part in self.parts):
            sizes = [int(part.high) + 1 for part in self.parts]
            return spaces.Discrete(sizes[0]) if len(sizes) == 1 else spaces.MultiDiscrete(sizes)
        low, high = [part.low for part in self.parts], [part.high for part in self.parts]
        return spaces.Box(np.array(low), np.array(high), dtype=np.float64)

    @cached_property
    def _bounds(self) -> tuple[tuple[int, int, bool], ...]:
        return tuple(
            (math.ceil(round(p.low * SCALE, 3)), math.floor(round(p.high * SCALE, 3)), p.whole) for p in self.parts
        )

    def counted(self, agent: str, action: Any) -> tuple[Row, bool]:
        """The action in millionths, within its bounds, and whether it had to be made feasible.

        A whole part is rounded to the nearest whole number. None is an agent that sits out: an empty row. Raises
        `UsageError`, naming the agent, when the action is no row of finite numbers of this length.
        """
        if action is None:
            return (), False
        values = self._numbers(agent, action)
        row, changed = [], False
        for value, (low, high, whole) in zip(values, self._bounds, strict=True):
            scaled = value * SCALE
            if not math.isfinite(scaled):
                raise UsageError(f"the action of {agent} is {values}; every number must be finite")
            asked = round(scaled)
            count = round(asked / SCALE) * SCALE if whole else asked
            count = low if count < low else high if count > high else count
            changed = changed or count != asked
            row.append(count)
        return tuple(row), changed

    def _numbers(self, agent: str, action: Any) -> list[float]:
        if type(action) is np.ndarray and action.dtype == np.float64 and action.ndim == 1:
            values: list[float] = action.tolist()
        else:
            try:
                single = type(action) is int or isinstance(action, np.integer)
                values = [float(action)] if single else _as_reals(action).ravel().tolist()
            except (TypeError, ValueError):
                raise UsageError(f"the action of {agent} is no array of numbers: {action!r:.200}") from None
            except OverflowError:
                raise UsageError(f"the action of {agent} has a number that is too large to be counted") from None
        if len(values) != len(self.parts):
            names = ", ".join(part.name for part in self.parts)
            raise UsageError(
                f"the action of {agent} has {len(values)} numbers; {len(self.parts)} were expected ({names})"
            )
        return values


def _as_reals(action: Any) -> np.ndarray:
    given = np.asarray(action)
    if given.dtype.kind in "cSU":
        raise TypeError("neither texts nor complex numbers are actions")
    return given.astype(np.float64)
