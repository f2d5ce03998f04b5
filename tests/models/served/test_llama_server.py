"""SmolLM2 behind llama.cpp's own server, on loopback. Skipped where the server or the weights are not here."""

from __future__ import annotations

import asyncio
import math

import pytest

from agoranomos.models import KNOWN_WEIGHTS, Capabilities, EngineLost, Message, Question, Request, open_engine
from agoranomos.models.weights import is_pulled
from conformance.engine import EngineConformance, ask, request
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
    assert served.identity.count("template_sha256") == 1
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
