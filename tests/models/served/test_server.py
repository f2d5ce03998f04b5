"""A server that fails in every way that we know of: what is data, what is tried again, and when it is gone."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field

import pytest

pytest.importorskip("httpx2")

from agoranomos.models import EngineLost
from agoranomos.models.served.address import Address
from agoranomos.models.served.answer import Answer
from agoranomos.models.served.server import Clocks, NoReply, Server
from agoranomos.models.served.transport import LARGEST_REPLY, HttpTransport
from models.served.loopback import CLOSE, NOT_HTTP, STALL, Loopback, Sent, error, said

SMALLEST = "Say yes."
PATIENT = 5.0
"""Seconds in which a server that answers does so, however busy the machine is."""

NEVER = error(500, "out of luck")
FAULTS = {
    "refused with 500": NEVER,
    "503": error(503, "loading"),
    "429": error(429, "slow down"),
    "closed before a reply": CLOSE,
    "closed in mid-body": Sent({"choices": []}, cut=5),
    "no HTTP": NOT_HTTP,
    "no JSON": Sent(b"<html>busy</html>"),
    "JSON cut short": Sent(b'{"choices":[{"mess'),
    "no completion": Sent({"object": "list"}),
    "no length, no end": Sent(b"", headers={"content-encoding": "gzip"}),
}


@dataclass
class FakeTime:
    """Waits are noted and take no time."""

    waits: list[float] = field(default_factory=list)
    now: float = 1000.0

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def clocks(self, jitter: float = 0.0) -> Clocks:
        return Clocks(lambda: 784111777.0, lambda: self.now, self.sleep, lambda: jitter)


def server_at(loopback, fake=None, *, timeout=60.0, retries=2, key="", at_once=8):
    address = Address(loopback.base_url, key)
    clocks = (fake or FakeTime()).clocks()
    return Server(address, "m-1", HttpTransport(address, at_once), timeout=timeout, retries=retries, clocks=clocks)


def ask(server, *texts):
    async def asked():
        try:
            bodies = [{"model": "m-1", "messages": [{"role": "user", "content": text}]} for text in texts]
            return await asyncio.gather(*(server.ask(body) for body in bodies))
        finally:
            await server.close()

    return asyncio.run(asked())


def content(body):
    return body["messages"][-1]["content"]


def others(done):
    """What a server does to all but the smallest question, which it answers."""
    return lambda path, body: said("yes") if content(body) == SMALLEST else done


@pytest.mark.parametrize("fault", FAULTS)
def test_a_call_that_fails_is_tried_again_and_then_answered(fault):
    left = itertools.count()
    with Loopback(lambda path, body: FAULTS[fault] if next(left) < 2 else said("fine")) as loopback:
        fake = FakeTime()
        (answer,) = ask(server_at(loopback, fake), "x")
    assert isinstance(answer, Answer)
    assert answer.text == "fine"
    assert fake.waits == [0.25, 0.5]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_call_that_keeps_failing_is_data_while_the_server_answers_others(fault):
    with Loopback(others(FAULTS[fault])) as loopback:
        (reply,) = ask(server_at(loopback), "x")
        calls = [content(body) for _, body in loopback.asked]
    assert isinstance(reply, NoReply)
    assert reply.failure == "error"
    assert reply.words
    assert calls == ["x", "x", "x", SMALLEST]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_answers_nothing_any_more_is_lost(fault):
    with Loopback(lambda path, body: FAULTS[fault]) as loopback, pytest.raises(EngineLost) as caught:
        ask(server_at(loopback), "x")
    assert f"m-1 at {loopback.base_url} does not answer" in caught.value.message
    assert "same command" in caught.value.advice
    assert caught.value.exit_code == 3


def test_a_server_that_is_not_there_is_lost():
    with Loopback(others(NEVER)) as loopback:
        pass
    fake = FakeTime()
    with pytest.raises(EngineLost, match="no connection"):
        ask(server_at(loopback, fake), "x")
    assert len(fake.waits) == 2


def test_a_name_that_nothing_answers_to_is_lost():
    address = Address("http://nowhere.invalid/v1")
    server = Server(address, "m", HttpTransport(address, 1), timeout=5, retries=0, clocks=FakeTime().clocks())
    with pytest.raises(EngineLost):
        ask(server, "x")


def test_a_stall_is_a_time_out_and_not_tried_again():
    with Loopback(others(STALL)) as loopback:
        (reply,) = ask(server_at(loopback, timeout=PATIENT), "x")
        calls = [content(body) for _, body in loopback.asked]
    assert reply == NoReply("timeout", f"no reply within {PATIENT:g} s")
    assert calls == ["x", SMALLEST]


def test_a_server_that_stalls_altogether_is_lost():
    with Loopback(lambda path, body: STALL) as loopback, pytest.raises(EngineLost, match="no reply within"):
        ask(server_at(loopback, timeout=0.2), "x")


def test_many_calls_that_fail_together_ask_once_whether_the_server_lives():
    with Loopback(others(STALL)) as loopback:
        replies = ask(server_at(loopback, timeout=PATIENT, at_once=32), *(f"x{n}" for n in range(20)))
        signs = sum(content(body) == SMALLEST for _, body in loopback.asked)
    assert {reply.failure for reply in replies} == {"timeout"}
    assert signs < 20


def test_a_rate_limit_that_holds_for_a_while_is_no_end_of_the_server():
    """The question whether the server lives meets the limit, too, and is as patient as any call."""
    left = itertools.count()
    with Loopback(lambda path, body: error(429, "slow down") if next(left) < 4 else said("fine")) as loopback:
        (reply,) = ask(server_at(loopback, retries=2), "x")
    assert (reply.failure, reply.status) == ("error", 429)


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_wants_a_key_is_lost_at_once_and_the_key_is_not_shown(status):
    with Loopback(lambda path, body: error(status, "bad key sk-secret")) as loopback:
        with pytest.raises(EngineLost) as caught:
            ask(server_at(loopback, key="sk-secret"), "x")
        assert len(loopback.asked) == 1
        assert any("authorization: bearer sk-secret" in head.lower() for head in loopback.headers)
    assert "sk-secret" not in str(caught.value)
    assert "OPENAI_API_KEY was refused" in caught.value.advice


def test_no_part_of_a_key_is_shown_where_words_are_cut():
    key = "sk-" + "0123456789" * 4
    with Loopback(others(error(400, "x" * 280 + key))) as loopback:
        (reply,) = ask(server_at(loopback, key=key), "x")
    assert "sk-0" not in reply.words


def test_a_server_that_wants_to_be_paid_is_lost_at_once():
    with Loopback(others(error(402, "Insufficient Balance"))) as loopback:
        with pytest.raises(EngineLost, match="wants to be paid") as caught:
            ask(server_at(loopback), "x")
        assert len(loopback.asked) == 1
    assert "same command" in caught.value.advice


def test_waits_grow_where_a_server_keeps_asking_for_none():
    fake = FakeTime()
    with Loopback(others(error(429, "slow down", retry_after="0"))) as loopback:
        ask(server_at(loopback, fake, retries=4), "x")
    assert fake.waits == [0.25, 0.5, 1.0, 2.0]


def test_a_key_that_is_missing_is_said_to_be():
    with Loopback(lambda path, body: error(401, "no key")) as loopback, pytest.raises(EngineLost) as caught:
        ask(server_at(loopback), "x")
    assert "OPENAI_API_KEY is not set" in caught.value.advice


def test_a_model_that_is_gone_in_mid_campaign_is_lost_at_once():
    with Loopback(lambda path, body: error(404, "no such model")) as loopback:
        with pytest.raises(EngineLost, match="is not there"):
            ask(server_at(loopback), "x")
        assert len(loopback.asked) == 1


@pytest.mark.parametrize(
    ("status", "words", "failure"),
    [
        (400, "exceeds the available context size", "overflow"),
        (413, "maximum context length is 10 tokens", "overflow"),
        (400, "content_filter", "refusal"),
        (422, "what is that", "error"),
        (301, "moved", "error"),
    ],
)
def test_what_a_server_refuses_is_data_at_once(status, words, failure):
    fake = FakeTime()
    with Loopback(others(error(status, words, location="http://elsewhere/"))) as loopback:
        (reply,) = ask(server_at(loopback, fake), "x")
    assert (reply.failure, reply.status) == (failure, status)
    assert fake.waits == []


def test_what_a_server_asks_us_to_wait_is_waited_by_all():
    first = itertools.count()
    done = error(429, "slow down", retry_after="20")
    with Loopback(lambda path, body: done if next(first) == 0 else said("fine")) as loopback:
        fake = FakeTime()
        server = server_at(loopback, fake)

        async def one_then_another():
            body = {"model": "m-1", "messages": [{"role": "user", "content": "x"}]}
            limited = asyncio.create_task(server.ask(body))
            while server._not_before == 0.0:
                await asyncio.sleep(0)
            began = fake.now
            await server.ask(body)
            ended = fake.now
            await limited
            await server.close()
            return began, ended

        began, ended = asyncio.run(asyncio.wait_for(one_then_another(), 30))
    assert ended >= 1020.0
    assert began <= 1020.25


def test_a_server_that_asks_for_more_than_a_session_is_lost():
    done = error(429, "daily quota", retry_after="86400")
    with Loopback(lambda path, body: done) as loopback, pytest.raises(EngineLost, match="86400 s"):
        ask(server_at(loopback), "x")


def test_a_body_without_end_is_not_read_to_its_end():
    with Loopback(others(Sent(b" " * (LARGEST_REPLY + 1)))) as loopback:
        (reply,) = ask(server_at(loopback, retries=0), "x")
    assert "longer than" in reply.words


def test_no_more_calls_are_sent_at_once_than_was_said():
    with Loopback(lambda path, body: said("fine")) as loopback:
        replies = ask(server_at(loopback, at_once=3), *(f"x{n}" for n in range(40)))
        assert loopback.most_at_once <= 3
    assert len(replies) == 40


def test_what_a_server_tells_of_itself_may_be_anything():
    for body in (b"no json", b"[]", b'{"data": 3}', b'{"data": [3]}', b"[" * 100_000):
        with Loopback(lambda path, asked, body=body: Sent(body)) as loopback:
            server = server_at(loopback)

            async def looked(server=server):
                try:
                    return await server.listed(), await server.properties()
                finally:
                    await server.close()

            listed, properties = asyncio.run(looked())
            assert listed == []
            assert isinstance(properties, dict)
            assert [path for path, _ in loopback.asked] == ["/v1/models", "/props"]
