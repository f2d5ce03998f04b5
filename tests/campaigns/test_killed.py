"""Real kills: a process of its own, SIGKILL after its k-th append, and the same command again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from campaigns.laboratory import MOCK, SCRIPTED, Lab

CHILD = """
import os
import sys
import threading
from itertools import count
from pathlib import Path
from campaigns.laboratory import make_lab
from agoranomos.logs import DiskStorage

workers, last = int(sys.argv[3]), int(sys.argv[4])
appends = count(1)

class Telling(DiskStorage):
    def append(self, handle, data):
        super().append(handle, data)
        os.write(1, b"append\\n")  # one write, whole, whichever thread it comes from
        if workers != 2 and next(appends) >= last:
            threading.Event().wait()  # the kill comes here, however late; the two of firms that follow rules have time

if __name__ == "__main__":
    lab = make_lab(Path(sys.argv[1]))
    lab.run(lab.plan(sys.argv[2]), Telling(), workers=workers)
    print("done", flush=True)
"""


def run_and_kill(root: Path, text: str, workers: int, after: int) -> None:
    script = root / "child.py"
    script.write_text(CHILD)
    tests = Path(__file__).parents[1]
    environment = {**os.environ, "PYTHONPATH": str(tests)}
    with subprocess.Popen(
        [sys.executable, str(script), str(root), text, str(workers), str(after)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        text=True,
    ) as child:
        assert child.stdout is not None
        for _ in range(after):
            line = child.stdout.readline()
            assert line == "append\n", (line, child.stderr.read() if child.stderr else "")
        child.send_signal(signal.SIGKILL)


@pytest.mark.parametrize(("text", "workers", "after"), [(MOCK, 1, 24), (MOCK, 64, 50), (SCRIPTED, 2, 40)])
def test_a_killed_process_is_resumed_with_the_same_result(
    lab: Lab, second_lab: Lab, tmp_path: Path, text: str, workers: int, after: int
) -> None:
    run_and_kill(tmp_path, text, workers, after)
    broken, whole = lab.plan(text), second_lab.plan(text)
    outcome = lab.run(broken)
    assert outcome.finished > 0
    second_lab.run(whole)
    assert lab.entries(broken) == second_lab.entries(whole)
    assert lab.tables(broken) == second_lab.tables(whole)
