"""The outcomes that a price market is held against: Nash, joint monopoly, prices at cost."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from agoranomos.markets.bertrand.clear import Outcome, clear
from agoranomos.markets.bertrand.demand import Array
from agoranomos.markets.bertrand.equilibrium import monopoly_price, nash_price, price_grid
from agoranomos.markets.bertrand.spec import BertrandSpec


@dataclass(frozen=True, eq=False)
class Benchmarks:
    """One round of unshocked demand at each benchmark, at prices that are real numbers also where a grid is laid."""

    nash: Outcome
    monopoly: Outcome
    competitive: Outcome

    def outcomes(self) -> dict[str, Outcome]:
        """The outcomes by name; prices at cost are both the competitive and the efficient ones."""
        return {
            "nash": self.nash,
            "monopoly": self.monopoly,
            "competitive": self.competitive,
            "efficient": self.competitive,
        }


@lru_cache(maxsize=256)
def benchmarks(spec: BertrandSpec) -> Benchmarks:
    """A pure function of the specification, remembered because runs share it."""
    return Benchmarks(
        nash=_settled(clear(spec, nash_price(spec))),
        monopoly=_settled(clear(spec, monopoly_price(spec))),
        competitive=_settled(clear(spec, np.asarray(spec.cost))),
    )


def nearest_on_grid(grid: Array, price: Array) -> NDArray[np.intp]:
    """The index of the grid's price that is nearest to each of `price[N]`; of two as near, the lower."""
    return np.asarray(np.abs(grid[None, :] - np.asarray(price)[:, None]).argmin(axis=1))


@lru_cache(maxsize=256)
def grid_nash(spec: BertrandSpec) -> NDArray[np.intp]:
    """A Nash equilibrium of one round on the grid, as indices [N]: best replies in turn from the nearest prices.

    A firm moves only where that earns it more. Prices are strategic complements, so that the walk ends. Where it should
    not (in a thousand sweeps), the nearest prices are given.
    """
    grid = price_grid(spec)
    start = nearest_on_grid(grid, nash_price(spec))
    at = start.copy()
    for _ in range(1000):
        moved = False
        for i in range(len(at)):
            asked = np.repeat(grid[at][None], len(grid), axis=0)
            asked[:, i] = grid
            earned = clear(spec, asked).profit[:, i]
            if earned.max() > earned[at[i]]:
                at[i], moved = int(earned.argmax()), True
        if not moved:
            return at
    return start


def _settled(outcome: Outcome) -> Outcome:
    """Read-only arrays: benchmarks are shared by every run of a specification."""
    copies = [np.array(array) for array in outcome]
    for copy in copies:
        copy.setflags(write=False)
    return Outcome(*copies)
