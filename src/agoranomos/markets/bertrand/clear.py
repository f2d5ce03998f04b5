"""How a price market clears, over arrays with any leading axes: who sells how much, and what everybody has of it.

`q_i = (1 + sigma z) size s_i(p)`, `pi_i = (p_i - c_i) q_i`, welfare is consumer surplus plus profits. A firm that
sits out has a price of infinity. Demand and consumer surplus: `demand`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.markets.bertrand.demand import (
    Array,
    homogeneous_shares,
    homogeneous_surplus,
    hotelling_shares,
    hotelling_surplus,
    logit_shares,
    logit_surplus,
    ordered_sum,
)
from agoranomos.markets.bertrand.demand_forms import HotellingDemand, LogitDemand
from agoranomos.markets.bertrand.spec import BertrandSpec


class Outcome(NamedTuple):
    """What happened in cleared rounds; N firms, `...` any leading axes. Money and quantities in own units."""

    price: Array
    """[..., N]; infinite where a firm sat out"""
    quantity: Array
    """[..., N]"""
    profit: Array
    """[..., N]; losses are negative"""
    consumer_surplus: Array
    """[...]"""
    welfare: Array
    """consumer surplus plus profits, [...]"""


def clear(spec: BertrandSpec, price: ArrayLike, demanded: ArrayLike = 1.0) -> Outcome:
    """Clear rounds in which firms ask `price[..., N]`; `demanded[...]` is `1 + sigma z` where demand was shocked.

    Raises `ValueError` when the last axis is not N.
    """
    asked = np.asarray(price, dtype=np.float64)
    if asked.shape[-1:] != (len(spec.firms),):
        raise ValueError(f"prices of shape {asked.shape}; [..., {len(spec.firms)}] was expected")
    scale = np.asarray(demanded, dtype=np.float64) * spec.demand.size
    leading = np.broadcast_shapes(asked.shape[:-1], scale.shape)
    asked = np.broadcast_to(asked, (*leading, len(spec.firms)))
    quantity = scale[..., None] * _shares(spec, asked)
    selling = quantity > 0.0
    profit = np.where(selling, np.where(selling, asked, 0.0) - np.asarray(spec.cost), 0.0) * quantity
    surplus = scale * _surplus(spec, asked)
    return Outcome(asked, quantity, profit, surplus, surplus + ordered_sum(profit))


def _shares(spec: BertrandSpec, price: Array) -> Array:
    demand = spec.demand
    if isinstance(demand, LogitDemand):
        return logit_shares(price, demand.quality, demand.mu, demand.outside)
    if isinstance(demand, HotellingDemand):
        return hotelling_shares(price, demand.transport_cost, demand.reservation)
    return homogeneous_shares(price, demand.intercept, demand.slope)


def _surplus(spec: BertrandSpec, price: Array) -> Array:
    demand = spec.demand
    if isinstance(demand, LogitDemand):
        return logit_surplus(price, demand.quality, demand.mu, demand.outside)
    if isinstance(demand, HotellingDemand):
        return hotelling_surplus(price, demand.transport_cost, demand.reservation)
    return homogeneous_surplus(price, demand.intercept, demand.slope)
