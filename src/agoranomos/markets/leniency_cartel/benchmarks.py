"""What prices are held against, on the grid and without it.

On the grid: `nash`, the price at which no firm gains by asking another one alone (of several the dearest); `monopoly`,
the common price of the greatest sum of profits; `competitive`, the lowest that covers marginal cost. Without the grid,
in closed form for N firms that all sell: Nash `[a (1 - gamma) + (1 + gamma (N - 2)) c] / [2 + gamma (N - 3)]` and joint
monopoly `(a + c) / 2`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from agoranomos.markets.leniency_cartel.clear import Array, clear
from agoranomos.markets.leniency_cartel.spec import LeniencyCartelSpec


def benchmarks(spec: LeniencyCartelSpec) -> Mapping[str, int]:
    """The common price at each benchmark, as its place in the grid."""
    common = clear(spec, np.repeat(grid(spec)[:, None], len(spec.firms), axis=1)).profit[:, 0]
    regret = gains(spec)
    stable = np.flatnonzero(regret <= regret.min() + 1e-9 * max(1.0, float(np.abs(common).max())))
    return {
        "nash": int(stable[-1]),
        "monopoly": int(np.argmax(common)),
        "competitive": math.ceil(round(spec.marginal_cost / spec.price_step, 9)),
    }


def gains(spec: LeniencyCartelSpec) -> Array:
    """What a firm gains by its best other price where all ask the same, for each price of the grid [K]; least is 0."""
    prices = grid(spec)
    joint = np.empty((len(prices), len(prices), len(spec.firms)))
    joint[...] = prices[:, None, None]
    joint[..., 0] = prices[None, :]
    own = clear(spec, joint).profit[..., 0]
    return np.asarray(own.max(axis=1) - np.diagonal(own))


def grid(spec: LeniencyCartelSpec) -> Array:
    """Every price that may be asked, [K]."""
    return np.array([spec.price(k) for k in range(spec.prices)])


def nash_price(spec: LeniencyCartelSpec) -> float:
    """The equilibrium price without a grid."""
    firms, gamma = len(spec.firms), spec.substitution
    own = 1.0 + gamma * (firms - 2)
    return (spec.intercept * (1.0 - gamma) + own * spec.marginal_cost) / (2.0 + gamma * (firms - 3))


def monopoly_price(spec: LeniencyCartelSpec) -> float:
    """The price of the greatest joint profit without a grid."""
    return (spec.intercept + spec.marginal_cost) / 2.0
