"""Firm-rounds a second through the compiled `judge` of both shipped institutions, on two processes at once.

Each process judges batches of runs of the papers' duopoly whose firms turn between Nash, market division, near division
and noise every few rounds, so that ladders are climbed. `judged` is with the measures given as arrays; `played` clears
the market and computes its measures, too. The interpreted `judge` sees the same rounds, one run at a time, on one
process; the ratio is per core. Every figure is the median of `--repeats`; tables of guards are warm. `by_cpu_time`
counts the seconds that the processes had a core: what they would do on two cores that nobody shares.

    python benchmarks/compiled_judge.py --out docs/measurements/compiled_judge_speed.json
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from agoranomos.documents import read_text
from agoranomos.institutions import Observed, bind, judge, load_institution
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.compiled import CompiledJudge, Rounds, compile_judge, measured_from
from agoranomos.institutions.judge import initial_standings
from agoranomos.markets import build_market, load_market
from agoranomos.markets.cournot.arrays import measure_arrays_e6
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.facts import SCALE
from agoranomos.workspace import find_workspace, resolve

INSTITUTIONS = ("cournot-antitrust", "cournot-antitrust-hardened")
FIRMS, PHASE = 2, 6


def bound_to_duopoly(name: str) -> tuple[Bound, CournotSpec]:
    """A shipped institution on the papers' duopoly."""
    workspace = find_workspace(Path(__file__).resolve().parent)
    market = build_market(load_market("cournot-duopoly", workspace).spec)
    institution = load_institution(read_text(resolve("institutions", name, workspace)))
    return bind(institution, market.facts), market.spec


def plays(spec: CournotSpec, seed: int, runs: int, rounds: int) -> npt.NDArray[np.int64]:
    """Quantities in millionths, int64[rounds, runs, N, M]."""
    rng = np.random.default_rng(seed)
    found = benchmarks(spec)
    nash = np.rint(found.nash.quantity * SCALE).astype(np.int64)
    division = np.rint(found.division.quantity * SCALE).astype(np.int64)
    noise = rng.integers(0, 60 * SCALE, (rounds, runs, *nash.shape))
    kinds = rng.integers(0, 4, (-(-rounds // PHASE), runs))
    kind = np.repeat(kinds, PHASE, axis=0)[:rounds, :, None, None]
    return np.select([kind == 0, kind == 1, kind == 2], [nash, division, (9 * division + nash) // 10], noise)


def judged_rounds(compiled: CompiledJudge, measures: dict[str, npt.NDArray[np.int64]]) -> int:
    """Judge rounds of measures int64[rounds, runs, *axes]; returns how many sanctions by fine there were."""
    rounds, runs = next(iter(measures.values())).shape[:2]
    standings, fined = compiled.start(runs), 0
    for number in range(rounds):
        judged = compiled.judge(standings, Rounds(number + 1, {name: own[number] for name, own in measures.items()}))
        standings = judged.standings
        fined += int(np.count_nonzero(judged.fine_e6))
    return fined


def played_rounds(compiled: CompiledJudge, spec: CournotSpec, quantities: npt.NDArray[np.int64]) -> int:
    """Clear, measure and judge rounds of quantities int64[rounds, runs, N, M]; returns how many fines there were."""
    standings, fined = compiled.start(quantities.shape[1]), 0
    for number, actions in enumerate(quantities, start=1):
        judged = compiled.judge(standings, Rounds(number, measure_arrays_e6(spec, benchmarks(spec), actions)))
        standings = judged.standings
        fined += int(np.count_nonzero(judged.fine_e6))
    return fined


def work(name: str, seed: int, runs: int, rounds: int, repeats: int, barrier: Any, results: Any) -> None:
    """What one process does: warm up, then meet the others before each measurement."""
    bound, spec = bound_to_duopoly(name)
    compiled = compile_judge(bound)
    quantities = plays(spec, seed, runs, rounds)
    measures = measure_arrays_e6(spec, benchmarks(spec), quantities)
    needed = {measure: measures[measure] for measure in compiled.needed}
    fined = judged_rounds(compiled, needed)
    taken: dict[str, list[tuple[float, float]]] = {"judged": [], "played": []}
    for _ in range(repeats):
        for kind, times in taken.items():
            barrier.wait()
            began, began_cpu = time.perf_counter(), time.process_time()
            again = judged_rounds(compiled, needed) if kind == "judged" else played_rounds(compiled, spec, quantities)
            times.append((time.perf_counter() - began, time.process_time() - began_cpu))
            assert again == fined
    results.put((taken, fined))


def interpreted_seconds(name: str, seed: int, runs: int, rounds: int, repeats: int) -> float:
    """The median time of a core that the interpreted `judge` takes for the first runs of the same rounds."""
    bound, spec = bound_to_duopoly(name)
    arrays = measure_arrays_e6(spec, benchmarks(spec), plays(spec, seed, runs, rounds))
    observed = [
        [Observed(t + 1, {key: measured_from(own[t, r]) for key, own in arrays.items()}) for t in range(rounds)]
        for r in range(runs)
    ]
    taken = []
    for _ in range(repeats):
        began = time.process_time()
        for own in observed:
            standings = initial_standings(bound)
            for one in own:
                standings = judge(bound, standings, one).standings
        taken.append(time.process_time() - began)
    return statistics.median(taken)


def measure(name: str, processes: int, runs: int, rounds: int, repeats: int) -> dict[str, Any]:
    """The figures of one institution."""
    context = multiprocessing.get_context("spawn")
    barrier, results = context.Barrier(processes), context.Queue()
    workers = [
        context.Process(target=work, args=(name, seed, runs, rounds, repeats, barrier, results))
        for seed in range(processes)
    ]
    for worker in workers:
        worker.start()
    found = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    per_process = runs * rounds * FIRMS
    rates = {}
    for kind in ("judged", "played"):
        slowest = np.max([times[kind] for times, _ in found], axis=0)  # [repeats, wall and CPU]
        wall, cpu = np.median(slowest, axis=0).tolist()
        rates[f"firm_rounds_per_second_{kind}"] = processes * per_process / wall
        rates[f"firm_rounds_per_second_{kind}_by_cpu_time"] = processes * per_process / cpu
    few = max(runs // 100, 1)
    interpreted = few * rounds * FIRMS / interpreted_seconds(name, 0, few, rounds, 3)
    return {
        "institution": name,
        "processes": processes,
        "runs_at_once": runs,
        "rounds": rounds,
        "fines": sum(fined for _, fined in found),
        **rates,
        "firm_rounds_per_second_interpreted_by_cpu_time": interpreted,
        "times_the_interpreted_per_core": rates["firm_rounds_per_second_judged_by_cpu_time"] / processes / interpreted,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--runs", type=int, default=2000, help="runs judged at once")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    figures = [
        measure(name, arguments.processes, arguments.runs, arguments.rounds, arguments.repeats) for name in INSTITUTIONS
    ]
    for row in figures:
        print(json.dumps(row, indent=1))
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps({"figures": figures}, indent=1) + "\n")


if __name__ == "__main__":
    main()
