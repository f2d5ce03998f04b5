"""What every market must satisfy. A plug-in's test inherits `MarketConformance` and names its factory:

    class TestMyMarket(MarketConformance):
        factory = "my_package.my_market:parallel_env"

`differing_step` is the seed test on its own, for any PettingZoo ParallelEnv: whole episodes, in this process and in two
others whose hashes are randomised differently. (PettingZoo's own seed test compares one step.)
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

SEEDS = (7, 2**40 + 3)
LONGEST_EPISODE = 10_000


def make(factory: str, options: dict[str, Any]) -> Any:
    """The environment of `module:function` or `path/to/file.py:function`, called with `options`."""
    where, _, function = factory.rpartition(":")
    if where.endswith(".py"):
        spec = importlib.util.spec_from_file_location(Path(where).stem, where)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(where)
    return getattr(module, function)(**options)


def episode(env: Any, seed: int) -> list[str]:
    """One digest for the reset and one for each step of a whole episode: everything that the environment gave.

    Actions are sampled from the agents' action spaces, seeded by name. The digests chain: a step's covers all before.
    """
    observations, infos = env.reset(seed=seed)
    for agent in sorted(env.possible_agents):
        env.action_space(agent).seed(int.from_bytes(hashlib.sha256(f"{seed} {agent}".encode()).digest()[:4], "big"))
    running = hashlib.sha256()
    trace = []

    def note(*given: Any) -> None:
        running.update(_canonical(given))
        trace.append(running.hexdigest())

    note(list(env.agents), observations, infos)
    for _ in range(LONGEST_EPISODE):
        if not env.agents:
            break
        actions = {agent: env.action_space(agent).sample() for agent in sorted(env.agents)}
        results = env.step(actions)
        published = env.measures() if hasattr(env, "measures") else None
        note(list(env.agents), *results, published)
    return trace


def differing_step(factory: str, options: dict[str, Any] | None = None, *, seeds: tuple[int, ...] = SEEDS) -> str:
    """Where the same seed did not give the same episode, in words; empty where it always did."""
    options = options or {}
    env = make(factory, options)
    here = {str(seed): episode(env, seed) for seed in seeds}
    again = {str(seed): episode(env, seed) for seed in reversed(seeds)}
    others = [_in_another_process(factory, options, seeds, hash_seed) for hash_seed in (1, 2)]
    for name, there in (
        ("the same environment, reset again", again),
        *((f"process {k + 1}", o) for k, o in enumerate(others)),
    ):
        for seed, trace in here.items():
            for step, (own, other) in enumerate(zip(trace, there[seed], strict=False)):
                if own != other:
                    return f"seed {seed}: {name} differs from step {step} on (step 0 is the reset)"
            if len(trace) != len(there[seed]):
                return f"seed {seed}: {name} took {len(there[seed]) - 1} steps and not {len(trace) - 1}"
    return ""


def _in_another_process(
    factory: str, options: dict[str, Any], seeds: tuple[int, ...], hash_seed: int
) -> dict[str, list[str]]:
    request = json.dumps({"factory": factory, "options": options, "seeds": seeds})
    environment = {
        **os.environ,
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    done = subprocess.run(
        [sys.executable, __file__], input=request, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    traces: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return traces


def _canonical(value: Any) -> bytes:
    """Bytes that are equal for equal values: arrays by dtype, shape and content, mappings by sorted keys."""
    if isinstance(value, np.ndarray):
        return b"a" + f"{value.dtype}{value.shape}".encode() + np.ascontiguousarray(value).tobytes()
    if isinstance(value, np.generic):
        return b"n" + str(value.dtype).encode() + value.tobytes()
    if isinstance(value, dict):
        parts = [_canonical(key) + _canonical(value[key]) for key in sorted(value, key=str)]
    elif isinstance(value, (list, tuple)):
        parts = [_canonical(part) for part in value]
    else:
        return b"p" + f"{type(value).__name__} {value!r}".encode()
    return type(value).__name__.encode() + str(len(parts)).encode() + b"".join(b"%d:%b" % (len(p), p) for p in parts)


class MarketConformance:
    """Facts about any market, checked; inherit it in a test class and set `factory` (and `options`)."""

    factory: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}

    @pytest.fixture
    def market(self) -> Any:
        return make(self.factory, self.options)

    def test_it_is_a_parallel_environment_to_pettingzoo(self, market: Any) -> None:
        from pettingzoo.test import parallel_api_test

        parallel_api_test(market, num_cycles=200)

    def test_pettingzoo_finds_it_seeded(self) -> None:
        from pettingzoo.test import parallel_seed_test

        parallel_seed_test(lambda: make(self.factory, self.options), num_cycles=100)

    def test_the_same_seed_gives_the_same_episode_everywhere(self) -> None:
        assert differing_step(self.factory, self.options) == ""

    def test_every_observation_is_in_its_space(self, market: Any) -> None:
        observations, _ = market.reset(seed=1)
        for _ in range(5):
            for agent, observation in observations.items():
                assert market.observation_space(agent).contains(observation), (agent, observation)
            if not market.agents:
                break
            observations = market.step({a: market.action_space(a).sample() for a in market.agents})[0]

    def test_facts_name_the_agents_and_goods(self, market: Any) -> None:
        assert market.facts.agents == tuple(market.possible_agents)
        assert market.facts.goods == tuple(market.goods)
        assert all(name.endswith("_e6") for name in market.facts.measures)

    def test_measures_are_integers_in_the_published_shape(self, market: Any) -> None:
        market.reset(seed=1)
        for _ in range(3):
            market.step({a: market.action_space(a).sample() for a in market.agents})
            self._check_measures(market, market.measures())
            if not market.agents:
                break

    def test_benchmarks_publish_the_same_measures(self, market: Any) -> None:
        for measures in market.facts.benchmarks.values():
            self._check_measures(market, measures)

    def test_actions_clear_as_integers(self, market: Any) -> None:
        market.reset(seed=1)
        market.step({a: market.action_space(a).sample() for a in market.agents})
        actions = market.actions_e6()
        assert len(actions) == len(market.possible_agents)
        assert all(type(quantity) is int for row in actions for quantity in row)

    def test_the_integers_that_cleared_clear_the_same_again(self, market: Any) -> None:
        market.reset(seed=1)
        agents = list(market.agents)
        market.step({a: market.action_space(a).sample() for a in agents})
        first, measures = market.actions_e6(), market.measures()
        market.reset(seed=1)
        market.step({a: np.array(row) / 1_000_000 for a, row in zip(agents, first, strict=True)})
        assert market.actions_e6() == first
        assert market.measures() == measures

    def test_a_suspended_agent_brings_nothing(self, market: Any) -> None:
        market.reset(seed=1)
        agent = market.agents[0]
        actions = {a: market.action_space(a).sample() for a in market.agents}
        actions[agent] = market.cap(agent, actions[agent], 0)
        market.step(actions)
        assert set(market.actions_e6()[0]) == {0}

    def test_no_limit_changes_nothing_that_is_feasible(self, market: Any) -> None:
        market.reset(seed=1)
        market.step({a: market.action_space(a).sample() for a in market.agents})
        for agent, row in zip(market.possible_agents, market.actions_e6(), strict=True):
            action = np.array(row) / 1_000_000
            assert np.array_equal(market.cap(agent, action, 1_000_000), action)

    def test_the_description_is_plain_json(self, market: Any) -> None:
        description = market.describe()
        assert json.loads(json.dumps(description)) == description
        assert make(self.factory, self.options).describe() == description
        assert not list(_floats(description)), "records hold no floats: write numbers as integers or text"

    @staticmethod
    def _check_measures(market: Any, measures: Any) -> None:
        lengths = {"firm": len(market.facts.agents), "good": len(market.facts.goods)}
        assert set(measures) == set(market.facts.measures)
        for name, kind in market.facts.measures.items():
            _check_shape(name, measures[name], [lengths[axis] for axis in kind.axes])


def _check_shape(name: str, value: Any, shape: list[int]) -> None:
    if not shape:
        assert value is None or type(value) is int, f"{name}: {value!r} is no integer"
        assert value is None or abs(value) < 2**53, f"{name}: {value} is too large to be recorded exactly"
        return
    assert isinstance(value, tuple), f"{name}: {value!r} is no tuple"
    assert len(value) == shape[0], f"{name}: {value!r} should have {shape[0]} parts"
    for part in value:
        _check_shape(name, part, shape[1:])


def _floats(value: Any) -> Any:
    if isinstance(value, float):
        assert math.isfinite(value)
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _floats(part)


if __name__ == "__main__":
    asked = json.loads(sys.stdin.read())
    built = make(asked["factory"], asked["options"])
    print(json.dumps({str(seed): episode(built, seed) for seed in asked["seeds"]}))
