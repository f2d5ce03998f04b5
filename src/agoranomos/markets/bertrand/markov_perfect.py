"""Sequential pricing between two firms: what Markov strategies are worth, and whether they are an equilibrium.

The game of Maskin and Tirole (1988), A Theory of Dynamic Oligopoly II, Econometrica 56: firms reset their prices in
turn, each for two rounds; a Markov strategy looks at the price of the other, which stands, and at nothing else. With
R_i the strategies, pi_i the profits of a round, d the discount factor:

    V_i(q) = max_p  pi_i(p, q) + d W_i(p)                       the firm to move against the price q
    W_i(p) = sum_q R_j(q | p) (pi_i(p, q) + d V_i(q))           the firm whose price p stands while the other moves

A profile is a Markov perfect equilibrium if and only if no firm gains by another price in one state, once (the
one-shot deviation principle, which discounting gives). `deviation_gain` solves the two equations of a profile
exactly, as a linear system, and returns the largest such gain: 0 to rounding for an equilibrium.

Their example has demand 1 - p, no cost, and prices 0, 1/6, ..., 1 (here 0, 1, ..., 6 and demand 6 - p, which is the
same game in other units), and two equilibria for patient firms: `kinked_demand` (table I), in which 3, the monopoly
price, is held by the fear of a price war, and `edgeworth_cycle` (table II).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError
from agoranomos.markets.bertrand.clear import clear
from agoranomos.markets.bertrand.demand import Array
from agoranomos.markets.bertrand.equilibrium import price_grid
from agoranomos.markets.bertrand.spec import BertrandSpec

TOLERANCE = 1e-9
"""The largest gain by a deviation at which a profile counts as an equilibrium, relative to the best round's profit."""

EXAMPLE_PRICES = 7


class Values(NamedTuple):
    """Discounted profits of one firm, by price: `moving[q]` against a standing q, `standing[p]` while p stands."""

    moving: Array
    standing: Array


def round_profits(spec: BertrandSpec) -> Array:
    """Profits [2, K, K] of a round, by the firm, its own price and the other's; raises `UsageError` unless N = 2."""
    if len(spec.firms) != 2:
        raise UsageError(f"{spec.name} has {len(spec.firms)} firms; Markov strategies are computed for two")
    grid = price_grid(spec)
    own, other = np.meshgrid(grid, grid, indexing="ij")
    first = clear(spec, np.stack([own, other], axis=-1)).profit[..., 0]
    second = clear(spec, np.stack([other, own], axis=-1)).profit[..., 1]
    return np.stack([first, second])


def values(profits: Array, strategy: Array, discount: float) -> tuple[Values, Values]:
    """What the profile `strategy[2, K, K]` (firm, the other's price, own price: rows sum to 1) is worth to each firm.

    `profits[2, K, K]` as of `round_profits`. The two equations with the firm's own strategy in place of the maximum.
    """
    found = []
    for i in range(2):
        own, other = strategy[i], strategy[1 - i]
        points = len(own)
        # V = diag(R pi) + d R W and W = diag(R' pi) + d R' V, one linear system in (V, W)
        moved = np.einsum("qp,pq->q", own, profits[i])
        stood = np.einsum("pq,pq->p", other, profits[i])
        matrix = np.block([[np.eye(points), -discount * own], [-discount * other, np.eye(points)]])
        solved = np.linalg.solve(matrix, np.concatenate([moved, stood]))
        found.append(Values(solved[:points], solved[points:]))
    return found[0], found[1]


def deviation_gain(profits: Array, strategy: Array, discount: float) -> float:
    """The most that a firm gains, discounted, by one other price in one state; never below 0.

    Raises `UsageError` for a profile that is none, or a discount factor outside 0 .. 1.
    """
    _require_profile(profits, strategy, discount)
    gain = 0.0
    for i, worth in enumerate(values(profits, strategy, discount)):
        by_price = profits[i].T + discount * worth.standing[None, :]  # [the other's price, own price]
        gain = max(gain, float((by_price.max(axis=1) - worth.moving).max()))
    return gain


def is_markov_perfect(profits: Array, strategy: Array, discount: float) -> bool:
    """Whether nobody gains more than `TOLERANCE` times the largest profit of a round."""
    return deviation_gain(profits, strategy, discount) <= TOLERANCE * max(float(np.abs(profits).max()), 1e-300)


def best_markov_reply(profits: Array, rival: Array, discount: float) -> NDArray[np.intp]:
    """The best prices [K] of a firm, as places of the grid by the other's price, against the strategy `rival[K, K]`.

    `profits[K, K]` are the firm's, by its own and the other's price. Policy iteration, which ends after finitely many
    steps at the exact optimum; of prices as good, the lowest.
    """
    points = len(rival)
    chosen = np.zeros(points, dtype=np.intp)
    for _ in range(points**2 + 10):
        own = np.eye(points)[chosen]
        worth = values(np.stack([profits, profits]), np.stack([own, rival]), discount)[0]
        by_price = profits.T + discount * worth.standing[None, :]
        better = by_price.max(axis=1) > worth.moving + 1e-12 * max(float(np.abs(worth.moving).max()), 1.0)
        if not better.any():
            break
        chosen = np.where(better, by_price.argmax(axis=1), chosen)
    return chosen


def kinked_demand(discount: float) -> Array:
    """Table I: 3 against 3 and above and against 0; 1 against 2; against 1, 1 with chance b and 3 otherwise.

    `b = (5 + d) / (5 d + 9 d^2)` makes a firm at 1 indifferent between waiting and relenting. [2, 7, 7]
    Raises `UsageError` below d = 5/9, where b would be more than 1.
    """
    _require_discount(discount)
    waits = _chance(5.0 + discount, 5.0 * discount + 9.0 * discount**2, discount)
    reaction = np.zeros((EXAMPLE_PRICES, EXAMPLE_PRICES))
    reaction[[0, 3, 4, 5, 6], 3] = 1.0
    reaction[2, 1] = 1.0
    reaction[1, 1], reaction[1, 3] = waits, 1.0 - waits
    return np.stack([reaction, reaction])


def edgeworth_cycle(discount: float) -> Array:
    """Table II [2, 7, 7]: a step below the other, down to 0; there a firm waits with chance m and else goes to 5.

    m makes a firm at 0 indifferent between going to 5, `V(0) = d W(5) = d^2 V(4)`, and waiting,
    `V(0) = d W(0) = d^2 (m V(0) + (1 - m) V(5))`. Against 6 as against 5 the reply is 4: demand is small up there.
    Raises `UsageError` for firms so impatient that m would be negative.
    """
    _require_discount(discount)
    reaction = np.zeros((EXAMPLE_PRICES, EXAMPLE_PRICES))
    for other in range(1, EXAMPLE_PRICES):
        reaction[other, min(other - 1, 4)] = 1.0
    # V(1) = d W(0) = V(0); V(q) = alone(q - 1) + d W(q - 1) with W(p) = d V(p - 1): V(q) = constant + slope V(0)
    d, alone = discount, np.array([price * (6.0 - price) for price in range(EXAMPLE_PRICES)])
    constant, slope = np.zeros(EXAMPLE_PRICES), np.zeros(EXAMPLE_PRICES)
    slope[0] = slope[1] = 1.0
    for other in range(2, 6):
        constant[other] = alone[other - 1] + d * d * constant[other - 2]
        slope[other] = d * d * slope[other - 2]
    lowest = d * d * constant[4] / (1.0 - d * d * slope[4])
    top = constant[5] + slope[5] * lowest
    waits = _chance(top * d * d - lowest, (top - lowest) * d * d, d)
    reaction[0, 0], reaction[0, 5] = waits, 1.0 - waits
    return np.stack([reaction, reaction])


def _chance(numerator: float, denominator: float, discount: float) -> float:
    """The chance with which a firm waits; raises `UsageError` where no chance makes it indifferent."""
    chance = numerator / denominator if denominator > 0.0 else -1.0
    if not 0.0 <= chance <= 1.0:
        raise UsageError(f"a discount factor of {discount}: firms are too impatient for this equilibrium")
    return chance


def _require_discount(discount: float) -> None:
    if not 0.0 <= discount < 1.0:
        raise UsageError(f"a discount factor of {discount}; at least 0 and less than 1 was expected")


def _require_profile(profits: Array, strategy: Array, discount: float) -> None:
    _require_discount(discount)
    if strategy.shape != profits.shape or strategy.shape[0] != 2 or strategy.shape[1] != strategy.shape[2]:
        raise UsageError(f"strategies of shape {strategy.shape} for profits of shape {profits.shape}")
    if (strategy < 0.0).any() or not np.allclose(strategy.sum(axis=2), 1.0, rtol=0, atol=1e-12):
        raise UsageError("every row of a strategy is a distribution over prices: not negative, with sum 1")
