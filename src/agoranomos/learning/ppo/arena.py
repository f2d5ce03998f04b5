"""Copies of a market, under an institution or none, in which learners play a batch of episodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agoranomos.institutions import Institution, bind
from agoranomos.institutions.governed import Governed
from agoranomos.markets import MarketSpec, build_market
from agoranomos.policies.networks import Features, Menu, Range, choices_of, features_of
from agoranomos.randomness import named_integer

Rows = NDArray[np.float64]
Choose = Callable[[int, Rows], Rows]
"""For the round t and the features of agent i in every copy: what it chooses there, rows of a menu or draws."""


@dataclass(frozen=True, eq=False)
class Batch:
    """What one agent lived through: T rounds in each of E copies.

    `features` and `after` [T, E, D] are what it saw before and after the round, `choices` [T, E] (rows of a menu) or
    [T, E, F] (draws), `rewards` [T, E] net of fines, `over` [T, E] where a run ended with the round, `acted` [T, E]
    where the agent was not suspended.
    """

    features: Rows
    after: Rows
    choices: Rows
    rewards: Rows
    over: NDArray[np.bool_]
    acted: NDArray[np.bool_]


class Arena:
    """`copies` of the market; every episode has a seed of its own, named by the training's seed, batch and copy."""

    def __init__(
        self, spec: MarketSpec, institution: Institution | None, copies: int, *, menu: bool, horizon: int
    ) -> None:
        markets = [build_market(spec) for _ in range(copies)]
        bound = bind(institution, markets[0].facts) if institution is not None else None
        self.market = markets[0]
        self.agents = tuple(markets[0].possible_agents)
        self.horizon = horizon
        self._copies = [Governed(market, bound, observe_standing=True) for market in markets]
        states = len(institution.states) if institution is not None else 0
        self.features: tuple[Features, ...] = tuple(features_of(self.market, agent, states) for agent in self.agents)
        self.choices: tuple[Menu | Range, ...] = tuple(
            choices_of(self.market, agent, menu=menu) for agent in self.agents
        )

    def play(self, seed: int, batch: int, choose: Sequence[Choose]) -> list[Batch]:
        """`horizon` rounds in every copy, each agent choosing by its entry of `choose`; a run that ends is begun anew.

        Every batch begins with new runs, so that one batch depends on the seed, its number and the networks alone.
        """
        copies, agents, rounds = self._copies, self.agents, range(self.horizon)
        began = [0] * len(copies)

        def begin(copy: int) -> Any:
            began[copy] += 1
            return copies[copy].reset(seed=named_integer(seed, f"ppo-run-{batch}-{copy}", began[copy]))[0]

        shown = [begin(copy) for copy in range(len(copies))]
        shape = (self.horizon, len(copies))
        features = [np.empty((*shape, one.size)) for one in self.features]
        after = [np.empty_like(one) for one in features]
        taken: list[list[Rows]] = [[] for _ in agents]
        rewards = np.zeros((len(agents), *shape))
        over, acted = np.zeros(shape, dtype=bool), np.zeros((len(agents), *shape), dtype=bool)
        for t in rounds:
            for i, agent in enumerate(agents):
                for copy, seen in enumerate(shown):
                    features[i][t, copy] = self._row(i, seen[agent])
                    acted[i, t, copy] = copies[copy].may_act(agent)
                taken[i].append(choose[i](t, features[i][t]))
            for copy, governed in enumerate(copies):
                moves = {agent: self.choices[i].action(taken[i][t][copy]) for i, agent in enumerate(agents)}
                seen, paid, *_ = governed.step(moves)
                over[t, copy] = not governed.agents
                for i, agent in enumerate(agents):
                    rewards[i, t, copy] = paid[agent]
                    after[i][t, copy] = self._row(i, seen[agent])
                shown[copy] = begin(copy) if over[t, copy] else seen
        return [
            Batch(features[i], after[i], np.stack(taken[i]), rewards[i], over, acted[i]) for i in range(len(agents))
        ]

    def _row(self, index: int, seen: Any) -> Rows:
        return self.features[index].row(seen["market"], seen["standing"])
