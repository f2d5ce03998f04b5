"""One round of a commons, over arrays with any leading axes and, in plain numbers, for a single world.

Users ask for amounts at once. Where they ask for more than the stock X holds, it is rationed in proportion to what
each asked (GovSim's `proportional` rule, without its rounding to whole units), and nothing is left. With takes h_i,
H their sum and R = X - H what is left:

    doubling         X' = min(K, factor R), and 0 where R < collapse       profit_i = price h_i
    logistic         X' = X + rate X (1 - X / K) - H                       profit_i = (price - effort_cost / X) h_i
    levhari-mirman   X' = K (R / K)^alpha                                  profit_i = ln h_i

The logarithm of nothing is taken as that of a millionth, the least amount that is counted. R is held
against C, and X' kept, in millionths.
Sources: see `growth`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.markets.commons.growth import Doubling, Growth, Logistic
from agoranomos.markets.commons.spec import CommonsSpec
from agoranomos.markets.exact import ordered_sums
from agoranomos.markets.facts import SCALE

Array: TypeAlias = NDArray[np.float64]

LEAST = 1.0 / SCALE
"""The smallest amount that is counted."""


class Outcome(NamedTuple):
    """What happened in rounds of a commons; N users, `...` any leading axes."""

    stock: Array
    """found, [...]"""
    request: Array
    """[..., N]"""
    take: Array
    """[..., N]"""
    total: Array
    """H, [...]"""
    next_stock: Array
    """[...]"""
    profit: Array
    """[..., N]"""
    welfare: Array
    """[...]"""


class RoundOutcome(NamedTuple):
    """`Outcome` of a single world, in plain numbers."""

    stock: float
    request: tuple[float, ...]
    take: tuple[float, ...]
    total: float
    next_stock: float
    profit: tuple[float, ...]
    welfare: float


def clear(spec: CommonsSpec, actions: ArrayLike, stock: ArrayLike | None = None) -> Outcome:
    """Rounds in which users ask for `actions[..., N, 1]` of the stocks `stock[...]` (by default the initial one).

    Leading axes broadcast. Raises `ValueError` when the last axes are not (N, 1).
    """
    asked = np.asarray(actions, dtype=np.float64)
    users = len(spec.users)
    if asked.shape[-2:] != (users, 1):
        raise ValueError(f"actions of shape {asked.shape}; [..., {users}, 1] was expected")
    found = np.asarray(spec.initial_stock if stock is None else stock, dtype=np.float64)
    leading = np.broadcast_shapes(asked.shape[:-2], found.shape)
    request = np.broadcast_to(asked[..., 0], (*leading, users))
    found = np.broadcast_to(found, leading)
    wanted = ordered_sums(request)
    short = wanted > found
    part = np.where(short, found / np.where(short, wanted, 1.0), 1.0)
    take = request * part[..., None]
    total = np.where(short, found, wanted)
    profit = _profit(spec, found[..., None], take)
    return Outcome(found, request, take, total, regrow(spec, found, total), profit, ordered_sums(profit))


def regrow(spec: CommonsSpec, stock: ArrayLike, total: ArrayLike) -> Array:
    """The stock of the next round after `total[...]` was taken from `stock[...]`."""
    found, taken = np.asarray(stock, dtype=np.float64), np.asarray(total, dtype=np.float64)
    growth, capacity = spec.growth, spec.capacity
    left = np.maximum(found - taken, 0.0)
    if isinstance(growth, Doubling):
        gone = np.rint(left * SCALE) < round(growth.collapse * SCALE)
        grown = np.where(gone, 0.0, np.minimum(growth.factor * left, capacity))
    elif isinstance(growth, Logistic):
        grown = found + growth.rate * found * (1.0 - found / capacity) - taken
        grown = np.minimum(np.maximum(grown, 0.0), capacity)
    else:
        grown = capacity * (left / capacity) ** growth.alpha
    return np.asarray(np.rint(grown * SCALE) / SCALE)


def clear_round(spec: CommonsSpec, request: Sequence[float], stock: float) -> RoundOutcome:
    """`clear` for one world in plain numbers, several times as fast; the same operations in the same order."""
    wanted = 0.0
    for amount in request:
        wanted = wanted + amount
    if wanted > stock:
        part = stock / wanted
        take = tuple([amount * part for amount in request])
        total = stock
    else:
        take, total = tuple(request), wanted
    growth = spec.growth
    if isinstance(growth, Doubling):
        profit = tuple([spec.price * amount for amount in take])
    elif isinstance(growth, Logistic):
        margin = spec.price - spec.effort_cost / stock if stock > 0.0 else 0.0
        profit = tuple([margin * amount for amount in take])
    else:
        profit = tuple([math.log(max(amount, LEAST)) for amount in take])
    welfare = 0.0
    for earned in profit:
        welfare = welfare + earned
    following = regrown(growth, spec.capacity, stock, total)
    return RoundOutcome(stock, tuple(request), take, total, following, profit, welfare)


def regrown(growth: Growth, capacity: float, stock: float, total: float) -> float:
    """`regrow` for one world in plain numbers."""
    left = max(stock - total, 0.0)
    if isinstance(growth, Doubling):
        gone = round(left * SCALE) < round(growth.collapse * SCALE)
        grown = 0.0 if gone else min(growth.factor * left, capacity)
    elif isinstance(growth, Logistic):
        grown = min(max(stock + growth.rate * stock * (1.0 - stock / capacity) - total, 0.0), capacity)
    else:
        grown = capacity * (left / capacity) ** growth.alpha
    return round(grown * SCALE) / SCALE


def _profit(spec: CommonsSpec, stock: Array, take: Array) -> Array:
    if isinstance(spec.growth, Doubling):
        return np.asarray(spec.price * take)
    if isinstance(spec.growth, Logistic):
        margin = np.where(stock > 0.0, spec.price - spec.effort_cost / np.where(stock > 0.0, stock, 1.0), 0.0)
        return np.asarray(margin * take)
    return np.asarray(np.log(np.maximum(take, LEAST)))
