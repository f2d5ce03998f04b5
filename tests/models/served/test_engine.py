"""A served engine: what it asks, and what it makes of the answers."""

from __future__ import annotations

import asyncio
import json
import math
from contextlib import contextmanager

import pytest

pytest.importorskip("httpx2")

from agoranomos.errors import UsageError
from agoranomos.models import EngineLost, Message, Question, Request, open_engine
from agoranomos.models.reasoning import split
from models.served.compatible import Compatible, vllm
from models.served.loopback import Loopback, error, said

SCHEMA = {
    "type": "object",
    "properties": {"n": {"type": "integer", "minimum": 3, "maximum": 5}},
    "required": ["n"],
    "additionalProperties": False,
}
ASKED = (Message("system", "You run a firm."), Message("user", "Choose."))


@contextmanager
def served(does, options=""):
    with Loopback(does) as loopback:
        engine = open_engine(f"openai/m-1?base_url={loopback.base_url}&retries=0&timeout=60{options}")
        loopback.asked.clear()
        yield engine, loopback
        asyncio.run(engine.close())


def complete(engine, **more):
    given = {"max_tokens": 50, "temperature": 0.8, "seed": 7, "schema": SCHEMA} | more
    return asyncio.run(engine.complete(Request(ASKED, **given)))


def choose(engine, **more):
    return asyncio.run(engine.choose(Question(ASKED, **{"options": ("x", "y", "z"), "labelled": True} | more)))


def test_a_request_is_put_as_the_server_takes_it():
    with served(vllm()) as (engine, loopback):
        done = complete(engine, top_p=0.9)
        ((_, body),) = loopback.asked
    assert 3 <= json.loads(done.text)["n"] <= 5
    assert (done.finish, done.prompt_tokens, done.reply_tokens, done.origin) == ("stop", 7, 3, "asked")
    assert body["messages"] == [
        {"role": "system", "content": "You run a firm."},
        {"role": "user", "content": "Choose."},
    ]
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    sampling = {name: body[name] for name in ("max_tokens", "temperature", "top_p", "seed", "top_k", "min_p")}
    assert sampling == {"max_tokens": 50, "temperature": 0.8, "top_p": 0.9, "seed": 7, "top_k": 0, "min_p": 0.0}


def test_a_schema_that_a_server_cannot_keep_is_told_in_words():
    with served(Compatible()) as (engine, loopback):
        complete(engine)
        ((_, body),) = loopback.asked
    assert json.dumps(SCHEMA, separators=(",", ":")) in body["messages"][-1]["content"]
    assert body["messages"][-1]["content"].startswith("Choose.")
    assert "response_format" not in body


def test_a_seed_of_any_size_is_one_that_servers_take():
    with served(vllm()) as (engine, loopback):
        for seed in (0, 2**31 - 1, 2**32 - 1, 2**64 + 5):
            complete(engine, seed=seed)
        seeds = [body["seed"] for _, body in loopback.asked]
    assert all(0 <= seed < 2**31 - 1 for seed in seeds)
    assert seeds[0] == 0


def test_thoughts_come_in_a_call_of_their_own_before_the_answer():
    with served(vllm()) as (engine, loopback):
        done = complete(engine, reasoning=40)
        (_, first), (_, second) = loopback.asked
    thoughts, answer = split(done.text)
    assert first["max_tokens"] == 40
    assert "response_format" not in first
    assert "at most 30 words" in first["messages"][-1]["content"]
    assert second["messages"][:2] == [{"role": message.role, "content": message.content} for message in ASKED]
    assert second["messages"][2] == {"role": "assistant", "content": thoughts}
    assert second["max_tokens"] == 50
    assert thoughts.startswith("word ")
    assert 3 <= json.loads(answer)["n"] <= 5
    assert (done.prompt_tokens, done.reply_tokens) == (14, 6)


def test_native_thoughts_come_with_the_answer_and_only_where_asked_for():
    with served(vllm(thinks=True, quiet=True)) as (engine, loopback):
        done = complete(engine, reasoning=40)
        plain = complete(engine)
        (_, thinking), (_, quiet) = loopback.asked
    assert split(done.text)[0] == "first, then"
    assert thinking["max_tokens"] == 90
    assert "chat_template_kwargs" not in thinking
    assert quiet["chat_template_kwargs"] == {"enable_thinking": False}
    assert split(plain.text)[0] == ""


@pytest.mark.parametrize(
    ("done", "finish", "failure"),
    [
        (said('{"n": 3', finish="length"), "length", ""),
        (said("", message={"refusal": "I will not."}), "error", "refusal"),
        (said("", finish="content_filter"), "error", "refusal"),
        (error(400, "maximum context length is 8 tokens"), "error", "overflow"),
        (error(422, "something"), "error", "error"),
    ],
)
def test_how_a_call_ends_is_data(done, finish, failure):
    with served(vllm()) as (engine, loopback):
        loopback.does = lambda path, body: done
        found = complete(engine)
    assert (found.finish, found.failure) == (finish, failure)
    assert bool(found.error) is bool(failure)
    assert found.seconds > 0


def test_a_failure_while_thinking_is_one_of_the_call():
    with served(vllm()) as (engine, loopback):
        loopback.does = lambda path, body: error(400, "maximum context length is 8 tokens")
        assert complete(engine, reasoning=10).failure == "overflow"
        assert choose(engine, reasoning=10).failure == "overflow"


def test_thoughts_that_no_answer_followed_are_counted_all_the_same():
    with served(vllm()) as (engine, loopback):
        answers = loopback.does

        def no_answer(path, body):
            asked_to_think = body["messages"][-1]["role"] == "user" and len(body["messages"]) == len(ASKED)
            return answers(path, body) if asked_to_think else error(400, "maximum context length is 8 tokens")

        loopback.does = no_answer
        for done in (complete(engine, reasoning=10), choose(engine, reasoning=10)):
            assert (done.failure, done.prompt_tokens > 0, done.reply_tokens > 0) == ("overflow", True, True)


def test_another_model_behind_the_same_address_ends_the_session():
    with served(vllm()) as (engine, loopback):
        loopback.does = vllm(model="m-2")
        with pytest.raises(EngineLost, match="now answers as 'm-2'; it was 'm-1'"):
            complete(engine)


def test_a_choice_is_the_softmax_of_the_letters_at_its_temperature():
    with served(vllm()) as (engine, loopback):
        done = choose(engine, temperature=2.0)
        ((_, body),) = loopback.asked
    weights = [math.exp(log / 2) for log in (-1, -2, -3)]
    assert [math.exp(log) for log in done.log_probabilities] == pytest.approx([w / sum(weights) for w in weights])
    assert (done.kind, done.failure, done.error) == ("direct", "", "")
    assert (body["max_tokens"], body["temperature"], body["top_logprobs"]) == (1, 1.0, 20)
    assert "A: x\nB: y\nC: z" in body["messages"][-1]["content"]


def test_orders_are_asked_one_by_one_and_averaged():
    with served(vllm()) as (engine, loopback):
        done = choose(engine, orders="rotated")
        assert len(loopback.asked) == 3
    assert len(done.by_order) == 3
    # The same letter is likeliest in each order, so each option is once likeliest: together they are equal.
    assert done.log_probabilities == pytest.approx([-math.log(3)] * 3)
    assert done.by_order[1][1] == pytest.approx(done.by_order[0][0])


def test_a_choice_after_thoughts_keeps_them_and_says_so():
    with served(vllm()) as (engine, loopback):
        done = choose(engine, reasoning=20, orders="rotated")
        assert len(loopback.asked) == 6
    assert done.kind == "after_reasoning"
    assert len(done.reasoning) == 3
    assert all(thoughts.startswith("word ") for thoughts in done.reasoning)


def test_an_answer_that_is_begun_is_gone_on_with_where_the_server_can():
    with served(vllm()) as (engine, loopback):
        done = choose(engine, lead="My choice: ")
        ((_, body),) = loopback.asked
        assert not done.failure
    assert body["messages"][-1] == {"role": "assistant", "content": "My choice:"}
    assert (body["continue_final_message"], body["add_generation_prompt"]) == (True, False)
    with served(vllm(prefills="")) as (engine, loopback):
        assert "cannot go on with" in choose(engine, lead="My choice: ").error


def test_options_that_are_letters_themselves_are_scored_as_such():
    with served(vllm()) as (engine, loopback):
        listed = choose(engine)
        done = choose(engine, options=("A", "B", "C"), labelled=False, lead='{"choice": "', tail='"}')
        body = loopback.asked[-1][1]
    assert not done.failure
    assert done.log_probabilities == listed.log_probabilities
    assert body["messages"][-1] == {"role": "assistant", "content": '{"choice": "'}
    assert body["messages"][-2]["content"] == "Choose."


def test_a_letter_that_is_not_listed_is_named_or_leaves_no_answer():
    with served(vllm()) as (engine, _):
        many = choose(engine, options=tuple("pqrstu"))
        assert not many.failure
        assert many.error.startswith("D, E, F not among its 20 likeliest tokens")
        far = choose(engine, options=tuple("pqrstu"), temperature=9.0)
        assert (far.failure, far.log_probabilities) == ("error", ())


def test_what_a_server_cannot_score_is_said():
    with served(Compatible()) as (engine, loopback):
        assert "scores no choices" in choose(engine).error
        assert loopback.asked == []
    with served(vllm()) as (engine, loopback):
        assert "under letters only" in choose(engine, labelled=False).error
        with pytest.raises(UsageError):
            choose(engine, options=("x",))


def test_a_closed_engine_asks_nothing():
    with served(vllm()) as (engine, loopback):
        asyncio.run(engine.close())
        assert "closed" in complete(engine).error
        assert "closed" in choose(engine).error
        assert loopback.asked == []


def test_a_cancelled_call_hangs_up():
    with served(vllm()) as (engine, loopback):
        loopback.does = lambda path, body: "stall"

        async def cancelled():
            task = asyncio.create_task(engine.complete(Request(ASKED, 8, 1.0, 1)))
            while loopback._at_once == 0:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            while loopback._at_once:
                await asyncio.sleep(0.001)
            await engine.close()

        asyncio.run(asyncio.wait_for(cancelled(), 60))


def test_its_width_is_the_concurrency():
    with served(vllm(), "&concurrency=3") as (engine, loopback):
        assert engine.width == 3

        async def many():
            await asyncio.gather(*(engine.complete(Request(ASKED, 8, 1.0, seed)) for seed in range(30)))
            await engine.close()

        asyncio.run(many())
        assert loopback.most_at_once <= 3
