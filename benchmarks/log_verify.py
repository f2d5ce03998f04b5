"""Full verification of a log: entries a second, and the ratio to one SHA-256 over the same bytes in the same run.

    python benchmarks/log_verify.py --entries 200000 --out docs/measurements/log_verify.json

One process. `checkpoints` is the length of the journal: each one costs a signature check beyond the entries.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from agoranomos.logs import LogWriter, SigningKey, verify_log

ORIGIN = "benchmark/log/verify/1/1"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=200_000)
    parser.add_argument("--entry-bytes", type=int, default=850)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument(
        "--folder", type=Path, default=None, help="where the log is written (default: a temporary folder)"
    )
    parser.add_argument("--out", type=Path, default=None, help="also write the JSON here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as scratch:
        figures = measure(Path(scratch) / "log", options.entries, options.entry_bytes, options.repeats)
    text = json.dumps(figures, indent=1)
    print(text)
    if options.out is not None:
        options.out.write_text(text + "\n", encoding="utf-8")


def measure(folder: Path, entries: int, entry_bytes: int, repeats: int) -> dict[str, object]:
    certifier = SigningKey.generate("benchmark")
    log = LogWriter.create(folder, ORIGIN, key=SigningKey.generate(ORIGIN), certifier=certifier, durable="close")
    log.append([_entry(index, entry_bytes) for index in range(entries)])
    log.close()
    content = b"".join(path.read_bytes() for path in sorted((folder / "entries").iterdir()))
    verifying, hashing, ratios = [], [], []
    for _ in range(repeats):
        hashing.append(_seconds(lambda: sha256(content).digest()))
        verifying.append(_seconds(lambda: verify_log(folder, [certifier.verifier])))
        ratios.append(verifying[-1] / hashing[-1])
    return {
        "entries": entries,
        "mean_entry_bytes": round(len(content) / entries - 1, 1),
        "checkpoints": 1,
        "repeats": repeats,
        "entries_per_second_median": round(entries / statistics.median(verifying)),
        "entries_per_second_worst": round(entries / max(verifying)),
        "ratio_to_sha256_median": round(statistics.median(ratios), 2),
        "sha256_bytes_per_second_median": round(len(content) / statistics.median(hashing)),
        "machine": {
            "cpus": os.cpu_count(),
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
        },
    }


def _entry(index: int, length: int) -> bytes:
    tail = b'","kind":"round","round":%d,"seq":%d}' % (index, index)
    filling = b"0123456789abcdef" * (length // 16 + 1)
    return b'{"body":"' + filling[: max(0, length - 9 - len(tail))] + tail


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
