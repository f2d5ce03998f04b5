"""What every policy must satisfy.

A policy's test, a plug-in's too, inherits the class, names its policy, and adds traces:

    class TestMyPolicy(PolicyConformance):
        policy = "my-policy"
        traces = (Trace(actions=(((60.0, 0.0), (0.0, 60.0)), ...)),)

Without more it is tried in eight Cournot markets. A policy for other markets names them, and so do its traces:

    markets = {"two prices": Setting("agoranomos.markets.bertrand_v0:parallel_env", {"grid": {"points": 2}})}
    traces = (Trace(actions=..., factory="agoranomos.markets.bertrand_v0:parallel_env"),)
"""

# ruff: noqa: D102  -- a test's name says what it states

from __future__ import annotations

import atexit
import copy
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar

import numpy as np
import pytest

from agoranomos.conformance.policy_facts import FactsConformance
from agoranomos.conformance.policy_play import (
    COURNOT,
    STANDINGS,
    Setting,
    decide,
    is_action,
    notice,
    play,
    row_of,
    seated,
)
from agoranomos.randomness import Randomness


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
    """The tests that every policy passes, in each of its `markets`."""

    traces: ClassVar[tuple[Trace, ...]] = ()

    @pytest.mark.parametrize("states", [(), STANDINGS], ids=["ungoverned", "governed"])
    def test_every_action_is_feasible_as_it_is(self, name: str, states: tuple[str, ...]) -> None:
        market = self.market(name)
        trace = play(self.bind(market), market, 7, states)
        assert len(trace) == self.rounds
        for actions in trace:
            for agent, action in zip(market.possible_agents, actions, strict=True):
                acted = np.array(action, dtype=np.float64) if action else None
                assert is_action(market, agent, acted), f"{agent} asks for {action}"

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
            assert row_of(decisions[0].action) == row_of(decisions[1].action)
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
    path = os.pathsep.join(filter(None, sys.path))
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
        "import json, sys; import agoranomos.conformance.policy as c\n"
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
