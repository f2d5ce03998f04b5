"""Our own CPU time a decision when 64 runs wait for a language model: runner, institution, log, ledger, driver.

A mock engine answers every call after 50 ms, and prompts are short (two past rounds), so the processor is not the
bottleneck. What is ours is the process's CPU time, system time included, less what policies (prompts, engine, parsing)
and market took in the same run, each by its thread's clock, and less what as many coroutines that only wait, two a
round, take of an event loop by themselves. Every figure is the median of `--repeats` campaigns.

    python benchmarks/runner_mock.py --out docs/measurements/runner_mock.json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from agoranomos.campaigns import Settings, execute, open_folder, plan
from agoranomos.documents import Source
from agoranomos.logs import KeyStore
from agoranomos.markets import Cournot
from agoranomos.policies.prompted import Prompted
from agoranomos.workspace import Workspace

ROSTER = """kind: roster
version: 1
agents:
  - policy: prompted
    parameters: {{model: "{model}", template: cournot-cached, window: 2}}
"""

CAMPAIGN = """kind: campaign
version: 1
name: runner-mock
market: cournot-duopoly
rosters: [mock]
regimes: {{institutional: {{institution: cournot-antitrust}}}}
seeds: {runs}
rounds: {rounds}
durable: {durable}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--delay-ms", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--durable", choices=("round", "run"), default="round")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    measured = [measure(given.runs, given.rounds, given.delay_ms, given.durable) for _ in range(given.repeats)]
    result = {
        "runs": given.runs,
        "rounds": given.rounds,
        "engine_delay_ms": given.delay_ms,
        "durable": given.durable,
        "repeats": given.repeats,
        **{key: statistics.median(one[key] for one in measured) for key in measured[0]},
        "all_overhead_us_per_decision": [one["overhead_us_per_decision"] for one in measured],
        "machine": {"cores": os.cpu_count(), "processor": platform.machine(), "python": platform.python_version()},
    }
    text = json.dumps(result, indent=2)
    print(text)
    if given.out is not None:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text + "\n")


def measure(runs: int, rounds: int, delay_ms: int, durable: str) -> dict[str, float]:
    """CPU microseconds a decision: of the campaign, of its policies and market, and the difference."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        workspace = Workspace(root / "lab", "lab")
        workspace.folder("agents").mkdir(parents=True)
        model = f"mock/constant?delay_ms={delay_ms}"
        (workspace.folder("agents") / "mock.yaml").write_text(ROSTER.format(model=model))
        text = CAMPAIGN.format(runs=runs, rounds=rounds, durable=durable)
        made = plan(Source("runner-mock", text), workspace)
        folder, keys = open_folder(made, root / "logs"), KeyStore(root / "keys")
        keys.signing_key("workspace")

        meter = Meter()
        with meter.installed():
            wall, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
            outcome = execute(made, folder, keys, Settings(workers=runs))
            after, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter() - wall
        if outcome.failures:
            raise outcome.failures[0].error
    decisions = runs * rounds * 2
    user, system = after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime
    waiting = time.process_time()
    asyncio.run(only_wait(runs, rounds, delay_ms / 1000))
    waiting = time.process_time() - waiting
    ours = user + system - meter.policy - meter.market - waiting
    return {
        "decisions": decisions,
        "wall_s": wall,
        "engine_wait_s": rounds * delay_ms / 1000,
        "cpu_us_per_decision": (user + system) / decisions * 1e6,
        "of_it_system_us_per_decision": system / decisions * 1e6,
        "policy_us_per_decision": meter.policy / decisions * 1e6,
        "market_us_per_decision": meter.market / decisions * 1e6,
        "event_loop_us_per_decision": waiting / decisions * 1e6,
        "overhead_us_per_decision": ours / decisions * 1e6,
    }


async def only_wait(runs: int, rounds: int, seconds: float) -> None:
    """What any runner pays for waiting: two coroutines a round in each run."""

    async def episode() -> None:
        for _ in range(rounds):
            await asyncio.gather(asyncio.sleep(seconds), asyncio.sleep(seconds))

    await asyncio.gather(*(episode() for _ in range(runs)))


class Meter:
    """Thread time that the prompted policy and the market take while it is installed, in seconds."""

    def __init__(self) -> None:
        self.policy = 0.0
        self.market = 0.0

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Measure while the block runs."""
        act, step, measures = Prompted.act, Cournot.step, Cournot.measures
        Prompted.act = lambda policy, *given: Timed(self, act(policy, *given))  # type: ignore[assignment]
        Cournot.step = self._market(step)  # type: ignore[method-assign]
        Cournot.measures = self._market(measures)  # type: ignore[method-assign]
        try:
            yield
        finally:
            Prompted.act, Cournot.step, Cournot.measures = act, step, measures  # type: ignore[method-assign]

    def _market(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*given: Any) -> Any:
            began = time.thread_time()
            try:
                return method(*given)
            finally:
                self.market += time.thread_time() - began

        return timed


class Timed:
    """An awaitable that adds the thread time of each of its steps to the meter."""

    def __init__(self, meter: Meter, inner: Coroutine[Any, Any, Any]) -> None:
        self._meter = meter
        self._inner = inner

    def __await__(self) -> Generator[Any, Any, Any]:
        answer = None
        while True:
            began = time.thread_time()
            try:
                waits_for = self._inner.send(answer)
            except StopIteration as end:
                return end.value
            finally:
                self._meter.policy += time.thread_time() - began
            answer = yield waits_for


if __name__ == "__main__":
    main()
