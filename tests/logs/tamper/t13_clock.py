"""T13: verification under a clock that is an hour back, ten years ahead, at 1970, or at a leap day."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

CLOCKS = ("-1h", "+10y", "@1970-01-02 00:00:00", "@2028-02-29 23:59:59")

_PROGRAM = """
import sys, time
from pathlib import Path
from agoranomos.logs import Verifier, verify_log
print(time.localtime().tm_year, file=sys.stderr)
print(verify_log(Path(sys.argv[1]), [Verifier.from_vkey(sys.argv[2])]))
"""


def can_fake() -> bool:
    """Whether the program `faketime` is here (Debian package faketime)."""
    return shutil.which("faketime") is not None


def verdict(folder: Path, vkey: str, clock: str | None) -> tuple[int, str, str]:
    """Exit code, verdict and the year it was, of a verification in a process of its own."""
    before = ["faketime", "-f", clock] if clock else []
    done = subprocess.run(
        [*before, sys.executable, "-c", _PROGRAM, str(folder), vkey],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "DONT_FAKE_MONOTONIC": "1"},
    )
    return done.returncode, done.stdout, done.stderr.strip()
