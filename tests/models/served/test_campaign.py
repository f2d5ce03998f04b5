"""A campaign against a server that is killed in its middle, through the command: it says so, keeps, and goes on."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pandas
import pytest

pytest.importorskip("httpx2")

from agoranomos.cli.entry import run_command
from models.served.compatible import vllm
from models.served.loopback import STALL, Loopback, error

CAMPAIGN = """\
kind: campaign
version: 1
name: served
market: cournot-duopoly
rosters: [servants]
regimes:
  ungoverned: {}
  institutional: {institution: cournot-antitrust}
seeds: 2
rounds: 4
"""
ROSTER = """\
kind: roster
version: 1
about: A model behind a server.
agents:
  - policy: prompted
    parameters: {model: "openai/m-1?retries=0&timeout=20&concurrency=4", template: cournot-cached}
"""
CALLS = 2 * 2 * 4 * 2
"""Arms, seeds, rounds, firms."""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    return make_lab(tmp_path / "lab", monkeypatch)


def make_lab(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for folder in ("campaigns", "agents"):
        (root / folder).mkdir(parents=True)
    (root / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    (root / "campaigns" / "served.yaml").write_text(CAMPAIGN)
    (root / "agents" / "servants.yaml").write_text(ROSTER)
    monkeypatch.chdir(root)
    return root


def entries(root: Path) -> dict[str, bytes]:
    (folder,) = (root / "logs").glob("served-*")
    runs = folder / "runs"
    return {str(path.relative_to(runs)): path.read_bytes() for path in sorted(runs.glob("*/*/entries/*.jsonl"))}


AT_ONCE, DECISION = 4, 128
"""What the roster's model and its template say: calls in flight, and the most tokens of a reply that decides."""


class Answering:
    """Answers as vLLM does, until `last` decisions were answered; the next ones stall, until the server is killed.

    When as many stall as can be in flight, every answer has arrived.
    """

    def __init__(self, last: int = CALLS) -> None:
        self.answers = vllm()
        self.last = last
        self.answered: list[str] = []
        self.stalled = 0
        self.arrived = threading.Event()

    def __call__(self, path, body):
        if body.get("max_tokens") != DECISION:
            return self.answers(path, body)
        if len(self.answered) == self.last:
            self.stalled += 1
            if self.stalled == min(AT_ONCE, CALLS - self.last):
                self.arrived.set()
            return STALL
        self.answered.append(json.dumps([body["messages"], body["seed"]]))
        return self.answers(path, body)


@pytest.fixture
def kept_port() -> Iterator[int]:
    """A port that one server after another may listen at; between them nobody else is given it."""
    with socket.socket() as kept:
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # asyncio's servers set it, too
        kept.bind(("127.0.0.1", 0))
        yield kept.getsockname()[1]


def run_and_kill(answering: Answering, port: int, monkeypatch) -> int:
    """The exit code of a session whose server at this port is killed."""
    with Loopback(answering, port) as loopback:
        monkeypatch.setenv("OPENAI_BASE_URL", loopback.base_url)
        killer = threading.Thread(target=lambda: answering.arrived.wait(120) and loopback.stop())
        killer.start()
        try:
            return run_command(["run", "served"])
        finally:
            answering.arrived.set()
            killer.join()


@pytest.mark.parametrize("last", [1, 11, CALLS - 1])
def test_a_campaign_whose_server_is_killed_says_so_keeps_what_it_has_and_goes_on(
    lab: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd, kept_port: int, last: int
) -> None:
    first = Answering(last)
    code = run_and_kill(first, kept_port, monkeypatch)
    said = capfd.readouterr()
    assert code == 3
    assert f"m-1 at http://127.0.0.1:{kept_port}/v1 does not answer" in said.err
    assert "The same command" in said.err
    assert "Traceback" not in said.err

    again = Answering()
    with Loopback(again, kept_port):
        assert run_command(["run", "served"]) == 0
    assert "4 of 4 runs are finished" in capfd.readouterr().out
    # What was answered was asked once and never again; together it is every call of the campaign, and nothing more.
    assert len(first.answered) == last
    assert not set(first.answered) & set(again.answered)
    assert len(first.answered) + len(again.answered) == CALLS

    resumed = entries(lab)
    whole = make_lab(tmp_path / "whole", monkeypatch)
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "another"))
    with Loopback(Answering(), kept_port):
        assert run_command(["run", "served"]) == 0
    assert entries(whole) == resumed


def test_a_server_that_fails_some_calls_leaves_counted_failures(lab: Path, monkeypatch, capfd) -> None:
    answers, count, failed = vllm(), iter(range(10_000)), 0

    def does(path, body):
        nonlocal failed
        if body.get("max_tokens") == DECISION and next(count) % 5 == 0:
            failed += 1
            return error(500, "out of luck")
        return answers(path, body)

    with Loopback(does) as loopback:
        monkeypatch.setenv("OPENAI_BASE_URL", loopback.base_url)
        assert run_command(["run", "served", "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert said["runs"]["finished"] == 4
    calls = pandas.read_parquet(Path(said["folder"]) / "tables" / "calls.parquet")
    assert (calls["failure"] == "error").sum() == failed
    assert failed > CALLS // 10


def test_a_server_that_was_never_there_stops_the_campaign_before_it_begins(lab: Path, monkeypatch, capfd) -> None:
    with Loopback(vllm()) as loopback:
        monkeypatch.setenv("OPENAI_BASE_URL", loopback.base_url)
    assert run_command(["run", "served"]) == 3
    said = capfd.readouterr().err
    assert "does not answer: no connection" in said
    assert "Start the server" in said


def test_without_a_base_url_the_command_says_how_to_give_one(lab: Path, monkeypatch, capfd) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    assert run_command(["run", "served"]) == 2
    assert "OPENAI_BASE_URL" in capfd.readouterr().err
