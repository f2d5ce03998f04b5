"""Tabular Q-learning of several agents in one repeated game: the rule, and the game as the rule sees it.

In period t an agent in state s plays a uniform action with probability `exp(-decay t)`, else the first best known one.
It then learns `Q(s, a) <- (1 - learning_rate) Q(s, a) + learning_rate (r + discount max Q(s', .))`; all do so at once.

Source: Calvano, Calzolari, Denicolo and Pastorello (2020), Artificial Intelligence, Algorithmic Pricing, and Collusion,
American Economic Review 110(10), on the learning rule, exploration and initial values.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError
from agoranomos.markets.stage_game import StageGame

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]

LARGEST_VALUES = 100_000_000
"""Values that one session's table may hold."""


@dataclass(frozen=True, slots=True)
class QLearning:
    """The parameters: alpha, delta and beta of the paper, and when a session is over.

    A session has converged when no agent's best known action changed in any state for `stable` periods in a row; it is
    given up after `most` periods.
    """

    learning_rate: float = 0.15
    discount: float = 0.95
    decay: float = 4e-6
    stable: int = 100_000
    most: int = 1_000_000_000

    def __post_init__(self) -> None:
        for name, value, most in (("learning rate", self.learning_rate, 1.0), ("discount", self.discount, 1.0)):
            if not 0.0 <= value <= most:
                raise UsageError(f"a {name} of {value}: a number from 0 to {most:g} was expected")
        if self.discount == 1.0:
            raise UsageError("a discount of 1 values the future without end", advice="Choose one below 1.")
        if not (math.isfinite(self.decay) and self.decay >= 0.0):
            raise UsageError(f"a decay of exploration of {self.decay}: a finite number from 0 was expected")
        if self.stable < 1 or self.most < 1:
            raise UsageError("a session needs at least one period, and at least one of rest")


@dataclass(frozen=True)
class LearningGame:
    """A repeated game over menus, with what an institution makes of it.

    A state is the last joint action (first agent slowest) and, where `perceived` says so, the own standing. `sizes` [N]
    are the menus' lengths. With S joint actions, Z joint standings (0 the first) and C ways the authority's draws may
    fall out: `rewards` [Z, S, C, N] in the market's units, net of fines; `following` [Z, S, C] the next standing;
    `chances` [C]; `perceived` [Z, N] the place of an agent's own standing in its state (all 0: it does not see it);
    `profits` [S, N] before fines. Without an institution Z and C are 1.
    """

    sizes: tuple[int, ...]
    rewards: Floats
    following: Indices
    chances: Floats
    perceived: Indices
    profits: Floats

    @property
    def agents(self) -> int:
        """N."""
        return len(self.sizes)

    @property
    def joint(self) -> int:
        """S: joint actions."""
        return math.prod(self.sizes)

    @cached_property
    def standings(self) -> int:
        """How many standings of its own an agent tells apart in its state."""
        return int(self.perceived.max()) + 1

    @property
    def rows(self) -> int:
        """States of one agent."""
        return self.joint * self.standings

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """What one step on each agent's menu adds to the place of a joint action."""
        return tuple(math.prod(self.sizes[i + 1 :]) for i in range(self.agents))

    def joint_of(self, actions: tuple[int, ...]) -> int:
        """The place of a joint action."""
        return sum(action * stride for action, stride in zip(actions, self.strides, strict=True))

    def actions_of(self, joint: int) -> tuple[int, ...]:
        """The joint action at this place."""
        return tuple(joint // stride % size for stride, size in zip(self.strides, self.sizes, strict=True))

    def initial_values(self, discount: float) -> Floats:
        """Q at the start, [rows, N, K]: the discounted profit while all others choose uniformly.

        Beyond an agent's own menu the values are minus infinity. Profits are those before fines: nobody knows of an
        institution before it has been judged. Raises `UsageError` for more values than memory should hold.
        """
        largest = max(self.sizes)
        if self.rows * self.agents * largest > LARGEST_VALUES:
            raise UsageError(
                f"{self.rows:,} states are too many for a table of values",
                advice="Choose smaller menus, or fewer agents.",
            )
        by_agent = self.profits.reshape(*self.sizes, self.agents)
        own = np.full((self.agents, largest), -np.inf)
        for i, size in enumerate(self.sizes):
            others = tuple(j for j in range(self.agents) if j != i)
            own[i, :size] = by_agent[..., i].mean(axis=others) / (1.0 - discount)
        return np.ascontiguousarray(np.broadcast_to(own, (self.rows, self.agents, largest)))


def learning_game(table: Floats) -> LearningGame:
    """The game with these payoffs [K_1, ..., K_N, N], as `StageGame.table` gives them, without an institution."""
    sizes = tuple(table.shape[:-1])
    if len(sizes) != table.shape[-1] or not np.isfinite(table).all():
        raise UsageError(f"payoffs of shape {table.shape}: finite ones [K_1, ..., K_N, N] were expected")
    profits = np.ascontiguousarray(table, dtype=np.float64).reshape(-1, len(sizes))
    return LearningGame(
        sizes,
        profits[None, :, None, :],
        np.zeros((1, len(profits), 1), np.int64),
        np.ones(1),
        np.zeros((1, len(sizes)), np.int64),
        profits,
    )


def game_of(stage: StageGame) -> LearningGame:
    """The game that learners play where a market's rounds are this stage game."""
    return learning_game(stage.table)
