"""The prices of a Bertrand market that theory knows, Nash and joint monopoly, and the grid laid over them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.markets.bertrand.demand import Array
from agoranomos.markets.bertrand.spec import BertrandSpec


@lru_cache(maxsize=256)
def nash_price(spec: BertrandSpec) -> Array:
    """The Nash prices of one simultaneous round, [N], to 1e-12.

    Logit from its first-order conditions, otherwise in closed form. Prices are real numbers here, also where firms
    choose from a grid.
    """
    return _settled(spec.nash_price)


@lru_cache(maxsize=256)
def monopoly_price(spec: BertrandSpec) -> Array:
    """The prices that maximise the sum of profits, [N], to 1e-12."""
    return _settled(spec.monopoly_price)


@lru_cache(maxsize=256)
def price_grid(spec: BertrandSpec) -> Array:
    """The prices that firms choose among, [K], ascending; raises `UsageError` in a market without a grid."""
    if spec.grid is None:
        raise UsageError(
            f"prices in {spec.name} are on no grid", advice="Give the market a grid, such as {points: 15, xi: 0.1}."
        )
    low, high = spec.price_range
    return _settled(np.linspace(low, high, spec.grid.points))


def _settled(values: Array) -> Array:
    copy = np.array(values, dtype=np.float64)
    copy.setflags(write=False)
    return copy
