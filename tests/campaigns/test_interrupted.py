"""Ctrl-C, as a real signal to a real `agora run`: the first drains, the second ends at once and loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agoranomos.campaigns import CampaignFolder
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.cli.entry import run_command
from agoranomos.logs import KeyStore, LogReader
from campaigns.laboratory import MOCK, RESULTS, SCRIPTED

CHILD = """
import sys
import threading
from agoranomos.campaigns import players
from agoranomos.campaigns.progress import Silence
from agoranomos.cli import run
from agoranomos.cli.entry import run_command

class Turns(Silence):
    left = int(sys.argv[1])

    def advance(self):
        self.left -= 1
        if self.left == 0:
            self.say("here")

    def say(self, text):
        print(text, flush=True)
        sys.stdin.readline()  # the parent's turn: it sends a signal, then a line

def never(*whole):
    print("playing", flush=True)
    threading.Event().wait()

if __name__ == "__main__":
    run._progress = Turns
    if sys.argv[2] == "never":
        players.play = never
    sys.exit(run_command(["run", *sys.argv[3:]]))
"""


class Run:
    """`agora run` in a process of its own, in a workspace under `root`."""

    def __init__(self, root: Path, text: str) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self.root = root
        (root / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
        (root / "small.yaml").write_text(text)
        (root / "child.py").write_text(CHILD)

    @contextmanager
    def begun(self, after: int, *options: str, play: str = "as it is") -> Iterator[subprocess.Popen[str]]:
        """A run that waits for a line after `after` rounds or runs, and after everything that it says."""
        environment = {**os.environ, "AGORA_HOME": str(self.root / "home")}
        command = [sys.executable, "child.py", str(after), play, "small.yaml", "--out", "out", *options]
        with subprocess.Popen(
            command,
            cwd=self.root,
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as child:
            try:
                yield child
            finally:
                child.kill()

    @property
    def folder(self) -> CampaignFolder:
        (made,) = (self.root / "out").iterdir()
        return CampaignFolder(made)

    @property
    def status(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.folder.status_file.read_bytes())
        return found

    def result(self) -> object:
        tables = {name: pq.read_table(self.folder.tables / f"{name}.parquet") for name in RESULTS}
        tables["calls"] = tables["calls"].drop_columns(["seconds"])
        roots = {
            str(place.relative_to(self.folder.root)): LogReader(place).checkpoint.root
            for place in sorted(self.folder.root.glob("runs/*/*"))
        }
        return roots, {name: table.to_pylist() for name, table in tables.items()}

    def finish(self) -> None:
        """Give the same command again, undisturbed."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.root)
            patch.setenv("AGORA_HOME", str(self.root / "home"))
            assert run_command(["run", "small.yaml", "--out", "out", "--workers", "1"]) == 0
        assert self.status["state"] == "finished"
        keys = KeyStore(self.root / "home" / "keys")
        assert verify_campaign(self.folder, keys.trusted()).first_fault is None


def wait_for(child: subprocess.Popen[str], text: str) -> None:
    """Read what the child says until it says `text`; lines before it are answered."""
    for line in child.stdout:
        if text in line:
            return
        child.stdin.write("go on\n")
        child.stdin.flush()
    raise AssertionError(child.stderr.read())


def interrupt(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGINT)
    child.stdin.write("go on\n")
    child.stdin.flush()


LONG_MOCK = MOCK.replace("seeds: 2", "seeds: 8")
LONG_SCRIPTED = SCRIPTED.replace("seeds: 2", "seeds: 8")


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    results = {}
    for text in (LONG_MOCK, LONG_SCRIPTED):
        whole = Run(tmp_path_factory.mktemp("whole"), text)
        whole.finish()
        results[text] = whole.result()
    return results


@pytest.mark.parametrize(("text", "workers"), [(LONG_MOCK, "2"), (LONG_SCRIPTED, "1")])
def test_the_first_ctrl_c_lets_runs_under_way_finish(
    text: str, workers: str, tmp_path: Path, unbroken: dict[str, object]
) -> None:
    broken = Run(tmp_path, text)
    with broken.begun(3, "--workers", workers) as child:
        wait_for(child, "here")
        interrupt(child)
        wait_for(child, "Ending when the")
        child.stdin.write("go on\n" * 100)
        _, errors = child.communicate()
    assert child.returncode == 130, errors
    assert "runs are left; the same command again goes on with them." in errors
    assert "Traceback" not in errors
    status = broken.status
    assert status["state"] == "interrupted"
    runs = status["runs"]
    assert runs["under_way"] == 0
    assert 0 < runs["finished"] < runs["planned"]
    # Nothing was given up, and everything that had begun is whole.
    assert not (broken.folder.root / "abandoned").exists()
    assert len(list(broken.folder.root.glob("runs/*/*"))) == runs["finished"]
    statuses = [row["status"] for row in pq.read_table(broken.folder.tables / "runs.parquet").to_pylist()]
    assert statuses.count("closed") == runs["finished"]
    broken.finish()
    assert broken.result() == unbroken[text]


def test_a_second_ctrl_c_ends_at_once_and_loses_nothing_recorded(tmp_path: Path, unbroken: dict[str, object]) -> None:
    broken = Run(tmp_path, LONG_MOCK)
    with broken.begun(4, "--workers", "2") as child:
        wait_for(child, "here")
        interrupt(child)
        wait_for(child, "Ending when the")
        interrupt(child)
        _, errors = child.communicate()
    assert child.returncode == 130, errors
    assert "Stopped. What is recorded in" in errors
    assert "Traceback" not in errors
    assert broken.status["state"] == "broken off"
    begun = {place: place.read_bytes() for place in broken.folder.root.glob("runs/*/*/entries/*") if place.is_file()}
    assert any(begun.values())
    broken.finish()
    for place, recorded in begun.items():
        arm, seed = place.parts[-4:-2]
        kept = broken.folder.abandoned(arm, int(seed), 1) / "entries" / place.name
        assert (kept if kept.exists() else place).read_bytes() == recorded
    assert broken.result() == unbroken[LONG_MOCK]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_second_ctrl_c_waits_for_no_run_that_plays_on(workers: str, tmp_path: Path) -> None:
    broken = Run(tmp_path, SCRIPTED)
    with broken.begun(0, "--workers", workers, play="never") as child:
        wait_for(child, "playing")
        interrupt(child)
        wait_for(child, "Ending when the")
        interrupt(child)
        _, errors = child.communicate()
    assert child.returncode == 130, errors
    assert broken.status["state"] == "broken off"


def test_ctrl_c_before_any_run_has_begun_ends_at_once(tmp_path: Path) -> None:
    broken = Run(tmp_path, MOCK)
    with broken.begun(0) as child:
        wait_for(child, "Opening mock/valid")
        interrupt(child)
        _, errors = child.communicate()
    assert child.returncode == 130, errors
    assert "Stopped." in errors
    assert not list(broken.folder.root.glob("runs/*/*"))
    broken.finish()


def test_ctrl_c_after_the_last_run_has_begun_interrupts_nothing(tmp_path: Path) -> None:
    whole = Run(tmp_path, MOCK)
    with whole.begun(1, "--workers", "4") as child:
        wait_for(child, "here")
        interrupt(child)
        wait_for(child, "Ending when the 4 runs")
        child.stdin.write("go on\n" * 100)
        _, errors = child.communicate()
    assert child.returncode == 0, errors
    assert whole.status["state"] == "finished"
