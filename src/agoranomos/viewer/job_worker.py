"""A process that does one slow thing after another for the server, and can be killed at any time.

Each line of its input is a request, `{"job": ..., ...}`; each line of its output an answer: `{"progress": [...]}` any
number of times, then `{"result": ...}` or `{"error": ..., "advice": ...}`. It ends with its input, even in a job.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from agoranomos.errors import AgoraError
from agoranomos.workspace import Workspace, find_workspace

SECONDS_BETWEEN_REPORTS = 0.2

Progress = Callable[..., None]


def answered(request: dict[str, Any], progress: Progress) -> dict[str, Any]:
    """The answer to one request; faults of the program are answered, too, in one line."""
    try:
        return {"result": _JOBS[request["job"]](request, find_workspace(Path(request["root"])), progress)}
    except AgoraError as error:
        return {"error": error.message, "advice": error.advice}
    except Exception as error:  # the page shall say what went wrong, and the next request find a process
        return {"error": f"{type(error).__name__}: {error}"[:500], "advice": "This is a fault of the program."}


def main() -> None:
    """Answer until the input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    while True:
        progress = _reported(answers)
        _write(answers, answered(json.loads(requests.get()), progress))


def _listen(requests: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)  # who asked is gone, and nobody waits for the job


def _reported(answers: TextIO) -> Progress:
    """A progress that is written at most every so often."""
    due = 0.0

    def report(*what: str | int) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due:
            due = now + SECONDS_BETWEEN_REPORTS
            _write(answers, {"progress": what})

    return report


def _write(answers: TextIO, answer: dict[str, Any]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


def _check(request: dict[str, Any], workspace: Workspace, progress: Progress) -> Any:
    from agoranomos.viewer.editing_check import checked

    return checked(request["text"], request["name"], workspace, progress)


def _fitting(request: dict[str, Any], workspace: Workspace, _: Progress) -> Any:
    from agoranomos.viewer.editing_certificate import fitting

    return fitting(request["text"], request["name"], workspace)


def _certify(request: dict[str, Any], workspace: Workspace, progress: Progress) -> Any:
    from agoranomos.viewer.editing_certificate import certified

    text, name, market = request["text"], request["name"], request["market"]
    return certified(text, name, market, workspace, quick=request["quick"], progress=progress)


def _outcomes(request: dict[str, Any], _: Workspace, __: Progress) -> Any:
    from agoranomos.viewer.outcomes_so_far import worked_out

    return worked_out(Path(request["campaign"]), request["trusted"], Path(request["into"]))


_JOBS: dict[str, Callable[[dict[str, Any], Workspace, Progress], Any]] = {
    "check": _check,
    "fitting": _fitting,
    "certify": _certify,
    "outcomes": _outcomes,
}

if __name__ == "__main__":
    main()
