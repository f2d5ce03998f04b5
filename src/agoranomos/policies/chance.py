"""Policies that leave everything to chance."""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from agoranomos.institutions.notices import Notice
from agoranomos.markets.facts import SCALE
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless, NoParameters
from agoranomos.randomness import MAX_EXACT_INTEGER, Randomness

TRIES = 64
"""Draws after which an action that is still not feasible is cut down to size."""


class ZeroIntelligence(Memoryless[NoParameters]):
    """Draws its action uniformly from all that its action space allows, every number of it independently.

    Where the numbers have a common limit (a capacity) it draws again until they keep it; an action that after 64
    draws still does not is cut down in proportion. Source: zero-intelligence traders without a constraint, Gode and
    Sunder (1993), Allocative Efficiency of Markets with Zero-Intelligence Traders.
    """

    name = "zero-intelligence"
    parameters_type = NoParameters
    facts = Facts("chance", stochastic=True)

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """One uniform draw."""
        return Decision(uniform_action(self.seat, randomness.generator("zero-intelligence")), None)


class Random(Memoryless[NoParameters]):
    """Draws an entry of its menu, each with the same probability.

    Source: RANDOM in Axelrod (1980), Effective Choice in the Prisoner's Dilemma.
    """

    name = "random"
    parameters_type = NoParameters
    facts = Facts("chance", stochastic=True, needs=("game",))

    def __init__(self, parameters: NoParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._menu = np.array(self.game.menus[seat.index], dtype=np.float64)
        self._menu.flags.writeable = False

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """One entry."""
        entries = len(self._menu)
        return Decision(self._menu[randomness.integer("random") * entries // (MAX_EXACT_INTEGER + 1)], None)


def uniform_action(seat: Seat, generator: np.random.Generator) -> NDArray[np.float64]:
    """A draw, uniform over what the action space of the seat allows within its capacity, where it has one, [F]."""
    market, agent = seat.market, seat.agent
    space = market.action_space(agent)
    action = _within_bounds(space, generator)
    if not market.can_cap(agent):
        return action
    for _ in range(TRIES):
        if np.array_equal(market.cap(agent, action, SCALE), action):
            return action
        action = _within_bounds(space, generator)
    return np.asarray(market.cap(agent, action, SCALE), dtype=np.float64)


def _within_bounds(space: spaces.Space[Any], generator: np.random.Generator) -> NDArray[np.float64]:
    if isinstance(space, spaces.Box):
        return np.asarray(generator.uniform(space.low, space.high), dtype=np.float64)
    sizes = np.atleast_1d(space.n if isinstance(space, spaces.Discrete) else space.nvec)
    return np.asarray(generator.integers(sizes), dtype=np.float64)
