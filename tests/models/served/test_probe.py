"""What a probe finds at servers of different kinds, held against what they really do."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("httpx2")

from agoranomos.errors import UsageError
from agoranomos.models import Capabilities, EngineLost, Message, Request, open_engine
from agoranomos.models.served import asking
from agoranomos.models.served.dialect import Dialect
from models.served.compatible import STANDARD, Compatible, vllm
from models.served.loopback import Loopback, error, said


def opened(does, options="&retries=1&timeout=60", model="m-1"):
    with Loopback(does) as loopback:
        engine = open_engine(f"openai/{model}?base_url={loopback.base_url}{options}")
        asyncio.run(engine.close())
        return engine


def dialect(does) -> Dialect:
    return opened(does)._asking.dialect


def found(engine):
    return {trait.name: trait.found for trait in engine.traits}


def fine(engine):
    return {trait.name: trait.fine for trait in engine.traits}


def test_a_server_that_can_do_everything():
    engine = opened(vllm())
    assert engine.capabilities == Capabilities(schema=True, scores="letters", seeds=True, reasoning=True)
    assert engine._asking.dialect == Dialect(
        "max_tokens", "top_k=0", "response_format", 20, False, False, "continue_final_message"
    )
    assert all(fine(engine).values())


def test_a_server_that_takes_standard_fields_only():
    engine = opened(Compatible())
    assert engine.capabilities == Capabilities(schema=False, scores="none", seeds=True, reasoning=True)
    assert engine._asking.dialect == Dialect(sampling="plain", constraint="words")
    assert {name for name, good in fine(engine).items() if not good} == {"schema", "letters", "lead"}


@pytest.mark.parametrize(
    ("field", "constraint"),
    [
        ("response_format", "response_format"),
        ("structured_outputs", "compact structured_outputs"),
        ("guided_json", "guided_json"),
        ("json_schema", "json_schema"),
        ("grammar", "grammar"),
    ],
)
def test_each_way_to_put_a_schema_is_found(field, constraint):
    engine = opened(Compatible(takes=STANDARD | {field}, constrains=field))
    assert engine._asking.dialect.constraint == constraint
    assert engine.capabilities.schema


def test_a_way_to_leave_out_white_space_that_does_not_is_not_taken():
    class Spacious(Compatible):
        def __call__(self, path, body):
            body.get("structured_outputs", {}).pop("disable_any_whitespace", None)
            return super().__call__(path, body)

    assert dialect(Spacious(takes=STANDARD | {"structured_outputs"}, constrains="structured_outputs")).constraint == (
        "structured_outputs"
    )


def test_a_schema_that_a_server_takes_and_ignores_is_no_constraint():
    engine = opened(Compatible(takes=STANDARD | {"response_format", "guided_json"}))
    assert engine._asking.dialect.constraint == "words"
    assert not engine.capabilities.schema


def test_a_server_that_keeps_shape_but_not_bounds_is_used_and_not_trusted():
    engine = opened(Compatible(takes=STANDARD | {"response_format"}, constrains="response_format", keeps_bounds=False))
    assert engine._asking.dialect.constraint == "response_format"
    assert not engine.capabilities.schema
    assert "without bounds" in found(engine)["schema"]


def test_a_server_with_another_word_for_the_whole_vocabulary():
    class OlderSampling(Compatible):
        def __call__(self, path, body):
            return error(400, "top_k must be -1 or above 0") if body.get("top_k") == 0 else super().__call__(path, body)

    assert dialect(OlderSampling(takes=STANDARD | {"top_k", "min_p"})).sampling == "top_k=-1"


def test_a_server_that_is_greedy_whatever_the_temperature_is_made_to_sample_or_found_out():
    serve = STANDARD | {"generation_config"}
    assert dialect(Compatible(takes=serve, greedy=True)).sampling == "generation_config"
    greedy = opened(Compatible(greedy=True))
    assert not fine(greedy)["sampling"]
    assert found(greedy)["seeds"] == "they change nothing"
    assert not greedy.capabilities.seeds


def test_seeds_that_do_not_hold_are_found_out():
    engine = opened(vllm(seeds=False))
    assert not engine.capabilities.seeds
    assert not fine(engine)["seeds"]
    assert found(engine)["seeds"] == "the same seed gave different replies"


def test_a_server_that_takes_neither_temperature_nor_seed_nor_max_tokens():
    takes = {"model", "messages", "max_completion_tokens"}
    engine = opened(Compatible(takes=takes, seeds=False))
    assert engine._asking.dialect == Dialect("max_completion_tokens", "fixed")
    assert not fine(engine)["sampling"]
    with Loopback(Compatible(takes=takes, seeds=False)) as loopback:
        engine = open_engine(f"openai/m-1?base_url={loopback.base_url}")
        hello = (Message("user", "hi"),)
        assert asyncio.run(engine.complete(Request(hello, 8, 1.0, 1))).finish == "stop"
        with pytest.raises(EngineLost, match=r"temperature 1 and top_p 1 only; 0\.7 and 1 were asked for"):
            asyncio.run(engine.complete(Request(hello, 8, 0.7, 1)))


@pytest.mark.parametrize(("quiet", "letters"), [(True, 20), (False, 0)])
def test_a_model_that_thinks_unasked_is_told_not_to_where_it_can_be(quiet, letters):
    engine = opened(vllm(thinks=True, quiet=quiet))
    assert (engine._asking.dialect.quiet, engine._asking.dialect.letters) == (quiet, letters)
    assert fine(engine)["thoughts"] is quiet


def test_the_longest_list_of_tokens_that_a_server_gives_is_asked_for():
    assert dialect(vllm(lists=2000)).letters == 1024
    assert dialect(vllm(lists=20)).letters == 20


def test_a_model_that_a_server_does_not_have_is_wrong_usage_with_the_nearest_one():
    with pytest.raises(UsageError) as caught:
        opened(vllm(models=("qwen3-8b", "llama")), model="qwen3-8")
    assert "'qwen3-8b'" in caught.value.advice


def test_a_server_that_wants_to_be_paid_is_not_said_to_lack_the_model():
    class Unpaid(Compatible):
        def __call__(self, path, body):
            return error(402, "Insufficient Balance") if body else super().__call__(path, body)

    with pytest.raises(EngineLost, match="wants to be paid"):
        opened(Unpaid(models=("another",)), model="m-1")


def test_a_model_that_is_listed_and_not_found_is_not_offered_again():
    class Listing(Compatible):
        def __call__(self, path, body):
            return super().__call__(path, body | {"model": "no such"} if body else body)

    with pytest.raises(UsageError) as caught:
        opened(Listing(models=("m-1",)), model="m-1")
    assert "has no model 'm-1'" in caught.value.message
    assert caught.value.advice == ""


def test_a_server_that_answers_for_a_name_that_it_does_not_list_is_shown_with_what_it_lists():
    class AnyName(Compatible):
        def __call__(self, path, body):
            return super().__call__(path, body | {"model": "m-1"} if body else body)

    engine = opened(AnyName(), model="mine")
    assert found(engine)["models"] == "m-1 listed; mine answers all the same"


def test_a_server_that_is_not_there_is_said_at_once_by_name():
    with Loopback(vllm()) as loopback:
        pass
    with pytest.raises(EngineLost) as caught:
        open_engine(f"openai/m-1?base_url={loopback.base_url}&retries=20")
    assert loopback.base_url in caught.value.message


def test_a_server_that_refuses_the_simplest_request_is_quoted():
    with pytest.raises(UsageError, match="no such luck"):
        opened(lambda path, body: error(400, "no such luck"))


def test_a_server_that_still_loads_its_model_is_waited_for():
    answers = vllm()
    loading = iter([error(503, "Loading model", retry_after="0.01")] * 3)

    def does(path, body):
        return answers(path, body) if path == "/v1/models" else next(loading, None) or answers(path, body)

    assert opened(does, "&retries=5").capabilities.schema


def test_a_probe_is_paid_in_a_few_short_replies():
    with Loopback(vllm()) as loopback:
        asyncio.run(open_engine(f"openai/m-1?base_url={loopback.base_url}").close())
        asked = [body for _, body in loopback.asked if body]
    assert len(asked) <= 20
    assert sum(body["max_tokens"] for body in asked) < 1000


def test_it_can_be_opened_inside_a_running_loop():
    async def inside():
        with Loopback(vllm()) as loopback:
            engine = open_engine(f"openai/m-1?base_url={loopback.base_url}")
            done = await engine.complete(Request((Message("user", "hi"),), 8, 1.0, 1))
            await engine.close()
            return done

    assert asyncio.run(inside()).finish == "stop"


def test_its_identity_names_what_answers_and_no_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    with Loopback(vllm(fingerprint="fp-1")) as loopback:
        names = [f"openai/m-1?base_url={loopback.base_url}", f"openai/m-1?base_url={loopback.base_url}&concurrency=3"]
        one, same = (open_engine(name).identity for name in names)
        loopback.does = vllm(fingerprint="fp-2")
        other = open_engine(names[0]).identity
        loopback.does = vllm(fingerprint="fp-1", constrains="structured_outputs")
        differently_asked = open_engine(names[0]).identity
        loopback.does = vllm(fingerprint="fp-1", prefills="")
        without_a_lead = open_engine(names[0]).identity
        loopback.does = vllm(fingerprint="fp-1")
        monkeypatch.setattr(asking, "THINK", "Think.")
        in_other_words = open_engine(names[0]).identity
    assert one == same
    assert len({one, other, differently_asked, without_a_lead, in_other_words}) == 5
    assert "sk-secret" not in one


def test_a_body_that_is_no_completion_at_opening_is_no_server():
    with pytest.raises(EngineLost, match="does not answer"):
        opened(lambda path, body: said("x", choices=[]), "&retries=0")
