"""Memory of a verification is that of a segment, whatever the log holds: measured in processes of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from logs.building import TRUSTED, open_log

MOST_MEGABYTES = 200

MEASURED = """
import json, resource, sys
from pathlib import Path
from agoranomos.logs import Verifier, verify_log

if __name__ == "__main__":
    folder, vkey, jobs, level, manner = sys.argv[1:]
    options = {"level": level, "jobs": int(jobs)}
    if manner == "consume":
        options["consume"] = len
    if manner == "check":
        options["check"] = len
    found = verify_log(Path(folder), [Verifier.from_vkey(vkey)], **options)
    # Not RUSAGE_SELF: it begins with the size of the process that started this one.
    own = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    workers = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(json.dumps([found.size, int(own.split()[1]) // 1024, workers // 1024]))
"""


def measured(folder: Path, jobs: int, level: str = "full", manner: str = "") -> tuple[int, int, int]:
    """Entries, and the most memory that the verifying process and the largest of its workers took, in MB."""
    script = folder.parent / "measured.py"
    script.write_text(MEASURED)
    command = [sys.executable, str(script), str(folder), TRUSTED[0].vkey, str(jobs), level, manner]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    size, parent, workers = json.loads(done.stdout)
    return size, parent, workers


def make(folder: Path, size: int) -> None:
    log = open_log(folder)
    for first in range(0, size, 65_536):
        log.append([b'{"body":%d,"seq":%d}' % (index % 97, index) for index in range(first, min(size, first + 65_536))])
    log.close()


def test_400_000_entries(tmp_path: Path) -> None:
    make(tmp_path / "log", 400_000)
    size, parent, workers = measured(tmp_path / "log", 2, manner="check")
    assert size == 400_000
    assert parent <= MOST_MEGABYTES
    assert 10 < workers <= MOST_MEGABYTES
    assert measured(tmp_path / "log", 1, "structure")[1] <= MOST_MEGABYTES


@pytest.mark.long
def test_ten_million_entries(tmp_path: Path) -> None:
    make(tmp_path / "log", 10_000_000)
    for jobs, level, manner in ((1, "full", ""), (2, "full", ""), (1, "full", "consume"), (1, "structure", "")):
        size, parent, workers = measured(tmp_path / "log", jobs, level, manner)
        print(f"jobs {jobs}, {level} {manner}: {parent} MB, largest worker {workers} MB")
        assert size == 10_000_000
        assert parent <= MOST_MEGABYTES
        assert workers <= MOST_MEGABYTES
