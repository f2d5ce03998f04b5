"""Games that the tests of learning are played in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agoranomos.learning.q_learning import LearningGame
from agoranomos.markets.stage_game import StageGame

NASH_PRICE, MONOPOLY_PRICE = 1.4729, 1.9250
"""Calvano et al. (2020), to the four digits that are printed."""


def logit_profits(prices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Profits [..., N] at prices [..., N]: a = 2, c = 1, a_0 = 0, mu = 1/4."""
    attraction = np.exp((2.0 - prices) / 0.25)
    return (prices - 1.0) * attraction / (attraction.sum(axis=-1, keepdims=True) + 1.0)


def logit_duopoly(points: int = 15) -> StageGame:
    """The paper's duopoly with `points` prices, xi = 0.1; an action is the price itself."""
    margin = 0.1 * (MONOPOLY_PRICE - NASH_PRICE)
    menu = np.linspace(NASH_PRICE - margin, MONOPOLY_PRICE + margin, points)[:, None]
    return StageGame(("a", "b"), (menu, menu), lambda actions: logit_profits(actions[..., 0]))


def random_game(generator: np.random.Generator, *, standings: int = 1, cases: int = 1) -> LearningGame:
    """Two or three agents with two to four actions each; standings move at random, and everybody may see its own."""
    sizes = tuple(int(n) for n in generator.integers(2, 5, generator.integers(2, 4)))
    joint, agents = int(np.prod(sizes)), len(sizes)
    profits = generator.normal(1.0, 1.0, (joint, agents))
    fines = generator.exponential(0.5, (standings, joint, cases, agents)) * (standings > 1)
    chances = generator.dirichlet(np.ones(cases))
    return LearningGame(
        sizes,
        profits[None, :, None, :] - fines,
        generator.integers(0, standings, (standings, joint, cases)),
        chances,
        generator.integers(0, 2, (standings, agents)) if standings > 1 else np.zeros((1, agents), np.int64),
        profits,
    )
