"""Policies in markets: settings to try them in, their seats, episodes."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
import pytest
from gymnasium import spaces

from agoranomos.conformance.seeding import make
from agoranomos.institutions.notices import Notice
from agoranomos.markets.market import Market
from agoranomos.models.opening import open_engine
from agoranomos.policies import Decision, Policy, PolicyType, Seat, find_policy
from agoranomos.randomness import Randomness
from agoranomos.workspace import find_workspace

COURNOT = "agoranomos.markets.cournot_v0:parallel_env"


@dataclass(frozen=True)
class Setting:
    """A market to try a policy in: `module:function` or `path/to/file.py:function`, and its options but `rounds`."""

    factory: str
    options: dict[str, Any] = field(default_factory=dict)

    def __call__(self, rounds: int) -> Market:
        """The market, for so many rounds."""
        market: Market = make(self.factory, {**self.options, "rounds": rounds})
        return market


MARKETS: dict[str, dict[str, Any]] = {
    "the papers' duopoly": {},
    "tight capacity": {"capacity": 60.0},
    "equal costs": {"marginal_cost": ((40.0, 40.0), (40.0, 40.0))},
    "three firms": {"marginal_cost": ((40.0, 50.0), (50.0, 40.0), (45.0, 45.0))},
    "two firms, three goods": {"marginal_cost": ((40.0, 50.0, 45.0), (50.0, 40.0, 45.0)), "capacity": (50.0, 200.0)},
    "one good": {"marginal_cost": ((40.0,), (45.0,))},
    "one firm": {"marginal_cost": ((40.0, 50.0),)},
    "demand shocks": {"demand_shock": {"sigma": 0.05}},
}
COURNOT_MARKETS = {name: Setting(COURNOT, options) for name, options in MARKETS.items()}
STATES = ("active", "warning", "fined", "credited", "suspended")
STANDINGS = ("active", "active", "warning", "fined", "fined", "active")
"""The states that a played episode goes through, again and again; `fined` takes 500."""


def decide(policy: Policy[Any], *situation: Any) -> Decision[Any]:
    """The policy's decision, waited for where it must be."""
    decision = policy.act(*situation)
    if inspect.isawaitable(decision):
        return asyncio.run(_wait(decision))
    return decision


async def _wait(decision: Any) -> Any:
    return await decision


def notice(agent: str, round_number: int, state: str, text: str = "") -> Notice:
    """The notice for a round, as an institution with the states of `STATES` gives it."""
    fine = 500_000_000 if state == "fined" else 0
    return Notice(agent, round_number, state, STATES.index(state), state.upper(), text, fine)


def play(
    policies: Sequence[Policy[Any]], market: Market, seed: int, states: Sequence[str] = (), text: str = ""
) -> list[tuple[tuple[float, ...], ...]]:
    """An episode: the actions decided in each round, agent by agent; none may need to be made feasible."""
    observations, _ = market.reset(seed=seed)
    memories = [policy.start() for policy in policies]
    trace: list[tuple[tuple[float, ...], ...]] = []
    while market.agents:
        number = len(trace) + 1
        decisions = []
        for policy, agent, memory in zip(policies, market.agents, memories, strict=True):
            told = notice(agent, number, states[(number - 1) % len(states)], text) if states else None
            decisions.append(decide(policy, observations[agent], told, memory, Randomness(seed, number, agent)))
        memories = [decision.memory for decision in decisions]
        trace.append(tuple(row_of(decision.action) for decision in decisions))
        actions = dict(zip(market.agents, [decision.action for decision in decisions], strict=True))
        observations = market.step(actions)[0]
        for agent in market.projected():
            raise AssertionError(f"{agent} asks for {actions[agent]} in round {number}, which is not feasible")
    return trace


def row_of(action: np.ndarray | None) -> tuple[float, ...]:
    """The numbers of an action; none of one that sits the round out."""
    return () if action is None else tuple(action.tolist())


def is_action(market: Market, agent: str, action: np.ndarray | None) -> bool:
    """Whether the action is one of the agent's: float64, in its space, a choice as an array of one whole number.

    None is, too: it sits the round out.
    """
    if action is None:
        return True
    space = market.action_space(agent)
    if action.dtype != np.float64 or action.ndim != 1:
        return False
    if isinstance(space, spaces.Discrete):
        return action.shape == (1,) and float(action[0]).is_integer() and space.contains(int(action[0]))
    if isinstance(space, spaces.MultiDiscrete):
        return bool((action == action.round()).all()) and space.contains(action.astype(space.dtype))
    return bool(space.contains(action))


def seated(
    policy: str, parameters: dict[str, Any], market: Market, seed: int, *, engine: str = "", told: str | None = None
) -> list[Policy[Any]]:
    """The policy in every seat of the market."""
    kind = find_policy(policy)
    opened = open_engine(engine) if kind.needs_engine else None
    return [
        kind.bind(
            kind.parse(parameters),
            Seat(agent, index, market, seed),
            engine=opened,
            told=told,
            workspace=find_workspace(),
        )
        for index, agent in enumerate(market.possible_agents)
    ]


class PolicyInMarkets:
    """A policy, its parameters, and the markets that it is tried in; `rounds` is the length of the episodes played."""

    policy: ClassVar[str]
    parameters: ClassVar[dict[str, Any]] = {}
    engine: ClassVar[str] = "mock/valid"
    rounds: ClassVar[int] = 12
    markets: ClassVar[Mapping[str, Setting]] = COURNOT_MARKETS

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A test that asks for a market is run in every one of the class."""
        if "name" in metafunc.fixturenames:
            metafunc.parametrize("name", list(self.markets))

    @property
    def kind(self) -> PolicyType:
        """What is registered under the name."""
        return find_policy(self.policy)

    def bind(self, market: Market, **options: Any) -> list[Policy[Any]]:
        """The policy in every seat of the market."""
        return seated(self.policy, self.parameters, market, 7, engine=self.engine, **options)

    def market(self, name: str = "") -> Market:
        """The market of this name, or the first."""
        return self.markets[name or next(iter(self.markets))](self.rounds)
