"""How often intervals of `agoranomos.statistics` hold a truth that is known, and how often tests reject what is so.

Each case draws its samples from a world of `coverage_worlds.py`, estimates, and counts. A 95% interval that `holds`
covers in 94 to 96 of 100 samples; one that is `cautious` in at least 94; one that `falls short` covers in fewer than 94
there, is measured to say so, and carries a warning. A test of level 5% rejects in at most 5 of 100. Counts have errors:
with fewer than 4,000 samples an interval may miss its band by two standard errors, and a test its level by three.

    python -m benchmarks.coverage --simulations 4000 --jobs 2 --out docs/measurements/coverage.json
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks.coverage_cases import cases

BAND = (0.94, 0.96)
FULL = 4_000
"""From this many samples on the band is held without slack."""


def measure(name: str, simulations: int, seed: int = 0) -> dict[str, Any]:
    """One case: the share of intervals that held the truth, its error, and whether it is as promised."""
    case, start = cases()[name], time.perf_counter()
    generator = np.random.default_rng([seed, *name.encode()])
    seen = [case.see(generator) for _ in range(simulations)]
    counted = [one for one in seen if one is not None]
    share = sum(counted) / len(counted)
    return {
        "case": name,
        "about": case.about,
        "promise": case.promise,
        "simulations": simulations,
        "without_interval": len(seen) - len(counted),
        "share": round(share, 5),
        "error": round(math.sqrt(share * (1 - share) / len(counted)), 5),
        "kept": kept(case.promise, share, len(counted)),
        "seconds": round(time.perf_counter() - start, 1),
    }


def kept(promise: str, share: float, counted: int) -> bool:
    """Whether the share is as promised, within the error of the count."""
    error = math.sqrt(0.05 * 0.95 / counted)
    slack = 2 * error if counted < FULL else 0.0
    if promise == "level":
        return share <= 0.05 + 3 * error
    if promise == "falls short":
        return share < BAND[0] + slack
    return share >= BAND[0] - slack and (promise == "cautious" or share <= BAND[1] + slack)


def main() -> int:
    """Measure, print a table, write the JSON; 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--simulations", type=int, default=FULL)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="Cases whose name holds this text; --out keeps the others.")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    names = [name for name in cases() if given.only in name]
    rows: list[dict[str, Any]] = []
    with ProcessPoolExecutor(given.jobs) as pool:
        for row in pool.map(measure, names, [given.simulations] * len(names)):
            rows.append(row)
            verdict = f"{row['promise']:12} {'kept' if row['kept'] else 'NOT KEPT'}"
            print(f"{row['case']:45} {row['share']:.4f} +/- {row['error']:.4f}  {verdict}", flush=True)
            if given.out is not None:
                write(given.out, rows)
    return 0 if all(row["kept"] for row in rows) else 1


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    """The file with these cases replaced and the others kept, in the order of `cases`."""
    before = json.loads(path.read_text())["cases"] if path.is_file() else []
    known = {row["case"]: row for row in [*before, *rows]}
    ordered = [known[name] for name in cases() if name in known]
    machine = {"python": platform.python_version(), "numpy": np.__version__}
    path.write_text(json.dumps({"level": 0.95, "band": BAND, "machine": machine, "cases": ordered}, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
