"""A planted environment: observations are seeded, but rewards are not from the second step on."""

from __future__ import annotations

import secrets

import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv


class UnseededRewards(ParallelEnv):
    metadata = {"name": "unseeded_rewards_v0", "render_modes": []}

    def __init__(self, honest=False):
        self.possible_agents = ["player_1", "player_2"]
        self.agents = []
        self.honest = honest
        self._space = {agent: spaces.Box(0.0, 1.0, (2,), np.float64) for agent in self.possible_agents}

    def observation_space(self, agent):
        return self._space[agent]

    def action_space(self, agent):
        return self._space[agent]

    def reset(self, seed=None, options=None):
        self.agents = list(self.possible_agents)
        self._rng = np.random.default_rng(seed)
        self._steps = 0
        return {agent: self._rng.random(2) for agent in self.agents}, {agent: {} for agent in self.agents}

    def step(self, actions):
        self._steps += 1
        agents = self.agents
        seeded = self.honest or self._steps == 1
        rewards = {a: float(self._rng.random()) if seeded else secrets.randbits(32) / 2**32 for a in agents}
        observations = {agent: self._rng.random(2) for agent in agents}
        over = self._steps == 5
        if over:
            self.agents = []
        return (
            observations,
            rewards,
            dict.fromkeys(agents, False),
            dict.fromkeys(agents, over),
            {agent: {} for agent in agents},
        )


def parallel_env(honest=False):
    return UnseededRewards(honest)
