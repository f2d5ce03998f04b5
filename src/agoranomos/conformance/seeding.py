"""The seed test, for any PettingZoo ParallelEnv: whole episodes, in this process and in two others.

The others' hashes are randomised differently, so that an order taken from a set is found out, too. (PettingZoo's own
seed test compares one step.)
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

SEEDS = (7, 2**40 + 3)
LONGEST_EPISODE = 10_000


def make(factory: str, options: Mapping[str, Any]) -> Any:
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


def differing_step(factory: str, options: Mapping[str, Any] | None = None, *, seeds: tuple[int, ...] = SEEDS) -> str:
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


def main() -> None:
    """Play the episodes that standard input asks for, and print their digests: one JSON object each."""
    asked = json.loads(sys.stdin.read())
    built = make(asked["factory"], asked["options"])
    print(json.dumps({str(seed): episode(built, seed) for seed in asked["seeds"]}))


def _in_another_process(
    factory: str, options: Mapping[str, Any], seeds: tuple[int, ...], hash_seed: int
) -> dict[str, list[str]]:
    request = json.dumps({"factory": factory, "options": dict(options), "seeds": seeds})
    environment = {
        **os.environ,
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    command = [sys.executable, "-m", "agoranomos.conformance.seeding"]
    done = subprocess.run(command, input=request, env=environment, capture_output=True, text=True, check=False)
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


if __name__ == "__main__":
    main()
