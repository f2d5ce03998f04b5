"""What a network chooses among: the rows of a menu, or any numbers between bounds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from agoranomos.errors import UsageError
from agoranomos.markets.market import Market

LARGEST_MENU = 4096
"""Rows that a menu made of several whole numbers may have."""

Rows = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Menu:
    """One of `rows` [K, F], each an action as the agent submits it. A network gives a logit for each."""

    rows: Rows

    @property
    def outputs(self) -> int:
        """How many numbers a network gives."""
        return len(self.rows)

    def action(self, choice: int) -> Rows:
        """Row `choice` of the menu."""
        return np.asarray(self.rows[choice])


@dataclass(frozen=True, eq=False)
class Range:
    """Numbers from `low` to `high`, both [F]. A network gives the mean of a normal draw for each part.

    A draw of -1 is the low end, 1 the high end; beyond, it is taken for the end.
    """

    low: Rows
    high: Rows

    @property
    def outputs(self) -> int:
        """How many numbers a network gives."""
        return len(self.low)

    def action(self, draw: Rows) -> Rows:
        """The action of a draw [..., F]."""
        share = (np.clip(draw, -1.0, 1.0) + 1.0) / 2.0
        return np.asarray(self.low + share * (self.high - self.low))


def choices_of(market: Market, agent: str, *, menu: bool = False) -> Menu | Range:
    """What `agent` may choose: whole numbers as a menu, others as a range, or with `menu` as the stage game lists them.

    Raises `UsageError` for whole numbers with too many combinations, and with `menu` where there is no stage game.
    """
    if menu:
        return Menu(np.asarray(market.game().menus[market.possible_agents.index(agent)], dtype=np.float64))
    space = market.action_space(agent)
    if isinstance(space, spaces.Discrete):
        return Menu(np.arange(space.start, space.start + space.n, dtype=np.float64)[:, None])
    if isinstance(space, spaces.MultiDiscrete):
        sizes = [int(size) for size in space.nvec]
        if np.prod([float(size) for size in sizes]) > LARGEST_MENU:
            raise UsageError(
                f"{agent} chooses among {' x '.join(map(str, sizes))} actions, too many for a menu",
                advice="Choose the menu of the stage game instead: --menu.",
            )
        return Menu(np.array(list(product(*map(range, sizes))), dtype=np.float64))
    assert isinstance(space, spaces.Box)
    return Range(space.low.astype(np.float64), space.high.astype(np.float64))
