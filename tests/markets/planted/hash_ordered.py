"""A planted environment: rewards depend on the order of a set of strings, which differs between processes."""

from __future__ import annotations

import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv


class HashOrdered(ParallelEnv):
    metadata = {"name": "hash_ordered_v0", "render_modes": []}

    def __init__(self):
        self.possible_agents = ["player_1"]
        self.agents = []
        self._space = spaces.Box(0.0, 1.0, (2,), np.float64)

    def observation_space(self, agent):
        return self._space

    def action_space(self, agent):
        return self._space

    def reset(self, seed=None, options=None):
        self.agents = list(self.possible_agents)
        return {"player_1": np.zeros(2)}, {"player_1": {}}

    def step(self, actions):
        words = {f"word {k}" for k in range(50)}
        self.agents = []
        rank = float(list(words).index("word 7"))
        return {"player_1": np.zeros(2)}, {"player_1": rank}, {"player_1": False}, {"player_1": True}, {"player_1": {}}


def parallel_env():
    return HashOrdered()
