"""How a Cournot market clears, over arrays with any leading axes.

Inverse demand `P_j = max(0, alpha_j - Q_j / beta_j)`; profit `sum_j q_ij (P_j - c_ij)`; consumer surplus
`min(Q_j, alpha_j beta_j)^2 / (2 beta_j)`, which is the area under inverse demand above the price: at a price of zero
nobody takes more than `alpha_j beta_j`.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.markets.cournot.spec import CournotSpec

Array: TypeAlias = NDArray[np.float64]


class Outcome(NamedTuple):
    """What happened in cleared rounds; N firms, M goods, `...` any leading axes. Money and quantities in own units."""

    intercept: Array
    """alpha as realised, [..., M]"""
    quantity: Array
    """[..., N, M]"""
    total: Array
    """Q, [..., M]"""
    price: Array
    """[..., M]"""
    profit_by_good: Array
    """[..., N, M]; losses are negative"""
    profit: Array
    """[..., N]"""
    consumer_surplus: Array
    """over all goods, [...]"""
    welfare: Array
    """consumer surplus plus profits, [...]"""


def clear(spec: CournotSpec, actions: ArrayLike, intercept: ArrayLike | None = None) -> Outcome:
    """Clear rounds in which firms bring the quantities `actions[..., N, M]`.

    `intercept[..., M]` is alpha as realised where demand was shocked; leading axes broadcast. Sums run in the order of
    firms and goods, as `clear_round` does them, so that both give the same bits. Raises `ValueError` when the last
    axes are not (N, M).
    """
    quantity = np.asarray(actions, dtype=np.float64)
    firms, goods = len(spec.firms), len(spec.goods)
    if quantity.shape[-2:] != (firms, goods):
        raise ValueError(f"actions of shape {quantity.shape}; [..., {firms}, {goods}] was expected")
    alpha = np.asarray(spec.alpha if intercept is None else intercept, dtype=np.float64)
    beta = np.asarray(spec.beta)
    cost = np.asarray(spec.marginal_cost)

    leading = np.broadcast_shapes(quantity.shape[:-2], alpha.shape[:-1])
    quantity = np.broadcast_to(quantity, (*leading, firms, goods))
    alpha = np.broadcast_to(alpha, (*leading, goods))
    total = quantity[..., 0, :]
    for i in range(1, firms):
        total = total + quantity[..., i, :]
    price = np.maximum(alpha - total / beta, 0.0)
    profit_by_good = (price[..., None, :] - cost) * quantity
    profit = profit_by_good[..., 0]
    for j in range(1, goods):
        profit = profit + profit_by_good[..., j]
    served = np.minimum(total, alpha * beta)
    surplus_by_good = served * served / (2.0 * beta)
    surplus = surplus_by_good[..., 0]
    for j in range(1, goods):
        surplus = surplus + surplus_by_good[..., j]
    welfare = surplus
    for i in range(firms):
        welfare = welfare + profit[..., i]
    return Outcome(alpha, quantity, total, price, profit_by_good, profit, surplus, welfare)
