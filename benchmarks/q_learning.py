"""Session-steps a second of tabular Q-learning in Calvano's duopoly: plain Python, Numba and batched torch, one run.

A session-step is one period of one session: both agents choose, both learn (15 prices, 225 states, alpha 0.15, beta
4e-6, delta 0.95). Every form plays the same rule with the same draws. Plain Python and Numba play whole sessions of
`--periods` periods (Python `--python-periods`); with two threads Numba plays two sessions at once. Torch plays
`--batch` sessions side by side on `--device`; `bandwidth_share` is the least traffic that the rule needs
(`Batch.bytes_a_step`) over what a copy of a large array moves on the same device in the same run. Rates are by the
clock, and by the time that the process had a core. Compiling is not timed. Figures are medians of `--repeats`.

    python benchmarks/q_learning.py --out docs/measurements/q_learning.json
    python benchmarks/q_learning.py --device cuda --batch 200000 --out q_learning_cuda.json
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from agoranomos.learning.q_learning import LearningGame, QLearning, game_of
from agoranomos.learning.q_learning_draws import session_key
from agoranomos.learning.q_learning_reference import learn_in_python
from agoranomos.learning.q_learning_torch import NUMBERS, Batch
from agoranomos.learning.session_runs import learn
from agoranomos.markets import bertrand_v0

COPIED = 1 << 28
"""Bytes of the array that is copied to see how fast memory is."""


def timed(work: Callable[[], Any], repeats: int) -> dict[str, float]:
    """The median seconds of `work`, by the clock and of processor time."""
    clock, processor = [], []
    for _ in range(repeats):
        began, began_processor = time.perf_counter(), time.process_time()
        work()
        clock.append(time.perf_counter() - began)
        processor.append(time.process_time() - began_processor)
    return {"clock": statistics.median(clock), "processor": statistics.median(processor)}


def rates(steps: int, taken: dict[str, float]) -> dict[str, float]:
    return {
        "session_steps_per_second": steps / taken["clock"],
        "session_steps_per_second_by_processor_time": steps / taken["processor"],
    }


def plain(game: LearningGame, periods: int, repeats: int) -> dict[str, Any]:
    rule = QLearning(stable=periods, most=periods)
    taken = timed(lambda: learn_in_python(game, rule, session_key(1, 0)), repeats)
    return {"form": "plain Python", "periods": periods, "sessions": 1, **rates(periods, taken)}


def compiled(game: LearningGame, periods: int, repeats: int, threads: int) -> dict[str, Any]:
    rule = QLearning(stable=periods, most=periods)
    keys = [session_key(1, number) for number in range(threads)]
    learn(game, QLearning(most=10), keys[0])
    with ThreadPoolExecutor(threads) as pool:
        taken = timed(lambda: list(pool.map(lambda key: learn(game, rule, key), keys)), repeats)
    name = "Numba, one thread" if threads == 1 else f"Numba, {threads} threads"
    return {"form": name, "periods": periods, "sessions": threads, **rates(threads * periods, taken)}


def batched(
    game: LearningGame, sessions: int, periods: int, device: str, numbers: str, threads: int, repeats: int
) -> dict[str, Any]:
    import torch

    torch.set_num_threads(threads)
    keys = [session_key(1, number) for number in range(sessions)]
    batch = Batch(game, QLearning(), keys, device=device, numbers=numbers)

    def advance() -> None:
        batch.advance(periods)
        wait(device)

    advance()
    taken = timed(advance, repeats)
    found = rates(sessions * periods, taken)
    moved = found["session_steps_per_second"] * batch.bytes_a_step
    bandwidth = copy_bandwidth(device, repeats)
    return {
        "form": f"torch, {device}, {numbers}",
        "device": torch.cuda.get_device_name(device) if device.startswith("cuda") else f"{threads} threads",
        "periods": periods,
        "sessions": sessions,
        **found,
        "bytes_a_session_step": batch.bytes_a_step,
        "bytes_per_second": moved,
        "copy_bytes_per_second": bandwidth,
        "bandwidth_share": moved / bandwidth,
    }


def copy_bandwidth(device: str, repeats: int) -> float:
    """Bytes a second that a copy reads and writes on the device."""
    import torch

    source = torch.ones(COPIED // 8, dtype=torch.float64, device=device)
    target = torch.empty_like(source)

    def copy() -> None:
        for _ in range(5):
            target.copy_(source)
        wait(device)

    copy()
    return 5 * 2 * COPIED / timed(copy, repeats)["clock"]


def wait(device: str) -> None:
    """Until the device has done what it was asked."""
    if device.startswith("cuda"):
        import torch

        torch.cuda.synchronize(device)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", default="cpu", help="where torch plays: cpu, or cuda")
    parser.add_argument("--batch", type=int, default=1000, help="sessions that torch plays side by side")
    parser.add_argument("--batch-periods", type=int, default=200, help="periods that torch plays in each repeat")
    parser.add_argument("--periods", type=int, default=2_000_000, help="periods a session, compiled")
    parser.add_argument("--python-periods", type=int, default=20_000)
    parser.add_argument("--threads", type=int, default=2, help="threads of torch on a CPU")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    game = game_of(bertrand_v0.parallel_env().game())
    figures = [
        plain(game, given.python_periods, given.repeats),
        compiled(game, given.periods, given.repeats, 1),
        compiled(game, given.periods, given.repeats, 2),
        *(
            batched(game, given.batch, given.batch_periods, given.device, numbers, given.threads, given.repeats)
            for numbers in NUMBERS
        ),
    ]
    for row in figures:
        print(json.dumps(row, indent=1))
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps({"figures": figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
