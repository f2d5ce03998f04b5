"""Decisions a second of a language model: sixteen runs of a campaign at once, against the same calls one at a time.

The campaign is `cournot-three-regimes`, played by the model itself; its logs stay in memory. Then the same calls are
made one at a time through `model.generate` of transformers: the same weights, number format and threads, keys and
values cached within a call, the same constraint by a logits processor. That the actions are distributed alike is
tested for each good: both ways answer the same prompts, so within a prompt their two quantities may be swapped; the
p-value is the share of random swaps whose Kolmogorov-Smirnov distance is at least the one found.

    python benchmarks/models.py --out docs/measurements/models.json
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agoranomos.campaigns.arm import set_up
from agoranomos.campaigns.plan import PlannedRun
from agoranomos.campaigns.planning import plan_campaign
from agoranomos.campaigns.runner import run_one
from agoranomos.logs.memory import MemoryLog
from agoranomos.models import Completion, Engine, Message, Request, WrappedEngine, open_engine
from agoranomos.models.local.conversion import converted
from agoranomos.models.weights import known_weights, verify
from agoranomos.policies.prompted.reply import QUANTITIES
from agoranomos.workspace import find_workspace

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.plain_generate import PlainModel

MODEL = "smollm2"
SWAPS = 10_000
Calls = Sequence[tuple[Request, Completion]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--campaign", default="cournot-three-regimes")
    parser.add_argument("--in-flight", type=int, default=16, help="runs at once")
    parser.add_argument("--seeds", type=int, default=6, help="runs of each regime")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--every", type=int, default=2, help="make each n-th call again, one at a time")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    text = json.dumps(measure(given.campaign, given.in_flight, given.seeds, given.rounds, given.every), indent=2) + "\n"
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(text)
    print(text, end="")


def measure(campaign: str, in_flight: int, seeds: int, rounds: int, every: int) -> dict[str, Any]:
    """Both ways, their ratio, and whether the actions are distributed alike."""
    plan = plan_campaign(campaign, find_workspace(Path(__file__).parent), [f"seeds={seeds}", f"rounds={rounds}"])
    runs = plan.runs()
    began = time.perf_counter()
    engine = Listening(open_engine(MODEL))
    load_seconds = time.perf_counter() - began
    together, together_cpu, decisions = asyncio.run(_together(runs, engine, in_flight))
    again = engine.calls[::every]
    texts, alone, alone_cpu = _one_at_a_time([request for request, _ in again])
    calls_per_decision = len(engine.calls) / decisions
    rate = decisions / together
    rate_alone = len(again) / alone / calls_per_decision
    return {
        "campaign": campaign,
        "runs": len(runs),
        "runs_in_flight": in_flight,
        "rounds": rounds,
        "decisions": decisions,
        "calls": len(engine.calls),
        "calls_made_again": len(again),
        "prompt_tokens_median": statistics.median(done.prompt_tokens for _, done in engine.calls),
        "reply_tokens_median": statistics.median(done.reply_tokens for _, done in engine.calls),
        "load_seconds": load_seconds,
        "seconds": together,
        "decisions_per_second": rate,
        "decisions_per_second_one_at_a_time": rate_alone,
        "ratio": rate / rate_alone,
        "cpu_seconds_per_decision": together_cpu / decisions,
        "cpu_seconds_per_decision_one_at_a_time": alone_cpu / len(again) * calls_per_decision,
        "same_distribution_p": compared([_quantities(done.text) for _, done in again], [_quantities(t) for t in texts]),
    }


class Listening(WrappedEngine):
    """Keeps what was asked and answered."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.calls: list[tuple[Request, Completion]] = []

    async def complete(self, request: Request) -> Completion:
        """The reply of the engine behind, kept."""
        completion = await super().complete(request)
        self.calls.append((request, completion))
        return completion


async def _together(runs: Sequence[PlannedRun], engine: Listening, in_flight: int) -> tuple[float, float, int]:
    """Play the runs, so many at once; returns the seconds and CPU seconds that it took, and the number of decisions."""
    await engine.engine.complete(Request((Message("user", "Hello."),), 4, 1.0, 0))  # What is set up on first use.
    room = asyncio.Semaphore(in_flight)

    async def one(run: PlannedRun) -> None:
        async with room:
            log = MemoryLog()
            governed, agents = set_up(run.arm, run.seed, log, dict.fromkeys(run.arm.models, engine))
            await run_one(governed, agents, run.seed, put_blob=log.put_blob)

    began, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one(run) for run in runs))
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    decisions = sum(request.caller[2] == 0 for request, _ in engine.calls)
    await engine.engine.close()
    return seconds, cpu, decisions


def _one_at_a_time(requests: Sequence[Request]) -> tuple[list[str], float, float]:
    """The replies to the same calls through `model.generate`, and the seconds and CPU seconds that they took."""
    model = PlainModel(converted(verify(known_weights(MODEL))))
    model.reply(requests[0], seed=0)
    began, cpu = time.perf_counter(), time.process_time()
    texts = [model.reply(request, seed=index) for index, request in enumerate(requests)]
    return texts, time.perf_counter() - began, time.process_time() - cpu


def _quantities(text: str) -> dict[str, float]:
    """What a reply chose of each good; nothing where it was cut off."""
    try:
        return {good: float(value) for good, value in json.loads(text)[QUANTITIES].items()}
    except ValueError:
        return {}


def compared(ours: Sequence[Mapping[str, float]], plain: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """For each good, the p-value of the hypothesis that both ways draw its quantity alike, prompt by prompt."""
    pairs = [(one, other) for one, other in zip(ours, plain, strict=True) if one and other]
    goods = pairs[0][0]
    return {good: _p_value(np.array([(one[good], other[good]) for one, other in pairs])) for good in goods}


def _p_value(pairs: NDArray[np.float64]) -> float:
    """That of a permutation test that swaps within pairs, [pairs, 2]; its statistic is the Kolmogorov-Smirnov one."""
    generator = np.random.default_rng(0)
    steps = np.unique(pairs)
    # How many of each column are at most each value, as the difference that a pair makes to it.
    differences = (pairs[:, :1] <= steps).astype(int) - (pairs[:, 1:] <= steps).astype(int)
    found = np.abs(differences.sum(axis=0)).max()
    signs = generator.choice([-1, 1], size=(SWAPS, len(pairs)))
    swapped = np.abs(signs @ differences).max(axis=1)
    return float((1 + (swapped >= found).sum()) / (1 + SWAPS))


if __name__ == "__main__":
    main()
