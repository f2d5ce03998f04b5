"""What durability costs: an append that is on disk against the same append in memory plus two syncs, and a run's close.

    python benchmarks/log_append.py --folder . --out docs/measurements/log_append.json

The sync is measured in the same loop and on the same file system: the bytes of an append written to a plain file, then
`fdatasync`. `ratio` is durable / (in memory + two syncs), per round of interleaved measurements; the target is 1.5.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from pathlib import Path

from agoranomos.logs import LogWriter, MemoryLog, SigningKey

ORIGIN = "benchmark/log/append/1/1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--appends", type=int, default=500)
    parser.add_argument("--entries", type=int, default=3, help="entries an append")
    parser.add_argument("--entry-bytes", type=int, default=850)
    parser.add_argument("--runs", type=int, default=100, help="runs that are closed at once")
    parser.add_argument("--run-entries", type=int, default=150)
    parser.add_argument("--folder", type=Path, default=None, help="on the file system to be measured")
    parser.add_argument("--out", type=Path, default=None, help="also write the JSON here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        figures = {
            "append": measure_appends(Path(scratch), options.appends, options.entries, options.entry_bytes),
            "close": measure_closes(Path(scratch), options.runs, options.run_entries, options.entry_bytes),
            "machine": {
                "cpus": os.cpu_count(),
                "python": platform.python_version(),
                "system": f"{platform.system()} {platform.machine()}",
            },
        }
    text = json.dumps(figures, indent=1)
    print(text)
    if options.out is not None:
        options.out.write_text(text + "\n", encoding="utf-8")


def measure_appends(folder: Path, appends: int, count: int, entry_bytes: int) -> dict[str, object]:
    durable, memory = _log(folder / "log", "append"), MemoryLog()
    plain = os.open(folder / "plain", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    seconds: dict[str, list[float]] = {"durable": [], "memory": [], "sync": []}
    for number in range(appends):
        entries = [_entry(number * count + index, entry_bytes) for index in range(count)]
        start = time.perf_counter()
        durable.append(entries)
        seconds["durable"].append(time.perf_counter() - start)
        start = time.perf_counter()
        memory.append(entries)
        seconds["memory"].append(time.perf_counter() - start)
        start = time.perf_counter()
        os.write(plain, b"\n".join(entries))
        os.fdatasync(plain)
        seconds["sync"].append(time.perf_counter() - start)
    os.close(plain)
    durable.close()
    median = {name: statistics.median(values) for name, values in seconds.items()}
    return {
        "appends": appends,
        "entries_per_append": count,
        "durable_microseconds_median": round(median["durable"] * 1e6, 1),
        "memory_microseconds_median": round(median["memory"] * 1e6, 1),
        "sync_microseconds_median": round(median["sync"] * 1e6, 1),
        "ratio": round(median["durable"] / (median["memory"] + 2 * median["sync"]), 3),
    }


def measure_closes(folder: Path, runs: int, count: int, entry_bytes: int) -> dict[str, object]:
    seconds = []
    for run in range(runs):
        entries = [_entry(index, entry_bytes) for index in range(count)]
        start = time.perf_counter()
        log = _log(folder / f"run-{run}", "close")
        log.append(entries)
        log.close()
        seconds.append(time.perf_counter() - start)
    return {
        "runs": runs,
        "entries_per_run": count,
        "milliseconds_median": round(statistics.median(seconds) * 1e3, 2),
        "milliseconds_worst": round(max(seconds) * 1e3, 2),
    }


def _log(folder: Path, durable: str) -> LogWriter:
    key, certifier = SigningKey.generate(ORIGIN), SigningKey.generate("benchmark")
    return LogWriter.create(folder, ORIGIN, key=key, certifier=certifier, durable=durable)  # type: ignore[arg-type]


def _entry(index: int, length: int) -> bytes:
    tail = b'","kind":"round","round":%d,"seq":%d}' % (index, index)
    filling = b"0123456789abcdef" * (length // 16 + 1)
    return b'{"body":"' + filling[: max(0, length - 9 - len(tail))] + tail


if __name__ == "__main__":
    main()
