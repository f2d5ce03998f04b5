"""Prices in a logit market: the Nash equilibrium of one round and the joint monopoly, to rounding.

First-order conditions (Anderson, de Palma, Thisse 1992, *Discrete Choice Theory of Product Differentiation*, ch. 7):

    Nash            p_i - c_i = mu / (1 - s_i)
    joint monopoly  p_i - c_i = mu / (1 - sum_j s_j), the same margin for every firm

The game is aggregative (Nocke and Schutz 2018, Econometrica 86): given H, the logarithm of everybody's weight, that
of the outside good among it, each firm's condition is `log s_i + 1 / (1 - s_i) = (a_i - c_i) / mu - H`, which has one
solution, and the shares add up for one H. So the equilibrium is unique, and nothing has to be guessed.
"""

from __future__ import annotations

import numpy as np

from agoranomos.errors import MachineError
from agoranomos.markets.bertrand.demand import Array, logit_shares

PRECISION = 1e-12
"""How well the first-order conditions hold, relative to the largest price, cost or mu; to a millionth of mu, too."""


def logit_nash(cost: Array, quality: Array, mu: float, outside: float) -> Array:
    """The unique Nash prices [N] for `cost[N]` and `quality[N]`; raises `MachineError` where rounding is in the way."""
    worth = (quality - cost) / mu
    low = outside / mu
    top = max(float(worth.max()), low)
    high = top + float(np.log(np.exp(low - top) + np.exp(worth - top).sum()))
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        excess = _share(worth - middle).sum() + np.exp(outside / mu - middle) - 1.0
        low, high = (middle, high) if excess > 0.0 else (low, middle)
    price = cost + mu * (1.0 + _surplus_margin(worth - 0.5 * (low + high)))
    for _ in range(4):
        price = price - np.linalg.solve(*_conditions(price, cost, quality, mu, outside))
    return _checked(price, _conditions(price, cost, quality, mu, outside)[1], cost, mu)


def logit_monopoly(cost: Array, quality: Array, mu: float, outside: float) -> Array:
    """The prices [N] that maximise the sum of profits: `m = mu (1 + W(B / e))`, `B = sum_j e^((a_j - c_j - a_0) / mu)`.

    W is Lambert's function, found here by Newton's method on logarithms, which overflow nothing.
    """
    worth = (quality - cost - outside) / mu
    top = float(worth.max())
    weight = top + float(np.log(np.exp(worth - top).sum()))
    log_w = min(weight - 1.0, np.log(max(weight - 1.0, 1e-300))) if weight > 1.0 else weight - 1.0
    for _ in range(100):
        step = (np.exp(log_w) + log_w - (weight - 1.0)) / (np.exp(log_w) + 1.0)
        log_w -= step
        if abs(step) <= 1e-16 * max(abs(log_w), 1.0):
            break
    price = cost + mu * (1.0 + np.exp(log_w))
    served = float(logit_shares(price, quality, mu, outside).sum())
    return _checked(price, np.atleast_1d((price - cost) * (1.0 - served) - mu), cost, mu)


def _surplus_margin(level: Array) -> Array:
    """The odds y = s / (1 - s) where `log s + 1 / (1 - s) = level`: `log y - log(1 + y) + y + 1 = level`."""
    z = np.minimum(level - 1.0, -0.7)
    for _ in range(100):
        y = np.exp(z)
        step = (z - np.log1p(y) + y + 1.0 - level) / (1.0 / (1.0 + y) + y)
        z = z - np.clip(step, -5.0, 5.0)
        if np.all(np.abs(step) <= 1e-15 * np.maximum(np.abs(z), 1.0)):
            break
    return np.asarray(np.exp(z))


def _share(level: Array) -> Array:
    y = _surplus_margin(level)
    return np.asarray(y / (1.0 + y))


def _conditions(price: Array, cost: Array, quality: Array, mu: float, outside: float) -> tuple[Array, Array]:
    """The Jacobian [N, N] and the values [N] of `(p_i - c_i) (1 - s_i) - mu`."""
    share = logit_shares(price, quality, mu, outside)
    margin = price - cost
    jacobian = -(margin * share)[:, None] * share[None, :] / mu
    np.fill_diagonal(jacobian, (1.0 - share) * (1.0 + margin * share / mu))
    return jacobian, margin * (1.0 - share) - mu


def _checked(price: Array, residual: Array, cost: Array, mu: float) -> Array:
    scale = max(float(np.max(np.abs(price))), float(np.max(cost)), mu)
    if not np.all(np.isfinite(price)) or float(np.max(np.abs(residual))) > min(PRECISION * scale, 1e-6 * mu):
        raise MachineError(
            "the benchmark prices of this market could not be computed to twelve digits",
            advice="Parameters many orders of magnitude apart are the likely cause; choose other units.",
        )
    return price
