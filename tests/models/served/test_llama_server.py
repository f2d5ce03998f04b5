"""SmolLM2 behind llama.cpp's own server, on loopback. Skipped where the server or the weights are not here."""

from __future__ import annotations

import asyncio
import json
import math
import threading

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.conformance.engine import EngineConformance
from agoranomos.conformance.engine_asking import ask, request
from agoranomos.models import KNOWN_WEIGHTS, Capabilities, EngineLost, Message, Question, Request, open_engine
from agoranomos.models.weights import is_pulled
from models.served.real import LlamaServer

pytest.importorskip("httpx2")
pytest.importorskip("xllamacpp")
pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not is_pulled(KNOWN_WEIGHTS["smollm2"]), reason="needs `agora models pull smollm2`"),
]

CONTEXT = 2048
"""Tokens that each slot has room for."""


@pytest.fixture(scope="module")
def server():
    started = LlamaServer(KNOWN_WEIGHTS["smollm2"].path, slots=4, context=4 * CONTEXT)
    yield started
    started.kill()


@pytest.fixture(scope="module")
def served(server):
    return open_engine(f"openai/smollm2?base_url={server.base_url}&concurrency=4")


class TestLlamaServer(EngineConformance):
    too_long = 5 * CONTEXT * 6
    tolerance = 0.05
    exempt = {
        "test_the_same_request_gives_the_same_reply_alone_and_among_others": "llama.cpp's logits move with the size of "
        "the batch, and a draw now and then with them",
        "test_an_engine_that_is_closed_answers_with_failures": "the tests of this module share the engine; the tests "
        "of served engines close theirs",
    }

    @pytest.fixture
    def engine(self, served):
        return served


def test_the_probe_finds_what_it_can_do(served):
    seeds = served.capabilities.seeds  # A draw may move with the company it is in.
    assert served.capabilities == Capabilities(schema=True, scores="letters", seeds=seeds, reasoning=True)
    assert '"constraint":"grammar"' in served.identity
    assert '"template_sha256":""' not in served.identity


def test_its_letters_are_those_that_it_samples(served):
    """The share of each first letter among sampled answers lies within four standard errors of its probability."""
    messages = (Message("user", "Answer with one letter, A or B, and nothing else: which is better?"),)
    asked = Question(messages, ("the first", "the second", "the third"), labelled=True)
    scored = asyncio.run(served.choose(asked))
    assert not scored.failure
    listed = "\n".join(
        [messages[0].content, "A: the first", "B: the second", "C: the third", "Answer with one letter, A to C."]
    )
    draws = 200
    requests = [Request((Message("user", listed),), 1, 1.0, seed) for seed in range(draws)]
    letters = [done.text for done in ask(served, requests) if done.text in {"A", "B", "C"}]
    assert len(letters) > draws / 4
    for place, letter in enumerate("ABC"):
        p = math.exp(scored.log_probabilities[place])
        assert abs(letters.count(letter) / len(letters) - p) < 4 * math.sqrt(p * (1 - p) / len(letters)) + 0.01


def test_replies_hold_no_white_space_that_would_take_their_tokens(served):
    for done in ask(served, [request("Choose.", seed) for seed in range(4)]):
        assert json.dumps(json.loads(done.text), separators=(",", ":")) == done.text


def test_a_server_that_is_killed_is_lost_and_answers_again_when_it_is_back():
    path = KNOWN_WEIGHTS["smollm2"].path
    server = LlamaServer(path, slots=2, context=1024)
    try:
        engine = open_engine(f"openai/smollm2?base_url={server.base_url}&retries=1")
        before = ask(engine, [request("Choose.", 1)])[0]
        server.kill()
        with pytest.raises(EngineLost, match="does not answer"):
            ask(engine, [request("Choose.", 1)])
        server = LlamaServer(path, server.port, slots=2, context=1024)
        assert ask(engine, [request("Choose.", 1)])[0].text == before.text
        asyncio.run(engine.close())
    finally:
        server.kill()


CAMPAIGN = """\
kind: campaign
version: 1
name: killed
market: cournot-duopoly
rosters: [servants]
regimes:
  ungoverned: {}
seeds: 1
rounds: 3
"""
ROSTER = """\
kind: roster
version: 1
about: SmolLM2 behind llama.cpp's server.
agents:
  - policy: prompted
    parameters: {model: "openai/smollm2?retries=0", template: cournot-cached}
"""


def test_a_campaign_whose_server_is_killed_goes_on_with_the_same_server(tmp_path, monkeypatch, capfd):
    path = KNOWN_WEIGHTS["smollm2"].path
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    for folder, name, text in (("campaigns", "killed", CAMPAIGN), ("agents", "servants", ROSTER)):
        (tmp_path / "lab" / folder).mkdir(parents=True)
        (tmp_path / "lab" / folder / f"{name}.yaml").write_text(text)
    (tmp_path / "lab" / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    monkeypatch.chdir(tmp_path / "lab")
    server = LlamaServer(path, slots=2, context=4096)
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    stopped = threading.Event()

    def rounds() -> int:
        return sum(
            file.read_bytes().count(b'"kind":"round"') for file in tmp_path.glob("lab/logs/killed-*/runs/*/*/entries/*")
        )

    def kill_after_a_round() -> None:
        while rounds() == 0 and not stopped.wait(0.02):
            pass
        server.kill()

    killer = threading.Thread(target=kill_after_a_round)
    killer.start()
    try:
        assert run_command(["run", "killed"]) == 3
    finally:
        stopped.set()
        killer.join()
    assert f"smollm2 at {server.base_url} does not answer" in capfd.readouterr().err
    kept = rounds()
    assert kept in {1, 2}

    server = LlamaServer(path, server.port, slots=2, context=4096)
    try:
        assert run_command(["run", "killed", "--no-cache", "--json"]) == 0
    finally:
        server.kill()
    said = json.loads(capfd.readouterr().out)
    assert said["runs"]["finished"] == 1
    assert rounds() >= 3
