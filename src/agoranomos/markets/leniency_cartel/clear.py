"""Demand for differentiated goods, over arrays with any leading axes.

A consumer with utility `a sum q - (sum q^2 + gamma sum_{i != j} q_i q_j) / 2 - sum p q` (Singh and Vives 1984, for any
number of firms) buys from the m cheapest firms

    q_i = [a (1 - gamma) - (1 + gamma (m - 1)) p_i + gamma S] / [(1 - gamma) (1 + gamma (m - 1))]

where S is the sum of their prices and m the largest number for which the dearest of them still sells; the others sell
nothing. With two firms that both sell, `q_i = [a (1 - gamma) - p_i + gamma p_j] / (1 - gamma^2)`, the demand of Bigoni
et al. (2012). A firm that sits out is one whose price is a: nobody would buy from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.markets.exact import ordered_sum
from agoranomos.markets.leniency_cartel.spec import LeniencyCartelSpec

Array: TypeAlias = NDArray[np.float64]


class Outcome(NamedTuple):
    """Cleared rounds of N firms, in own units; `...` are any leading axes."""

    quantity: Array
    """[..., N]"""
    profit: Array
    """[..., N]"""
    consumer_surplus: Array
    """[...]"""
    welfare: Array
    """[...]"""


class Sales(NamedTuple):
    """One cleared round in plain numbers."""

    quantity: tuple[float, ...]
    profit: tuple[float, ...]
    consumer_surplus: float
    welfare: float


def clear(spec: LeniencyCartelSpec, prices: ArrayLike) -> Outcome:
    """Clear rounds in which firms ask `prices[..., N]`; NaN is a firm that sits out.

    Raises `ValueError` for another number of firms.
    """
    asked = np.asarray(prices, dtype=np.float64)
    if asked.shape[-1] != len(spec.firms):
        raise ValueError(f"prices of shape {asked.shape}; [..., {len(spec.firms)}] was expected")
    a, gamma, cost = spec.intercept, spec.substitution, spec.marginal_cost
    asked = np.where(np.isnan(asked), a, asked)
    ordered = np.sort(asked, axis=-1)
    sums = np.cumsum(ordered, axis=-1)
    weight = 1.0 + gamma * np.arange(len(spec.firms))
    sells = a * (1.0 - gamma) + gamma * sums - weight * ordered > 0.0
    count = sells.sum(axis=-1, keepdims=True)
    last = np.maximum(count - 1, 0)
    total, dearest = np.take_along_axis(sums, last, axis=-1), np.take_along_axis(ordered, last, axis=-1)
    divisor = 1.0 + gamma * last
    bought = (a * (1.0 - gamma) - divisor * asked + gamma * total) / ((1.0 - gamma) * divisor)
    quantity = np.where((asked <= dearest) & (count > 0), np.maximum(bought, 0.0), 0.0)
    profit = (asked - cost) * quantity
    everything = quantity.sum(axis=-1)
    squares = (quantity * quantity).sum(axis=-1)
    utility = a * everything - (squares + gamma * (everything * everything - squares)) / 2.0
    surplus = utility - (asked * quantity).sum(axis=-1)
    return Outcome(quantity, profit, surplus, surplus + profit.sum(axis=-1))


def clear_round(spec: LeniencyCartelSpec, prices: Sequence[float | None]) -> Sales:
    """`clear` for a single round in plain numbers; None is a firm that sits out."""
    a, gamma, cost = spec.intercept, spec.substitution, spec.marginal_cost
    asked = [a if price is None else price for price in prices]
    total, count, dearest = 0.0, 0, 0.0
    for price in sorted(asked):
        if a * (1.0 - gamma) + gamma * (total + price) - (1.0 + gamma * count) * price <= 0.0:
            break
        total, count, dearest = total + price, count + 1, price
    divisor = 1.0 + gamma * max(count - 1, 0)
    scale, base = (1.0 - gamma) * divisor, a * (1.0 - gamma) + gamma * total
    quantity = tuple(
        max((base - divisor * price) / scale, 0.0) if count and price <= dearest else 0.0 for price in asked
    )
    profit = tuple((price - cost) * q for price, q in zip(asked, quantity, strict=True))
    everything = ordered_sum(quantity)
    squares = ordered_sum(q * q for q in quantity)
    spent = ordered_sum(price * q for price, q in zip(asked, quantity, strict=True))
    surplus = a * everything - (squares + gamma * (everything * everything - squares)) / 2.0 - spent
    return Sales(quantity, profit, surplus, surplus + ordered_sum(profit))
