"""How a Cournot market clears, over arrays with any leading axes.

Inverse demand `P_j = max(0, alpha_j - Q_j / beta_j)`; profit `sum_j q_ij (P_j - c_ij)`; consumer surplus
`min(Q_j, alpha_j beta_j)^2 / (2 beta_j)`, which is the area under inverse demand above the price: at a price of zero
nobody takes more than `alpha_j beta_j`.

Where the firms' versions of a good differ, with `gamma_j = 1 - differentiation_j` (Singh and Vives 1984, Price and
quantity competition in a differentiated duopoly, RAND Journal of Economics 15, equation 1, for N firms):

    p_ij = max(0, alpha_j - ((1 - gamma_j) q_ij + gamma_j X_j) / beta_j)
    CS   = sum_j ((1 - gamma_j) sum_i x_ij^2 + gamma_j X_j^2) / (2 beta_j)

from the quadratic utility `sum_i alpha x_i - ((1 - gamma) sum_i x_i^2 + gamma X^2) / (2 beta)`. What is taken, x, is
what is brought as long as every price is above zero; otherwise buyers leave what is worth nothing to them (see
`taken`). `price` is then the mean over the versions, weighted by what was brought, and alpha where nothing was.
"""

from __future__ import annotations

from collections.abc import Sequence
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
    firm_price: Array | None = None
    """the price of each firm's version, [..., N, M], where versions differ"""


def clear(
    spec: CournotSpec, actions: ArrayLike, intercept: ArrayLike | None = None, active: ArrayLike | None = None
) -> Outcome:
    """Clear rounds in which firms bring the quantities `actions[..., N, M]`.

    `intercept[..., M]` is alpha as realised where demand was shocked; leading axes broadcast. Sums run in the order of
    firms and goods, as `clear_round` does them, so that both give the same bits. `active[N]` says who is in the market,
    everybody by default: who is not pays no fixed cost. Raises `ValueError` when the last axes are not (N, M).
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
    if spec.differentiated:
        firm_price, price, surplus_by_good = _differentiated(spec, quantity, total, alpha)
        profit_by_good = (firm_price - cost) * quantity
    else:
        firm_price, price = None, np.maximum(alpha - total / beta, 0.0)
        profit_by_good = (price[..., None, :] - cost) * quantity
        served = np.minimum(total, alpha * beta)
        surplus_by_good = served * served / (2.0 * beta)
    profit = profit_by_good[..., 0]
    for j in range(1, goods):
        profit = profit + profit_by_good[..., j]
    if spec.fixed_cost is not None:
        fixed = np.asarray(spec.fixed_cost)
        profit = profit - (fixed if active is None else np.where(active, fixed, 0.0))
    surplus = surplus_by_good[..., 0]
    for j in range(1, goods):
        surplus = surplus + surplus_by_good[..., j]
    welfare = surplus
    for i in range(firms):
        welfare = welfare + profit[..., i]
    return Outcome(alpha, quantity, total, price, profit_by_good, profit, surplus, welfare, firm_price)


def _differentiated(spec: CournotSpec, quantity: Array, total: Array, alpha: Array) -> tuple[Array, Array, Array]:
    """The prices of versions [..., N, M], their means by good [..., M], and the surplus by good [..., M]."""
    beta, gamma = np.asarray(spec.beta), np.asarray(spec.substitutability)
    firms, satiated = quantity.shape[-2], alpha * beta
    largest = quantity.max(axis=-2)
    left = (1.0 - gamma) * largest + gamma * total > satiated
    limit = largest.copy()
    for place in zip(*np.nonzero(left), strict=True):
        limit[place] = taken(
            quantity[(*place[:-1], slice(None), place[-1])].tolist(), satiated[place], gamma[place[-1]]
        )
    took = np.minimum(quantity, limit[..., None, :])
    consumed, squares = took[..., 0, :], took[..., 0, :] * took[..., 0, :]
    for i in range(1, firms):
        consumed = consumed + took[..., i, :]
        squares = squares + took[..., i, :] * took[..., i, :]
    firm_price = np.maximum(
        alpha[..., None, :] - ((1.0 - gamma) * quantity + (gamma * consumed)[..., None, :]) / beta, 0.0
    )
    revenue = firm_price[..., 0, :] * quantity[..., 0, :]
    for i in range(1, firms):
        revenue = revenue + firm_price[..., i, :] * quantity[..., i, :]
    sold = total > 0.0
    price = np.where(sold, revenue / np.where(sold, total, 1.0), alpha)
    surplus = ((1.0 - gamma) * squares + gamma * (consumed * consumed)) / (2.0 * beta)
    return firm_price, price, surplus


def taken(quantity: Sequence[float], satiated: float, gamma: float) -> float:
    """The most that buyers take of any one version when they are brought `quantity[N]` of a good.

    They take x_i = min(q_i, t): all of a version with a price above zero, and equally much, t, of every other, where
    the last unit is worth nothing, (1 - gamma) t + gamma X = `satiated` (alpha beta). These are the conditions of the
    quadratic utility's maximum under 0 <= x <= q, so prices are those of a competitive use of what was brought.
    """
    ordered = sorted(quantity)
    bound, rest = 0.0, len(ordered)
    limit = ordered[-1]
    for own in ordered:
        limit = (satiated - gamma * bound) / (1.0 - gamma + gamma * rest)
        if limit <= own:
            break
        bound += own
        rest -= 1
        limit = ordered[-1]
    return max(limit, 0.0)
