"""What every market of the library offers beyond PettingZoo's ParallelEnv."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
from pettingzoo import ParallelEnv

from agoranomos.markets.facts import MarketFacts, Measures


class Market(ParallelEnv):  # type: ignore[misc]
    """A ParallelEnv with formulas and benchmarks that publishes integer measures of the round just cleared.

    Actions are turned into integers (millionths) before the market clears, so `actions_e6` is exactly what happened.
    """

    facts: MarketFacts
    goods: tuple[str, ...]

    @abstractmethod
    def measures(self) -> Measures:
        """The measures of the round just cleared, as `facts.measures` shapes them; integers in millionths."""

    @abstractmethod
    def actions_e6(self) -> tuple[tuple[int, ...], ...]:
        """The actions that cleared, per agent and good, in millionths, after projection onto what is feasible."""

    @abstractmethod
    def projected(self) -> tuple[str, ...]:
        """The agents whose last action was not feasible and was projected."""

    @abstractmethod
    def describe(self) -> dict[str, Any]:
        """The resolved specification as plain JSON values; two markets with equal descriptions behave equally."""

    @abstractmethod
    def cap(self, agent: str, action: np.ndarray, share_e6: int) -> np.ndarray:
        """`action` scaled down, where needed, to `share_e6` millionths of the agent's capacity; 0 suspends it."""
