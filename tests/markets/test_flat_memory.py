"""Memory stays flat however long a market runs; `benchmarks/long_run.py` has the same over ten million rounds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "long_run.py"
MOST_MIB = 1.0

pytestmark = pytest.mark.skipif(not Path("/proc/self/statm").is_file(), reason="needs Linux's /proc/self/statm")


def printed(code: str) -> float:
    """The number that code prints in a process of its own, in which nothing else happens."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SCRIPT.parents[1]), *filter(None, sys.path)])}
    command = [sys.executable, "-c", f"import benchmarks.long_run as b; {code}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def grown_mib(play: str, rounds: int) -> float:
    """What such a process grows by from a tenth of the way to the end."""
    return printed(f"print(b.measure_run({play!r}, {rounds})['grown_mib'])")


@pytest.mark.parametrize(("play", "rounds"), [("environment", 100_000), ("kernel", 2_000_000), ("governed", 20_000)])
def test_memory_is_flat(play: str, rounds: int) -> None:
    assert grown_mib(play, rounds) < MOST_MIB


@pytest.mark.long
@pytest.mark.parametrize("play", ["environment", "kernel"])
def test_memory_is_flat_over_ten_million_rounds(play: str) -> None:
    assert grown_mib(play, 10_000_000) < MOST_MIB


def test_what_is_kept_every_round_is_found() -> None:
    leaks = "import os; kept = []; leak = lambda rounds: kept.append(os.urandom(rounds * 100))"
    grown = "found = b.memory_over(leak, 200_000); print((found[-1] - found[1]) / 2**20)"
    assert printed(f"{leaks}; {grown}") > MOST_MIB
