"""Sequential pricing as a PettingZoo AECEnv in which only the firm whose turn it is acts."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import spaces
from pettingzoo import AECEnv

from agoranomos.markets.bertrand.env import Bertrand
from agoranomos.markets.market import Observation


class AlternatingBertrand(AECEnv):  # type: ignore[misc]
    """The market with `timing: sequential`, one `step` a round: the mover's price is reset and the round clears.

    Every firm is rewarded in every round, whoever moved. `market` is the parallel form underneath. Source: Maskin and
    Tirole (1988), A Theory of Dynamic Oligopoly II, Econometrica 56.
    """

    metadata: ClassVar[dict[str, Any]] = {
        "name": "bertrand_sequential_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": False,
    }

    def __init__(self, market: Bertrand) -> None:
        super().__init__()
        self.market = market
        self.possible_agents = list(market.possible_agents)
        self.render_mode = market.render_mode
        self.agents: list[str] = []

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """As of the parallel form."""
        return self.market.observation_space(agent)

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """As of the parallel form: one price."""
        return self.market.action_space(agent)

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begin an episode; the first firm moves first."""
        self.market.reset(seed=seed, options=options)
        self.agents = list(self.possible_agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos: dict[str, dict[str, Any]] = {agent: {} for agent in self.agents}
        self.agent_selection: str = self._mover()

    def state(self) -> np.ndarray:
        """As of the parallel form."""
        return self.market.state()

    @property
    def state_space(self) -> spaces.Space[Any]:
        """As of the parallel form."""
        return self.market.state_space

    def observe(self, agent: str) -> Observation:
        """What `agent` sees of the round just cleared."""
        return self.market.observation(agent)

    def step(self, action: Any) -> None:
        """Reset the mover's price and clear a round, None to sit it out; after the last round only None is taken."""
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        self._cumulative_rewards[agent] = 0.0
        ignored = np.zeros(1)  # of firms that may not move, any action will do: their prices stand
        actions = {name: action if name == agent else ignored for name in self.agents}
        _, self.rewards, self.terminations, self.truncations, self.infos = self.market.step(actions)
        self._accumulate_rewards()
        self.agent_selection = self._mover()

    def render(self) -> str | None:
        """The round just cleared as text."""
        return self.market.render()

    def close(self) -> None:
        """Nothing is held that would have to be freed."""

    def _mover(self) -> str:
        mover = self.market.mover()
        assert mover is not None, "the market has `timing: sequential`"
        return mover
