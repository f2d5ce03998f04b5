"""A bare PettingZoo step of every market against a hand-written environment with the same agents and spaces.

The minimal environment does what nobody can do without: it looks every action up, makes new observations (zeros) of the
shapes of the market's, and returns the five dicts. Both step through the same actions, in turns; measures, which are
computed when they are asked for, are not asked for. Every figure is the median of `--repeats`, in microseconds of
processor time.

    python benchmarks/pettingzoo_step.py
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
from pettingzoo import ParallelEnv

from agoranomos.markets import Market, build_market, find_market_type

AIM_US = 20.0
LONGEST = 100_000
"""Rounds of a run: more than are stepped between two resets."""
TYPES = (
    "cournot",
    "bertrand",
    "bertrand-investment",
    "commons",
    "credence-goods",
    "double-auction",
    "leniency-cartel",
    "matrix",
    "procurement",
    "public-goods",
    "threshold-public-goods",
)


class Minimal(ParallelEnv):  # type: ignore[misc]
    """Agents, spaces and zeros."""

    metadata = {"name": "minimal"}

    def __init__(self, like: Market) -> None:
        self.possible_agents = list(like.possible_agents)
        self.agents: list[str] = []
        self._spaces = {agent: like.observation_space(agent) for agent in self.possible_agents}
        self._actions = {agent: like.action_space(agent) for agent in self.possible_agents}
        self._shapes = {
            agent: [(key, part.shape) for key, part in space.spaces.items()] for agent, space in self._spaces.items()
        }

    def observation_space(self, agent: str) -> Any:
        """As the market's."""
        return self._spaces[agent]

    def action_space(self, agent: str) -> Any:
        """As the market's."""
        return self._actions[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, Any]:
        """All agents come back."""
        self.agents = list(self.possible_agents)
        return self._observations(), {agent: {} for agent in self.agents}

    def step(self, actions: Any) -> Any:
        """Nothing happens."""
        agents = self.agents
        self.last = [actions[agent] for agent in agents]
        return (
            self._observations(),
            dict.fromkeys(agents, 0.0),
            dict.fromkeys(agents, False),
            dict.fromkeys(agents, False),
            {agent: {} for agent in agents},
        )

    def _observations(self) -> dict[str, dict[str, np.ndarray]]:
        return {agent: {key: np.zeros(shape) for key, shape in self._shapes[agent]} for agent in self.agents}


def spec_of(name: str) -> Any:
    """The type's default specification, with runs long enough not to end."""
    kind = find_market_type(name)
    return kind.spec(type=name, name=kind.spec.model_fields["name"].default, rounds=LONGEST)


def step_us(env: Any, actions: list[dict[str, Any]], steps: int) -> float:
    """Microseconds a step."""
    env.reset(seed=1)
    began = time.process_time()
    for k in range(steps):
        env.step(actions[k % len(actions)])
    return (time.process_time() - began) / steps * 1e6


def measure(name: str, steps: int, repeats: int) -> dict[str, Any]:
    """The figures of one market."""
    market = build_market(spec_of(name))
    minimal = Minimal(market)
    market.reset(seed=1)
    for index, agent in enumerate(market.agents):
        market.action_space(agent).seed(index)
    actions = [{agent: market.action_space(agent).sample() for agent in market.agents} for _ in range(64)]
    own, bare = [], []
    for _ in range(repeats):
        own.append(step_us(market, actions, steps))
        bare.append(step_us(minimal, actions, steps))
    market_us, minimal_us = statistics.median(own), statistics.median(bare)
    return {
        "what": f"{name}, {len(market.possible_agents)} agents",
        "market_us": market_us,
        "minimal_us": minimal_us,
        "extra_us": market_us - minimal_us,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--steps", type=int, default=10_000, help=f"at most {LONGEST:,}")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--out", type=Path, default=None, help="also write the JSON here")
    parser.add_argument("--only", nargs="*", choices=TYPES, default=TYPES, metavar="TYPE")
    options = parser.parse_args()
    rows = []
    for name in options.only:
        rows.append(measure(name, options.steps, options.repeats))
        print(json.dumps(rows[-1]), flush=True)
    figures = {"cournot_step_extra_us": rows[0]["extra_us"], "aim_us": AIM_US, "markets": rows}
    if options.out is not None:
        options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
