"""The fault matrix in full: every fault strikes everywhere it can. Ends with status 1 where one breaks a promise.

python -m benchmarks.fault_matrix [--step 1] [--only F1 ...] [--out docs/measurements/fault_matrix.json]

`--step N` lets faults strike at one N-th of the places only. What `make test` samples is played by the same functions
(tests/logs/faults/). Rows of the result that are not played anew stay as they were.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from benchmarks.__main__ import machine

ROOT = Path(__file__).resolve().parent.parent
RESULT = ROOT / "docs" / "measurements" / "fault_matrix.json"
sys.path.insert(0, str(ROOT / "tests"))

from logs.faults.rows import MATRIX, Struck, f5_power  # noqa: E402 (the tests are no installed package)


def part(index: int, step: int, shard: int) -> Struck:
    """One worker's share of a row, in memory where the system has such a folder: processes are killed, not power."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
        return MATRIX[index].play(Path(place), step, shard)


def played(index: int, step: int, workers: ProcessPoolExecutor, jobs: int) -> dict[str, Any]:
    """A row, in as many shares as it can be parted into."""
    row, start = MATRIX[index], time.perf_counter()
    shares = jobs if row.sample > 1 and row.play is not f5_power else 1
    futures = [workers.submit(part, index, step * shares, shard * step) for shard in range(shares)]
    struck = Struck()
    for future in futures:
        one = future.result()
        struck.times += one.times
        struck.broken += one.broken
        struck.notes |= one.notes
    for broken in struck.broken[:10]:
        print(f"  broken: {broken}", file=sys.stderr)
    took = round(time.perf_counter() - start, 1)
    return {"fault": row.fault, "what": row.words, "struck": struck.times, "broken": len(struck.broken),
            "seconds": took, "notes": struck.notes}  # fmt: skip


def witnesses() -> dict[str, Any]:
    """F12, which the tests of the witness play: how many there are, and how many failed."""
    start = time.perf_counter()
    files = [f"tests/logs/test_witness{name}.py" for name in ("", "_store", "_http")]
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *files]
        subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    counted = {key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors")}
    return {"fault": "F12", "what": "a witness killed between store and answer, asked twice at once, put back (tests)",
            "struck": counted["tests"], "broken": counted["failures"] + counted["errors"],
            "seconds": round(time.perf_counter() - start, 1), "notes": {}}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", nargs="*", metavar="FAULT", help=f"of {', '.join(row.fault for row in MATRIX)}")
    parser.add_argument("--out", type=Path, default=RESULT)
    given = parser.parse_args()
    wanted = [index for index, row in enumerate(MATRIX) if not given.only or row.fault in given.only]
    rows = []
    with ProcessPoolExecutor(given.jobs) as workers:
        for index in wanted:
            rows.append(played(index, given.step, workers, given.jobs))
            print({key: value for key, value in rows[-1].items() if key != "what"}, flush=True)
    if not given.only or "F12" in given.only:
        rows.append(witnesses())
        print({key: value for key, value in rows[-1].items() if key != "what"}, flush=True)
    known = json.loads(given.out.read_text())["faults"] if given.out.is_file() else []
    found = {row["fault"]: row for row in [*known, *rows]}
    ordered = [found[fault] for fault in (*(row.fault for row in MATRIX), "F12") if fault in found]
    given.out.write_text(json.dumps({"machine": machine(), "faults": ordered}, indent=1) + "\n")
    sys.exit(any(row["broken"] for row in rows))


if __name__ == "__main__":
    main()
