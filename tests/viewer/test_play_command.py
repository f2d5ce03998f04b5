"""`agora view --play` as a person starts it: served, killed in the middle, started again, played to its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.logs import LogReader
from agoranomos.viewer.play_begun import Begun, begun, unfinished_beside
from viewer.playing import DIVIDE, PATIENCE_S, ended, made_workspace, play, seat


@contextmanager
def started(place: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command, and the address of its API."""
    command = [
        sys.executable,
        "-c",
        "from agoranomos.cli import main; main()",
        "view",
        "--play",
        "trial",
        "--as",
        "firm_1",
        "--set",
        "rounds=4",
    ]
    process = subprocess.Popen(
        [*command, "--out", str(place / "logs"), "--no-open"],
        cwd=place / "lab",
        env={**os.environ, "AGORA_HOME": str(place / "home")},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("The seat of firm_1 is at http://127.0.0.1:")
        yield process, line.split(" is at ")[1].strip().split("#")[0] + "api/play"
    finally:
        process.kill()
        process.wait(PATIENCE_S)


def states(address: str) -> Iterator[dict[str, Any]]:
    """The states that the seat tells of."""
    with urllib.request.urlopen(f"{address}/events", timeout=PATIENCE_S) as stream:
        for line in stream:
            if line.startswith(b"data: "):
                yield json.loads(line.removeprefix(b"data: "))


def played(address: str, last: int) -> list[int]:
    """Divides in every round that is asked for, up to `last`; the rounds."""
    rounds: list[int] = []
    for state in states(address):
        if state["phase"] == "over" or (state["phase"] == "asked" and state["situation"]["round"] > last):
            return rounds
        if state["phase"] == "asked":
            rounds.append(state["situation"]["round"])
            body = json.dumps({"round": rounds[-1], "action": DIVIDE}).encode()
            headers = {"Content-Type": "application/json"}
            urllib.request.urlopen(urllib.request.Request(f"{address}/act", body, headers), timeout=PATIENCE_S).close()
    raise AssertionError("the stream ended")


def test_a_kill_costs_nothing_that_was_decided(tmp_path: Path) -> None:
    made_workspace(tmp_path)
    (tmp_path / "lab" / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    with started(tmp_path) as (process, address):
        assert process.stdout is not None
        assert process.stdout.readline() == "This is a new run.\n"
        assert played(address, 2) == [1, 2]
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE_S)
    with started(tmp_path) as (process, address):
        assert process.stdout is not None
        assert process.stdout.readline() == "The run goes on in round 3.\n"
        assert played(address, 4) == [3, 4]
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=PATIENCE_S)
    assert "The run is over. It is recorded in" in said
    (folder,) = (tmp_path / "logs").iterdir()
    entries = [json.loads(line) for line in LogReader(folder / "runs" / "governed-nash-noisy" / "4").entries()]
    assert [entry["body"]["actions"][0] for entry in entries if entry["kind"] == "round"] == [[80_000_000, 0]] * 4


def test_a_run_of_another_plan_that_was_left_is_named_beside_a_new_one(tmp_path: Path) -> None:
    workspace = made_workspace(tmp_path)
    left = seat(workspace, "rounds=4")
    assert (begun(left).rounds, unfinished_beside(left)) == (0, ())
    thread = left.start()
    play(left, lambda _: DIVIDE, last=2)
    left.seat.leave()
    thread.join(PATIENCE_S)
    again = seat(workspace, "rounds=4")
    assert begun(again) == Begun(left.folder.root, 2, False)
    other = seat(workspace, "rounds=5")
    assert begun(other) == Begun(other.folder.root, 0, False)
    assert unfinished_beside(other) == (Begun(left.folder.root, 2, False),)
    assert unfinished_beside(seat(workspace, "rounds=5", agent="firm_2")) == ()
    again.start()
    play(again, lambda _: DIVIDE)
    ended(again)
    assert begun(again) == Begun(left.folder.root, 4, True)
    assert unfinished_beside(other) == ()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--play", "cournot-scripted"], "--as AGENT is missing"),
        (["--as", "firm_1"], "--play CAMPAIGN is missing"),
        (["--arm", "x"], "--arm goes with --play"),
        (["logs", "--play", "cournot-scripted", "--as", "firm_1"], "with --play no DIR is looked at"),
        (["--seed", "0"], "--seed goes with --play"),
        (["--play", "cournot-scriptd", "--as", "firm_1"], "Did you mean 'cournot-scripted'?"),
    ],
)
def test_a_name_that_is_missing_or_unknown_is_told_before_anything_is_served(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["view", *arguments]) == 2
    assert words in capsys.readouterr().err
