"""What every policy must satisfy. A plug-in's test inherits `PolicyConformance`, names its policy, and adds traces:

class TestMyPolicy(PolicyConformance):
    policy = "my-policy"
    traces = (Trace(actions=(((60.0, 0.0), (0.0, 60.0)), ...)),)

Without more it is tried in eight Cournot markets. A policy for other markets names them, and so do its traces:

    markets = {"two prices": Setting("agoranomos.markets.bertrand_v0:parallel_env", {"prices": 2})}
    traces = (Trace(actions=..., factory="agoranomos.markets.bertrand_v0:parallel_env", market={"prices": 2}),)
"""

from __future__ import annotations

import asyncio
import atexit
import copy
import hashlib
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from gymnasium import spaces

from agoranomos.institutions.notices import Notice
from agoranomos.markets.market import Market
from agoranomos.models.opening import open_engine
from agoranomos.policies import Decision, Policy, PolicyType, Seat, find_policy
from agoranomos.randomness import Randomness
from agoranomos.workspace import find_workspace
from conformance.market import make
from conformance.policy_facts import FactsConformance

COURNOT = "agoranomos.markets.cournot_v0:parallel_env"


@dataclass(frozen=True)
class Setting:
    """A market to try a policy in: `module:function` or `path/to/file.py:function`, and its options but `rounds`."""

    factory: str
    options: dict[str, Any] = field(default_factory=dict)

    def __call__(self, rounds: int) -> Market:
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


@dataclass(frozen=True)
class Trace:
    """What is played: `actions[round][agent][part]`, in a market, with a seed, when every agent has the policy.

    `market` are the options of `factory`, the papers' duopoly by default. An action that is a choice is the number of
    its place, alone in its row. `states` names the state in each round's notice; without any, no institution watches.
    """

    actions: tuple[tuple[tuple[float, ...], ...], ...]
    seed: int = 0
    market: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    states: tuple[str, ...] = ()
    factory: str = COURNOT


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
        trace.append(tuple(tuple(decision.action.tolist()) for decision in decisions))
        actions = dict(zip(market.agents, [decision.action for decision in decisions], strict=True))
        observations = market.step(actions)[0]
        for agent in market.projected():
            raise AssertionError(f"{agent} asks for {actions[agent]} in round {number}, which is not feasible")
    return trace


def is_action(market: Market, agent: str, action: np.ndarray) -> bool:
    """Whether the action is one of the agent's: float64, in its space, a choice as an array of one whole number."""
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
            workspace=find_workspace(Path(__file__).parent),
        )
        for index, agent in enumerate(market.possible_agents)
    ]


def digests(
    policy: str, parameters: dict[str, Any], engine: str, rounds: int, markets: Mapping[str, tuple[str, dict[str, Any]]]
) -> dict[str, str]:
    """A digest of one episode in each market (factory and options): every bit of every action, and the descriptions."""
    found = {}
    for name, (factory, options) in markets.items():
        market = Setting(factory, options)(rounds)
        policies = seated(policy, parameters, market, 7, engine=engine)
        trace = play(policies, market, 7, STANDINGS)
        said = json.dumps([policy.describe() for policy in policies])
        found[name] = hashlib.sha256(repr((trace, said)).encode()).hexdigest()
    return found


class PolicyConformance(FactsConformance):
    """The tests that every policy passes, in each of its `markets`; `rounds` is the length of the episodes played."""

    policy: ClassVar[str]
    parameters: ClassVar[dict[str, Any]] = {}
    engine: ClassVar[str] = "mock/valid"
    traces: ClassVar[tuple[Trace, ...]] = ()
    rounds: ClassVar[int] = 12
    markets: ClassVar[Mapping[str, Setting]] = COURNOT_MARKETS

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """A test that asks for a market is run in every one of the class."""
        if "name" in metafunc.fixturenames:
            metafunc.parametrize("name", list(self.markets))

    @property
    def kind(self) -> PolicyType:
        return find_policy(self.policy)

    def bind(self, market: Market, **options: Any) -> list[Policy[Any]]:
        return seated(self.policy, self.parameters, market, 7, engine=self.engine, **options)

    def market(self, name: str = "") -> Market:
        """The market of this name, or the first."""
        return self.markets[name or next(iter(self.markets))](self.rounds)

    @pytest.mark.parametrize("states", [(), STANDINGS], ids=["ungoverned", "governed"])
    def test_every_action_is_feasible_as_it_is(self, name: str, states: tuple[str, ...]) -> None:
        market = self.market(name)
        trace = play(self.bind(market), market, 7, states)
        assert len(trace) == self.rounds
        for actions in trace:
            for agent, action in zip(market.possible_agents, actions, strict=True):
                assert is_action(market, agent, np.array(action, dtype=np.float64)), f"{agent} asks for {action}"

    def test_acting_is_pure(self) -> None:
        market = self.market()
        policies = self.bind(market)
        play(policies, market, 3, STANDINGS)
        for policy, agent in zip(policies, market.possible_agents, strict=True):
            observation = market.observation(agent)
            told, memory = notice(agent, self.rounds + 1, "fined"), policy.start()
            before = copy.deepcopy((observation, told, memory))
            decisions = [decide(policy, observation, told, memory, Randomness(3, 9, agent)) for _ in range(2)]
            assert repr((observation, told, memory)) == repr(before)
            assert decisions[0].action.tolist() == decisions[1].action.tolist()
            assert decisions[0].memory == decisions[1].memory
            assert decisions[0].account == decisions[1].account
            assert decisions[0].memory is not memory or memory is None or decisions[0].memory == before[2]

    def test_it_can_sit_out_a_round_and_noting_that_is_pure(self) -> None:
        market = self.market()
        policies = self.bind(market)
        play(policies, market, 3, STANDINGS)
        for policy, agent in zip(policies, market.possible_agents, strict=True):
            assert callable(getattr(policy, "missed", None)), f"{agent} cannot sit out a round: it has no `missed`"
            observation = market.observation(agent)
            told, memory = notice(agent, self.rounds + 1, "fined"), policy.start()
            before = copy.deepcopy((observation, told, memory))
            noted = [policy.missed(observation, told, memory) for _ in range(2)]
            assert repr((observation, told, memory)) == repr(before)
            assert noted[0] == noted[1]
            after = decide(policy, observation, told, noted[0], Randomness(3, 9, agent))
            assert is_action(market, agent, after.action)

    def test_it_plays_on_where_somebody_sits_out(self, name: str) -> None:
        market = self.market(name)
        policies = self.bind(market)
        observations, _ = market.reset(seed=7)
        memories = [policy.start() for policy in policies]
        for number in range(1, self.rounds + 1):
            actions = {}
            for i, (policy, agent) in enumerate(zip(policies, list(market.agents), strict=True)):
                told = notice(agent, number, STANDINGS[number % len(STANDINGS)])
                if number % 3 == i % 3 and number % 4:
                    memories[i] = policy.missed(observations[agent], told, memories[i])
                    actions[agent] = market.idle(agent)
                    continue
                decision = decide(policy, observations[agent], told, memories[i], Randomness(7, number, agent))
                memories[i], actions[agent] = decision.memory, decision.action
                assert is_action(market, agent, decision.action), f"{agent} asks for {decision.action}"
            observations = market.step(actions)[0]
            assert market.projected() == ()

    def test_the_same_seed_gives_the_same_episode_in_every_process(self) -> None:
        markets = {name: (setting.factory, setting.options) for name, setting in self.markets.items()}
        asked = (self.policy, self.parameters, self.engine, self.rounds, markets)
        here = digests(*asked)
        assert digests(*asked) == here
        assert _digests_elsewhere(asked) == here

    def test_it_describes_itself_as_plain_values_without_floats(self) -> None:
        market = self.market()
        for policy, again in zip(self.bind(market), self.bind(market), strict=True):
            said = policy.describe()
            assert json.loads(json.dumps(said, allow_nan=False), parse_float=_no_floats) == said
            assert again.describe() == said
            assert said["policy"] == self.policy

    def test_it_perceives_text_only_if_it_says_so(self) -> None:
        market = self.market()
        deaf, told = self.bind(market), self.bind(market, told="Do not divide the market.")
        silent = play(deaf, market, 7, STANDINGS)
        if self.kind.perceives_text:
            assert [policy.describe() for policy in deaf] != [policy.describe() for policy in told]
        else:
            assert [policy.describe() for policy in deaf] == [policy.describe() for policy in told]
            assert play(told, market, 7, STANDINGS) == silent
            assert play(deaf, market, 7, STANDINGS, text="You are under review.") == silent

    def test_it_is_summed_up_in_one_sentence(self) -> None:
        assert self.kind.name == self.policy
        assert self.kind.summary.endswith(".")
        assert len(self.kind.summary) <= 120

    def test_it_plays_the_expected_traces(self) -> None:
        for expected in self.traces:
            market = Setting(expected.factory, expected.market)(len(expected.actions))
            parameters = {**self.parameters, **expected.parameters}
            policies = seated(self.policy, parameters, market, expected.seed, engine=self.engine)
            played = play(policies, market, expected.seed, expected.states)
            np.testing.assert_allclose(played, expected.actions, rtol=0, atol=1e-6)


def _digests_elsewhere(asked: tuple[Any, ...]) -> Any:
    """`digests` as another process finds them, in which Python hashes text differently."""
    tests = str(Path(__file__).resolve().parents[1])
    path = os.pathsep.join([tests, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]).strip(os.pathsep)
    process = _other_process(path)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        _other_process.cache_clear()
        raise AssertionError(f"the other process ended with {process.wait()}")
    return json.loads(answer)


@cache
def _other_process(path: str) -> subprocess.Popen[str]:
    """An interpreter that answers one line with another, kept for the next policy: starting one takes a second."""
    code = (
        "import json, sys; import conformance.policy as c\n"
        "for line in sys.stdin: print(json.dumps(c.digests(*json.loads(line))), flush=True)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "1", "PYTHONPATH": path},
    )
    atexit.register(process.communicate)
    return process


def _no_floats(text: str) -> None:
    raise AssertionError(f"a description may hold no float, and holds {text}")
