"""What a network sees: an agent's observation as one row of numbers, and its own standing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from gymnasium import spaces

from agoranomos.errors import UsageError
from agoranomos.markets.market import Market

LEFT_OUT = ("round", "cumulative_profit")
"""Grow for as long as a run lasts: what was learnt in short runs would mean nothing in long ones."""


@dataclass(frozen=True, slots=True)
class Features:
    """`parts` names the observations in order, each with its length; `states` counts the institution's states.

    The row has the parts, then one number a state: 1 for the state that the agent is in. Without an institution
    (`states` 0) standings are not seen at all.
    """

    parts: tuple[tuple[str, int], ...]
    states: int

    @property
    def size(self) -> int:
        """How many numbers a row has."""
        return sum(length for _, length in self.parts) + self.states

    def row(self, observation: Mapping[str, np.ndarray], state: int) -> np.ndarray:
        """The row [size] of one observation; raises `UsageError` for a state beyond those that were trained with."""
        seen = [observation[name] for name, _ in self.parts]
        if not self.states:
            return np.concatenate(seen)
        if state >= self.states:
            raise UsageError(
                f"the network was trained under an institution of {self.states} states, and meets state {state + 1}",
                advice="Train it under this institution: agora train ppo --institution NAME.",
            )
        standing = np.zeros(self.states)
        standing[state] = 1.0
        return np.concatenate([*seen, standing])


def features_of(market: Market, agent: str, states: int = 0) -> Features:
    """What `agent` can see in `market`, and, with `states` above 0, its standing."""
    space = market.observation_space(agent)
    assert isinstance(space, spaces.Dict)
    parts = [(name, int(np.prod(part.shape or (1,)))) for name, part in space.spaces.items() if name not in LEFT_OUT]
    return Features(tuple(parts), states)
