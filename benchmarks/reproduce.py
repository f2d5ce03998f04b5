"""How long the whole design of the institutional AI study takes with the rosters that need no model.

python benchmarks/reproduce.py --out docs/measurements/reproduce.json

Three regimes, six rosters, 90 runs a regime, 50 rounds; placebos; sweeps of fines and detection; every table and
figure; and then all of it once more from its LOCK, offline.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AIM_SECONDS = 600


def timed(words: list[str], home: Path) -> float:
    began = time.perf_counter()
    command = [sys.executable, "-c", "from agoranomos.cli import main; main()", "reproduce", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=os.environ | {"AGORA_HOME": str(home)})
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default="15", help="runs of a label; 15 is the whole design")
    parser.add_argument("--workers", default="2")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        home, study = Path(place) / "home", Path(place) / "study"
        sized = ["--seeds", given.seeds, "--workers", given.workers]
        run = timed(["institutional-ai", *sized, "--out", str(study)], home)
        again = timed([str(study / "LOCK.json"), "--offline", "--workers", given.workers], home)
        lock = json.loads((study / "LOCK.json").read_text())
    found = {
        "seeds": int(given.seeds),
        "workers": int(given.workers),
        "cores": os.cpu_count(),
        "load_average_at_the_end": os.getloadavg()[0],
        "runs": sum(len(one["runs"]) for one in lock["campaigns"]),
        "seconds": round(run, 1),
        "seconds_again_from_the_lock": round(again, 1),
        "aim_seconds": AIM_SECONDS,
    }
    text = json.dumps(found, indent=1) + "\n"
    print(text, end="")
    if given.out is not None:
        given.out.write_text(text)


if __name__ == "__main__":
    main()
