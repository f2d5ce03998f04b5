import asyncio
import json
import subprocess
import sys

import pytest

from agoranomos.conformance.engine import EngineConformance
from agoranomos.conformance.engine_asking import ask, request, said
from agoranomos.models import MockEngine, Request, open_engine


class TestMockEngine(EngineConformance):
    @pytest.fixture
    def engine(self):
        return MockEngine()


def test_the_reply_depends_on_messages_schema_and_seed_alone():
    first, again, other = request("a", 1), request("a", 1), request("b", 1)
    replies = [said(completion) for completion in ask(MockEngine(), [first, again, other])]
    assert replies[0] == replies[1] == said(ask(MockEngine(), [first])[0])
    assert replies[0][0] != replies[2][0]
    moved = Request(first.messages, first.max_tokens, first.temperature, first.seed, first.schema, ("other", 9, 2))
    assert said(ask(MockEngine(), [moved])[0]) == replies[0]


def test_goods_share_the_capacity():
    for completion in ask(MockEngine(), [request("x", seed) for seed in range(60)]):
        assert sum(json.loads(completion.text)["chosen"].values()) <= 100


def test_constant_gives_the_same_reply_to_everything():
    completions = ask(MockEngine("constant"), [request(str(seed), seed) for seed in range(5)])
    assert {json.dumps(json.loads(completion.text)["chosen"]) for completion in completions} == {'{"A": 25, "B": 25}'}


def test_malformed_replies_do_not_parse():
    for completion in ask(open_engine("mock/malformed"), [request("x", seed) for seed in range(5)]):
        assert completion.finish == "stop"
        with pytest.raises(ValueError):
            json.loads(completion.text)


def test_failing_calls_are_completions():
    completion = ask(open_engine("mock/failing"), [request("x", 1)])[0]
    assert (completion.text, completion.finish, completion.failure) == ("", "error", "error")
    assert completion.error


def test_a_rate_fails_that_share_of_the_calls_and_the_same_ones_again():
    engine = open_engine("mock/failing?rate=0.3")
    failures = [c.finish == "error" for c in ask(engine, [request("x", seed) for seed in range(400)])]
    assert 80 <= sum(failures) <= 160
    assert failures == [c.finish == "error" for c in ask(engine, [request("x", seed) for seed in range(400)])]


def test_a_delay_is_waited_for_side_by_side(monkeypatch):
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    ask(open_engine("mock/valid?delay_ms=50"), [request("x", seed) for seed in range(3)])
    assert waits == [0.05] * 3


def test_free_text_needs_no_schema():
    completion = ask(MockEngine(), [request("x", 1, schema=None)])[0]
    assert completion.text.replace(" ", "").isalpha()


def test_seconds_are_from_request_to_reply(monkeypatch):
    ticks = iter([10.0, 12.5])
    monkeypatch.setattr("agoranomos.models.mock.engine.time.perf_counter", lambda: next(ticks))
    coroutine = MockEngine().complete(request("x", 1))
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    assert stopped.value.value.seconds == 2.5


def test_models_and_the_mock_engine_need_no_torch():
    code = (
        "import sys, agoranomos.models as m; m.open_engine('mock/valid'); m.check_engine_name('smollm2');"
        "heavy = {'torch', 'transformers', 'xgrammar', 'gguf'} & set(sys.modules); sys.exit(str(heavy) if heavy else 0)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
