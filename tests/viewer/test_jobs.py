"""Slow jobs in a process of their own: the newest wins, each can be given up, and none outlives its limit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agoranomos.errors import Finding, MachineError
from agoranomos.viewer.editing_template import template
from agoranomos.viewer.jobs import Errand, OutOfTime, Superseded, Worker
from agoranomos.workspace import library_root

PUBLISHED = (library_root() / "institutions" / "cournot-antitrust.yaml").read_text()
QUICK: dict[str, Any] = {"job": "check", "text": template("mine"), "name": "mine.yaml", "root": str(library_root())}
COUNTERS = "".join(f'  c{i}: {{max: 97, next: "s{i} ? (c{i} + 1) % 97 : c{i}"}}\n' for i in range(4))
SIGNALS = "".join(f"  s{i}: {{statistic: mean, measure: hhi, window: {i + 1}, at_least: 0.9}}\n" for i in range(4))
SLOW: dict[str, Any] = {
    **QUICK,
    "text": template("mine")
    .replace("signals:\n", f"counters:\n{COUNTERS}signals:\n{SIGNALS}", 1)
    .replace("when: high_concentration,", 'when: "high_concentration && c0 + c1 + c2 + c3 != 7",', 1),
}
"""Millions of standings."""


@pytest.fixture
def worker() -> Iterator[Worker]:
    """A worker with time enough."""
    made = Worker(300)
    yield made
    made.close()


class Asked(threading.Thread):
    """A slow job in a thread; `begun` is set with its first word of progress."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(daemon=True)
        self.worker, self.begun = worker, threading.Event()
        self.error: BaseException | None = None
        self.start()
        assert self.begun.wait(300)

    def run(self) -> None:
        try:
            self.worker.do(SLOW, lambda _: self.begun.set())
        except BaseException as error:
            self.error = error


def test_one_process_answers_one_job_after_another(worker: Worker) -> None:
    assert worker.do(QUICK)["findings"] == []
    first = worker._process
    assert worker.do({**QUICK, "text": PUBLISHED})["standings"] == 17_330
    assert worker._process is first


def test_a_job_ends_with_a_newer_request_or_when_it_is_given_up(worker: Worker) -> None:
    asked = Asked(worker)
    assert worker.do(QUICK)["findings"] == []
    asked.join(300)
    assert isinstance(asked.error, Superseded)
    given_up = Asked(worker)
    worker.cancel()
    given_up.join(300)
    assert isinstance(given_up.error, Superseded)


def test_a_process_that_dies_is_told_of_and_replaced(worker: Worker) -> None:
    asked = Asked(worker)
    assert worker._process is not None
    worker._process.kill()
    asked.join(300)
    assert isinstance(asked.error, MachineError)
    assert worker.do(QUICK)["findings"] == []


def test_nothing_that_lies_where_it_is_started_is_run(
    worker: Worker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "queue.py").write_text("open('ran', 'w').close()\nraise SystemExit\n")
    monkeypatch.chdir(tmp_path)
    assert worker.do(QUICK)["findings"] == []
    assert not (tmp_path / "ran").exists()


def test_a_job_beyond_its_time_is_ended() -> None:
    worker = Worker(0.01)  # less than a process needs to begin
    try:
        with pytest.raises(OutOfTime, match=r"longer than 0\.01 seconds"):
            worker.do(QUICK)
    finally:
        worker.close()


def test_what_a_job_is_refused_with_comes_back(worker: Worker) -> None:
    with pytest.raises(Finding, match="unknown key 'initail'"):
        worker.do({**QUICK, "text": template("mine").replace("initial:", "initail:", 1)})
    with pytest.raises(Finding, match="KeyError"):
        worker.do({**QUICK, "job": "nothing"})


def test_a_certificate_is_given_up(worker: Worker) -> None:
    errand = Errand(worker)
    assert errand.state() == {"job": 0, "state": "none"}
    assert errand.start(SLOW)["state"] == "running"
    assert errand.cancel() == {"job": 1, "state": "cancelled"}
    assert errand.state()["state"] == "cancelled"
