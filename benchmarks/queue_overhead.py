"""What the harness adds to a model's calls: our CPU a call, wall time at one second's latency, 10,000 pending calls.

The engine is a mock that replies after `--latency` seconds; 512 calls are in flight. `queue` asks it through the queue
alone, one lane a run, with and without the call store, less what asking it directly takes. `campaign` plays governed
runs of two prompted agents from start to end, from their prompts to their signed logs: the CPU time is the whole
process's, system time included, less the engine's own; the wall time is held against that of the calls alone, round
after round. `us_per_call` says where it goes, from one campaign more under the meter of `cpu_parts`: the harness
(queue, runner, driver, log, ledger, event loop), the agent (prompt, memory, reply), and the market with its judge.
`pending` puts 10,000 calls into the queue at once.

    python benchmarks/queue_overhead.py
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path

from agoranomos.campaigns import Settings, execute, open_folder, plan
from agoranomos.documents import Source
from agoranomos.logs import KeyStore
from agoranomos.models import Capabilities, Completion, Distribution, Engine, Message, Question, Request, unanswered
from agoranomos.models.calls.model_queue import ModelQueue
from agoranomos.models.calls.store import CallStore
from agoranomos.models.mock.schema_sampling import middle_value
from agoranomos.workspace import Workspace
from cpu_parts import ENGINE, Parts

WIDTH = 512
PENDING = 10_000
AIM_CPU_MS, AIM_WALL = 0.3, 0.05

ROSTER = """kind: roster
version: 1
agents:
  - policy: prompted
    parameters: {model: "mock/constant", template: cournot-cached, window: 10}
"""

CAMPAIGN = """kind: campaign
version: 1
name: queue-overhead
market: cournot-duopoly
rosters: [mock]
regimes: {{institutional: {{institution: cournot-antitrust}}}}
seeds: {runs}
rounds: {rounds}
durable: {durable}
"""


class Waiting:
    """Replies with the same move after `latency` seconds; the CPU time that it takes itself is in `cpu`."""

    name = "mock/constant"
    capabilities = Capabilities()

    def __init__(self, latency: float, identity: str = "", width: int = WIDTH) -> None:
        self.identity = identity
        self.width = width
        self.cpu = 0.0
        self.calls = self.now = self.most = 0
        self._latency = latency

    async def complete(self, request: Request) -> Completion:
        """The middle of everything that the schema allows."""
        began = time.thread_time()
        self.calls += 1
        self.now += 1
        self.most = max(self.most, self.now)
        self.cpu += time.thread_time() - began
        await asyncio.sleep(self._latency)
        began = time.thread_time()
        self.now -= 1
        done = Completion(json.dumps(middle_value(request.schema or {})), 300, 30, "stop", self._latency)
        self.cpu += time.thread_time() - began
        return done

    async def choose(self, question: Question) -> Distribution:
        """No options are scored."""
        return unanswered(question, "error", "no options are scored here", 0.0)

    async def close(self) -> None:
        """Nothing is held."""


def cpu() -> float:
    """CPU seconds of this process so far, system time included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def request(number: int) -> Request:
    """A prompt of a campaign's size, each with a seed of its own."""
    return Request((Message("system", "x" * 1200), Message("user", "y" * 300)), 60, 1.0, number, {"type": "integer"})


def queue(calls: int, latency: float, store: CallStore | None) -> dict[str, float]:
    """CPU microseconds a call: asked directly, `WIDTH` at a time, and through the queue."""
    engine = Waiting(latency, '{"benchmark":"queue_overhead"}')
    requests = [request(number) for number in range(calls)]

    async def ask(lanes: list[Engine]) -> float:
        """Each of `WIDTH` callers asks one call after the other."""

        async def caller(number: int) -> None:
            for index in range(number, calls, WIDTH):
                await lanes[number % len(lanes)].complete(requests[index])

        began = cpu()
        await asyncio.gather(*(caller(number) for number in range(WIDTH)))
        return cpu() - began

    direct = asyncio.run(ask([engine]))
    queued = ModelQueue(engine, None if store is None else store.of(engine.identity))
    through = asyncio.run(ask([queued.lane(f"run {number}") for number in range(WIDTH // 2)]))
    return {"direct_us": direct / calls * 1e6, "queue_us": (through - direct) / calls * 1e6}


def pending(calls: int) -> dict[str, float]:
    """All calls are put into the queue at once, from runs of two agents; it has a latency of a tenth of a second."""
    engine = Waiting(0.1)
    waited = ModelQueue(engine)

    async def all_at_once() -> int:
        lanes = [waited.lane(f"run {number}") for number in range(calls // 2)]
        asked = [asyncio.create_task(lanes[index // 2].complete(request(index))) for index in range(calls)]
        await asyncio.sleep(0)
        most = waited.waiting
        await asyncio.gather(*asked)
        return most

    began, wall = cpu(), time.perf_counter()
    most = asyncio.run(all_at_once())
    assert engine.calls == calls
    return {
        "pending": most,
        "in_flight_most": engine.most,
        "cpu_us_per_call": (cpu() - began) / calls * 1e6,
        "wall_over_calls_alone": (time.perf_counter() - wall) / (-(-calls // WIDTH) * 0.1),
    }


def campaign(rounds: int, latency: float, *, stored: bool, durable: str = "round") -> dict[str, float]:
    """`WIDTH` / 2 runs of two agents from start to end."""
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        workspace = Workspace(root / "lab", "lab")
        workspace.folder("agents").mkdir(parents=True)
        (workspace.folder("agents") / "mock.yaml").write_text(ROSTER)
        text = CAMPAIGN.format(runs=WIDTH // 2, rounds=rounds, durable=durable)
        made = plan(Source("queue-overhead", text), workspace)
        folder, keys = open_folder(made, root / "logs"), KeyStore(root / "keys")
        keys.signing_key("workspace")
        engine = Waiting(latency, '{"benchmark":"queue_overhead"}' if stored else "")
        store = CallStore.open(root / "calls") if stored else None
        settings = Settings(workers=WIDTH // 2, open_engine=lambda _: engine, store=store)
        began, wall = cpu(), time.perf_counter()
        outcome = execute(made, folder, keys, settings)
        wall, used = time.perf_counter() - wall, cpu() - began
        if store is not None:
            store.close()
        if outcome.failures:
            raise outcome.failures[0].error
    alone = rounds * latency
    return {
        "calls": engine.calls,
        "in_flight_most": engine.most,
        "engine_cpu_s": engine.cpu,
        "cpu_ms_per_call": (used - engine.cpu) / engine.calls * 1e3,
        "wall_s": wall,
        "calls_alone_s": alone,
        "wall_over_calls_alone": wall / alone - 1,
    }


def where_it_goes(rounds: int, latency: float, durable: str = "round") -> dict[str, dict[str, float]]:
    """Microseconds of CPU a call by part, and their sums, with what the engine takes left out."""
    parts = Parts()
    with parts.installed(Waiting):
        played = campaign(rounds, latency, stored=False, durable=durable)
    calls = int(played["calls"])
    # The engine's own time is less than what its part of the meter took: that includes the loop's timer.
    used = played["cpu_ms_per_call"] / 1e3 * calls - max(parts.seconds[ENGINE] - played["engine_cpu_s"], 0.0)
    table = parts.table(calls, used)
    return {**table, "sums": {name: round(sum(group.values()), 1) for name, group in table.items()}}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--latency", type=float, default=1.0)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        store = CallStore.open(Path(folder))
        queued = [queue(20_000, 0.05, None) for _ in range(given.repeats)]
        with_store = queue(20_000, 0.05, store)
        store.close()
    played = [campaign(given.rounds, given.latency, stored=False) for _ in range(given.repeats)]
    middle = {key: statistics.median(one[key] for one in played) for key in played[0]}
    table = where_it_goes(given.rounds, given.latency)
    at_its_end = where_it_goes(given.rounds, given.latency, durable="run")
    result = {
        "cores": os.cpu_count(),
        "width": WIDTH,
        "latency_s": given.latency,
        "rounds": given.rounds,
        "repeats": given.repeats,
        "queue_us_per_call": statistics.median(one["queue_us"] for one in queued),
        "queue_and_store_us_per_call": with_store["queue_us"],
        **{f"campaign_{key}": value for key, value in middle.items()},
        "campaign_harness_cpu_ms_per_call": table["sums"]["harness"] / 1e3,
        "us_per_call": table,
        "durable_once_a_run_harness_cpu_ms_per_call": at_its_end["sums"]["harness"] / 1e3,
        "durable_once_a_run_us_per_call": at_its_end,
        "campaign_with_store_cpu_ms_per_call": campaign(given.rounds, given.latency, stored=True)["cpu_ms_per_call"],
        **{f"pending_{key}": value for key, value in pending(PENDING).items()},
        "aim_cpu_ms_per_call": AIM_CPU_MS,
        "aim_wall_over_calls_alone": AIM_WALL,
    }
    text = json.dumps(result, indent=2)
    print(text)
    if given.out is not None:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text + "\n")


if __name__ == "__main__":
    main()
