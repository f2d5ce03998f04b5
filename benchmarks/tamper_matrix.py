"""The tamper matrix in full: every forgery is made and must be found. Ends with status 1 when one is not.

python -m benchmarks.tamper_matrix [--step 1] [--only T1 ...] [--out docs/measurements/tamper_matrix.json]

`--step N` makes one N-th of the forgeries only. What `make test` samples is made by the same functions
(tests/logs/tamper/). Rows of the result that are not made anew stay as they were.
"""

from __future__ import annotations

import argparse
import json
import os
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
RESULT = ROOT / "docs" / "measurements" / "tamper_matrix.json"
sys.path.insert(0, str(ROOT / "tests"))

from logs.tamper.matrix import MATRIX, Row  # noqa: E402 (the tests are no installed package)
from logs.tamper.tally import Tally  # noqa: E402


def part(index: int, step: int, shard: int) -> Tally:
    """One worker's share of a row; in memory where the system has such a folder, since nothing here must last."""
    play = MATRIX[index].play
    assert play is not None
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as place:
        return play(Path(place), step, shard)


def forged(index: int, step: int, workers: ProcessPoolExecutor, jobs: int) -> dict[str, Any]:
    """A row whose forgeries are made here."""
    shares = jobs if MATRIX[index].shards else 1
    futures = [workers.submit(part, index, step * shares, shard * step) for shard in range(shares)]
    tally = Tally()
    for future in futures:
        tally.add(future.result())
    for missed in tally.missed[:10]:
        print(f"  not found: {missed}", file=sys.stderr)
    classes = {kind: tally.classes[kind] for kind in ("tampered", "damaged", "undecided")}
    return {"made": tally.made, "found": tally.classes.total(), **classes}


def tested(row: Row) -> dict[str, Any]:
    """A row that tests stand for: how many there are, and how many passed."""
    files = [name for name in row.files if (ROOT / name.split("::")[0]).exists()]
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *files]
        subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
        suite = ElementTree.parse(report).getroot().find("testsuite")
    assert suite is not None
    count = {key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")}
    passed = count["tests"] - count["failures"] - count["errors"] - count["skipped"]
    return {"tests": count["tests"], "passed": passed, "skipped": count["skipped"]}


def keep(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write the rows, in the order of the matrix, with those of earlier runs that were not made anew."""
    known = json.loads(path.read_text())["tests"] if path.is_file() else []
    found = {row["test"]: row for row in [*known, *rows]}
    ordered = [found[row.test] for row in MATRIX if row.test in found]
    path.write_text(json.dumps({"machine": machine(), "tests": ordered}, indent=1) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--only", nargs="*", metavar="TEST", help=f"of {', '.join(row.test for row in MATRIX)}")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    rows, failed = [], False
    with ProcessPoolExecutor(given.jobs) as workers:
        for index, row in enumerate(MATRIX):
            if given.only and not {row.test, row.test.split()[0]} & set(given.only):
                continue
            start = time.perf_counter()
            result = forged(index, given.step, workers, given.jobs) if row.play else tested(row)
            result["seconds"] = round(time.perf_counter() - start, 1)
            failed |= result.get("found", 0) < result.get("made", 0)
            failed |= result.get("passed", 0) + result.get("skipped", 0) < result.get("tests", 0)
            if row.play:
                result["one_in"] = given.step
            rows.append({"test": row.test, "what": row.what, **result})
            print(json.dumps(rows[-1]), flush=True)
            if given.out:
                keep(given.out, rows)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
