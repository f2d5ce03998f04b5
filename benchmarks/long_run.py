"""Memory over 10 million rounds: bare steps of the Cournot environment, its vectorised kernel, and governed rounds.

The resident memory of the process is read at twenty points of each run. `grown_mib` is the last reading less that at
a tenth of the way, when caches are full; a byte kept a round would show as ten mebibytes.

    python benchmarks/long_run.py
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

POINTS = 20
PAGE = os.sysconf("SC_PAGE_SIZE")


def resident_bytes() -> int:
    """The memory of this process that is in RAM (Linux: the second number of /proc/self/statm)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def environment_play() -> Callable[[int], None]:
    """Bare steps of `cournot_v0`; measures are asked for every round."""
    from agoranomos.markets import cournot_v0

    market = cournot_v0.parallel_env(rounds=1_000_000_000)
    market.reset(seed=1)
    actions = [{agent: market.action_space(agent).sample() / 2 for agent in market.agents} for _ in range(64)]

    def play(rounds: int) -> None:
        for k in range(rounds):
            market.step(actions[k % 64])
            market.measures()

    return play


def governed_play() -> Callable[[int], None]:
    """Rounds under the shipped antitrust institution, without a log: fines, notices and cases come and go."""
    from agoranomos.documents import read_text
    from agoranomos.institutions import load_institution
    from agoranomos.institutions.governed import Governed
    from agoranomos.markets import cournot_v0
    from agoranomos.workspace import find_workspace, resolve

    workspace = find_workspace(Path(__file__).resolve().parent)
    institution = load_institution(read_text(resolve("institutions", "cournot-antitrust", workspace)))
    market = cournot_v0.parallel_env(rounds=1_000_000_000)
    governed = Governed(market, institution)
    governed.reset(seed=1)
    divided = {"firm_1": np.array([60.0, 0.0]), "firm_2": np.array([0.0, 60.0])}
    nash = {"firm_1": np.array([140 / 3, 80 / 3]), "firm_2": np.array([80 / 3, 140 / 3])}

    def play(rounds: int) -> None:
        for k in range(rounds):
            governed.step(divided if k // 16 % 2 else nash)

    return play


def kernel_play() -> Callable[[int], None]:
    """The vectorised kernel with all measures, 4,096 rounds at once."""
    from agoranomos.markets.cournot import CournotSpec
    from agoranomos.markets.cournot.benchmarks import benchmarks
    from agoranomos.markets.cournot.clear import clear
    from agoranomos.markets.cournot.measures import measure

    spec = CournotSpec()
    known, chance = benchmarks(spec), np.random.default_rng(1)

    def play(rounds: int) -> None:
        for start in range(0, rounds, 4096):
            quantity = chance.random((min(4096, rounds - start), 2, 2)) * 50.0
            measure(spec, known, clear(spec, quantity))

    return play


PLAYS = {"environment": environment_play, "kernel": kernel_play, "governed": governed_play}


def memory_over(play: Callable[[int], None], rounds: int) -> list[int]:
    """Resident bytes after each twentieth of the rounds."""
    readings = []
    for _ in range(POINTS):
        play(rounds // POINTS)
        gc.collect()
        readings.append(resident_bytes())
    return readings


def measure_run(name: str, rounds: int) -> dict[str, Any]:
    """The figures of one kind of play."""
    play = PLAYS[name]()
    play(min(rounds // POINTS, 5_000))
    began = time.perf_counter()
    readings = memory_over(play, rounds)
    return {
        "what": name,
        "rounds": rounds,
        "first_mib": readings[1] / 2**20,
        "last_mib": readings[-1] / 2**20,
        "grown_mib": (readings[-1] - readings[1]) / 2**20,
        "seconds": time.perf_counter() - began,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10_000_000)
    parser.add_argument("--only", nargs="*", choices=sorted(PLAYS), default=list(PLAYS))
    parser.add_argument("--out", type=Path, default=None, help="also write the JSON here")
    options = parser.parse_args()
    rows = []
    for name in options.only:
        rows.append(measure_run(name, options.rounds // (10 if name == "governed" else 1)))
        print(json.dumps(rows[-1]), flush=True)
    figures = {"grown_mib_at_most": max(row["grown_mib"] for row in rows), "aim_mib": 1.0, "plays": rows}
    if options.out is not None:
        options.out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
