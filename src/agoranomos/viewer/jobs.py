"""The asking side of `job_worker`: one job at a time in a process of its own; the newest request wins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from agoranomos.errors import AgoraError, Finding, MachineError

Progress = Callable[[list[Any]], None]


class Superseded(Finding):
    """A newer request, or the user, put an end to the job."""


class OutOfTime(Finding):
    """The job took longer than it may."""


class Worker:
    """A worker process, started when it is first needed; killed where a job must end early, and then started anew.

    `environment` is added to the process's own.
    """

    def __init__(self, limit_s: float, environment: Mapping[str, str] | None = None) -> None:
        self.limit_s = limit_s
        self._environment = environment or {}
        self._guard = threading.Lock()
        self._turn = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._newest = 0
        self._busy = self._closed = False

    def warm(self) -> None:
        """Start the process if none runs, so that the first job need not wait for it."""
        with self._guard:
            if not self._closed:
                self._running()

    def do(self, request: dict[str, Any], progress: Progress | None = None) -> Any:
        """The result of a job; a job that still runs for an older request is killed.

        Raises `Superseded` once a newer request came or `cancel` was called, `OutOfTime` after `limit_s` seconds, and
        what the job itself was refused with as `AgoraError`.
        """
        with self._guard:
            self._newest += 1
            mine = self._newest
            self._kill_if_busy()
        with self._turn:
            with self._guard:
                if mine != self._newest or self._closed:
                    raise Superseded("a newer request came" if mine != self._newest else "the worker was closed")
                process, self._busy = self._running(), True
            late = threading.Event()
            timer = threading.Timer(self.limit_s, _end, (process, late))
            timer.daemon = True
            timer.start()
            answer = None
            try:
                answer = _asked(process, request, progress)
            finally:
                timer.cancel()
                if answer is None or late.is_set():  # its output ends before it does
                    process.kill()
                    process.wait()
                with self._guard:
                    self._busy = False
        if answer is None:
            raise self._why_silent(mine, late.is_set())
        if "error" in answer:
            raise Finding(str(answer["error"]), advice=str(answer["advice"]))
        return answer["result"]

    def cancel(self) -> None:
        """Put an end to the job that runs, if one does."""
        with self._guard:
            self._newest += 1
            self._kill_if_busy()

    def close(self) -> None:
        """End the process for good; whatever it does is lost."""
        with self._guard:
            self._closed = True
            self._newest += 1
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                _close_pipes(self._process)
                self._process = None

    def _why_silent(self, mine: int, late: bool) -> AgoraError:
        if mine != self._newest:
            return Superseded("the job was ended")
        if late:
            return OutOfTime(
                f"it took longer than {self.limit_s:g} seconds, and was ended",
                advice="The command line has no such limit: agora graph check, agora graph certify.",
            )
        return MachineError("the worker process ended by itself", advice="It may have run out of memory.")

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            if self._process is not None:
                _close_pipes(self._process)
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "agoranomos.viewer.job_worker"],  # nothing of the folder it is started in
                env={**os.environ, **self._environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
            )
        return self._process

    def _kill_if_busy(self) -> None:
        if self._busy and self._process is not None:
            self._process.kill()
            self._process.wait()


def _asked(process: subprocess.Popen[str], request: dict[str, Any], progress: Progress | None) -> dict[str, Any] | None:
    """The last answer; None where the process ended first."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        for line in process.stdout:
            answer: dict[str, Any] = json.loads(line)
            if "progress" not in answer:
                return answer
            if progress is not None:
                progress(answer["progress"])
    except (OSError, ValueError):  # a closed pipe, or the half of a line that a killed process leaves
        pass
    return None


def _end(process: subprocess.Popen[str], late: threading.Event) -> None:
    late.set()
    process.kill()


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


class Errand:
    """The certificate that was asked for last: how far it is, and what came of it."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._lock = threading.Lock()
        self._state: dict[str, Any] = {"job": 0, "state": "none"}
        self._began = 0.0

    def start(self, request: dict[str, Any]) -> dict[str, Any]:
        """Begin in a thread; what runs for an older request is ended."""
        with self._lock:
            number = int(self._state["job"]) + 1
            self._state = {"job": number, "state": "running", "what": "", "count": 0}
            self._began = time.monotonic()
        threading.Thread(target=self._run, args=(number, request), daemon=True).start()
        return self.state()

    def state(self) -> dict[str, Any]:
        """`{job, state, ...}`, and the `seconds` since it began.

        The state is `running` with what is counted and how many, `done` with `result`, `failed` with `error` and
        `advice`, `cancelled`, or `none` where nothing was asked for.
        """
        with self._lock:
            running = self._state["state"] == "running"
            return {**self._state, **({"seconds": time.monotonic() - self._began} if running else {})}

    def cancel(self) -> dict[str, Any]:
        """End what runs."""
        with self._lock:
            if self._state["state"] == "running":
                self._state = {"job": self._state["job"], "state": "cancelled"}
        self._worker.cancel()
        return self.state()

    def _run(self, number: int, request: dict[str, Any]) -> None:
        def progress(said: list[Any]) -> None:
            self._set(number, {"state": "running", "what": str(said[0]), "count": int(said[1])})

        try:
            found = {"state": "done", "result": self._worker.do(request, progress)}
        except Superseded:
            found = {"state": "cancelled"}
        except AgoraError as error:
            found = {"state": "failed", "error": error.message, "advice": error.advice}
        self._set(number, {**found, "seconds": time.monotonic() - self._began})

    def _set(self, number: int, state: dict[str, Any]) -> None:
        with self._lock:
            if self._state["job"] == number and self._state["state"] == "running":
                self._state = {"job": number, **state}
