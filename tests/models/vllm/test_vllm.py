"""vLLM is not installed where these tests run: `stand_in` has its names, signatures and meanings, over a tiny model."""

import asyncio
import json
import math
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from agoranomos.conformance.engine import EngineConformance
from agoranomos.conformance.engine_asking import ask, request
from agoranomos.errors import MachineError, UsageError
from agoranomos.models import EngineLost, Question, check_engine_name, open_engine
from agoranomos.models.engine import Message
from agoranomos.models.local.trie import END, Branch
from agoranomos.models.vllm import asking, provider
from agoranomos.workspace import Workspace
from models.local.tiny_model import tiny_llama, tiny_tokenizer

STAND_IN = Path(__file__).parent / "stand_in"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    pytest.importorskip("xgrammar")
    path = tmp_path_factory.mktemp("vllm") / "tiny"
    tokenizer = tiny_tokenizer()
    tokenizer.save_pretrained(path)
    tiny_llama(tokenizer, context=1024).save_pretrained(path)
    return path


@pytest.fixture
def stand_in(monkeypatch, folder):
    monkeypatch.syspath_prepend(str(STAND_IN))
    monkeypatch.setattr(provider, "find_spec", lambda name: object())
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "vllm"]:
        del sys.modules[name]


@pytest.fixture
def engine(stand_in, folder):
    opened = open_engine(f"vllm/{folder}")
    yield opened
    asyncio.run(opened.close())


class TestVllmEngine(EngineConformance):
    too_long = 20_000

    @pytest.fixture
    def engine(self, stand_in, folder):
        opened = open_engine(f"vllm/{folder}")
        yield opened
        asyncio.run(opened.close())


@pytest.mark.parametrize("temperature", [1.0, 0.4])
@pytest.mark.parametrize(
    "options",
    [("price", "profit", "quantities"), ("th", "the", "the profit", "price"), ("a", "b")],
)
def test_options_are_as_probable_as_our_own_decoding_finds_them(engine, folder, options, temperature):
    ours = open_engine(f"hf/{folder}?device=cpu")
    asked = Question((Message("user", "Which?"),), options, temperature=temperature, lead="I say ")
    labelled = Question((Message("user", "Which?"),), options, temperature=temperature, labelled=True, orders="rotated")
    for question in (asked, labelled):
        expected, found = asyncio.run(ours.choose(question)), asyncio.run(engine.choose(question))
        assert found.failure == expected.failure == ""
        assert found.log_probabilities == pytest.approx(expected.log_probabilities, abs=1e-4)
        for one, other in zip(found.by_order, expected.by_order, strict=True):
            assert one == pytest.approx(other, abs=1e-4)
    asyncio.run(ours.close())


def test_vllm_is_opened_as_the_options_say(stand_in, folder):
    engine = open_engine(f"vllm/{folder.name}?batch=7&memory=0.5&context=300&gpus=2", Workspace(folder.parent, "lab"))
    arguments = sys.modules["vllm.v1.engine.async_llm"].AsyncLLM.last.arguments
    asyncio.run(engine.close())
    assert arguments.model == str(folder)
    assert (arguments.max_num_seqs, arguments.gpu_memory_utilization) == (7, 0.5)
    assert (arguments.max_model_len, arguments.tensor_parallel_size) == (300, 2)
    assert engine.width == 14
    assert set(json.loads(engine.identity)) >= {"config", "format", "noise", "tokenizer", "weights"}


def test_an_engine_outlives_event_loops(engine):
    first = ask(engine, [request("Choose.", seed) for seed in range(2)])
    again = ask(engine, [request("Choose.", seed) for seed in range(2)])
    assert [completion.text for completion in first] == [completion.text for completion in again]


def test_an_engine_can_be_opened_within_an_event_loop_and_used_from_another(stand_in, folder):
    async def opened():
        engine = open_engine(f"vllm/{folder}")
        return engine, await engine.complete(request("Choose.", 3))

    engine, first = asyncio.run(opened())
    (again,) = ask(engine, [request("Choose.", 3)])
    asyncio.run(engine.close())
    assert first.text == again.text
    assert first.finish == "stop"


def test_an_engine_that_dies_is_lost_and_what_it_had_is_no_data(engine):
    ask(engine, [request("Choose.", 1)])
    sys.modules["vllm.v1.engine.async_llm"].AsyncLLM.last.dead = True
    with pytest.raises(EngineLost, match="has died"):
        ask(engine, [request("Choose.", 2)])
    with pytest.raises(EngineLost, match="has died"):
        asyncio.run(engine.choose(Question((Message("user", "Which?"),), ("a", "b"))))


def test_calls_under_way_when_an_engine_is_closed_are_not_left_waiting(engine, monkeypatch):
    llm = sys.modules["vllm.v1.engine.async_llm"].AsyncLLM.last

    async def endless(prompt, params, request_id):
        await asyncio.Event().wait()
        yield None

    monkeypatch.setattr(llm, "generate", endless)

    async def closed_under_way():
        asking_still = asyncio.ensure_future(engine.complete(request("Choose.", 1)))
        await asyncio.sleep(0)
        await engine.close()
        return await asking_still

    with pytest.raises(EngineLost, match="closed while it was asked"):
        asyncio.run(asyncio.wait_for(closed_under_way(), 20))


def test_a_call_that_is_given_up_is_given_up_by_vllm_too(engine, monkeypatch):
    llm = sys.modules["vllm.v1.engine.async_llm"].AsyncLLM.last
    given_up, ours, begun = [], None, None

    async def endless(prompt, params, request_id):
        ours.call_soon_threadsafe(begun.set_result, None)
        try:
            await asyncio.Event().wait()
            yield None
        except asyncio.CancelledError:
            given_up.append(request_id)
            raise

    monkeypatch.setattr(llm, "generate", endless)

    async def cancelled():
        nonlocal ours, begun
        ours = asyncio.get_running_loop()
        begun = ours.create_future()
        asking_still = asyncio.ensure_future(engine.complete(request("Choose.", 1)))
        await begun
        asking_still.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking_still

    asyncio.run(cancelled())
    asyncio.run(engine.close())
    assert len(given_up) == 1


def test_what_vllm_refuses_is_a_failure_of_the_call(engine, monkeypatch):
    llm = sys.modules["vllm.v1.engine.async_llm"].AsyncLLM.last
    monkeypatch.setattr(llm, "written", lambda ids, params: (_ for _ in ()).throw(ValueError("no such grammar")))
    (completion,) = ask(engine, [request("Choose.", 1)])
    assert (completion.failure, completion.error) == ("error", "ValueError: no such grammar")
    found = asyncio.run(engine.choose(Question((Message("user", "Which?"),), ("a", "b"))))
    assert (found.failure, found.error) == ("error", "ValueError: no such grammar")
    monkeypatch.setattr(
        llm, "written", lambda ids, params: SimpleNamespace(text="", token_ids=[], finish_reason="abort", logprobs=None)
    )
    (completion,) = ask(engine, [request("Choose.", 1)])
    assert (completion.failure, completion.error) == ("error", "vLLM ended the reply with 'abort'")


def test_what_a_template_refuses_is_a_failure_of_the_call(engine, monkeypatch):
    def refused(messages, *, thinking=False):
        raise ValueError("system role not supported")

    monkeypatch.setattr(engine._chat, "ids", refused)
    (completion,) = ask(engine, [request("Choose.", 1)])
    assert (completion.failure, completion.error) == ("error", "ValueError: system role not supported")


def test_an_option_that_spells_a_control_token_is_refused(engine):
    found = asyncio.run(engine.choose(Question((Message("user", "Which?"),), ("<|im_end|>", "stay"))))
    assert (found.failure, "control token" in found.error) == ("error", True)


def test_thoughts_and_answer_are_drawn_by_different_noise(engine, monkeypatch):
    llm = sys.modules["vllm.v1.engine.async_llm"].AsyncLLM.last
    written, seeds = llm.written, []
    monkeypatch.setattr(llm, "written", lambda ids, params: seeds.append(params.seed) or written(ids, params))
    (first,) = ask(engine, [request("Choose.", 5, reasoning=8)])
    (again,) = ask(engine, [request("Choose.", 5, reasoning=8)])
    assert first.text == again.text
    assert seeds[:2] == seeds[2:]
    assert len({*seeds}) == 2


def test_thoughts_that_no_answer_followed_are_counted_all_the_same(engine, monkeypatch):
    llm = sys.modules["vllm.v1.engine.async_llm"].AsyncLLM.last
    written = llm.written

    def no_answer(ids, params):
        if params.structured_outputs is not None:
            raise ValueError("no such grammar")
        return written(ids, params)

    monkeypatch.setattr(llm, "written", no_answer)
    (completion,) = ask(engine, [request("Choose.", 5, reasoning=8)])
    assert (completion.failure, completion.reply_tokens > 0) == ("error", True)


def test_a_model_that_vllm_cannot_run_is_refused_in_its_words(stand_in, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(MachineError, match="vLLM cannot run vllm/"):
        open_engine(f"vllm/{tmp_path / 'empty'}")


def test_without_vllm_the_command_that_installs_it_is_given(monkeypatch):
    monkeypatch.setattr(provider, "find_spec", lambda name: None)
    with pytest.raises(MachineError) as refused:
        open_engine("vllm/some/model")
    assert "pip install vllm" in refused.value.advice
    assert "openai/<model>" in refused.value.advice


def test_names_and_options_are_checked_without_loading():
    check_engine_name("vllm/Qwen/Qwen3-8B?batch=64&memory=0.8")
    with pytest.raises(UsageError, match="gpus"):
        check_engine_name("vllm/a?gpus=0")
    with pytest.raises(UsageError, match="no such folder"):
        open_engine("vllm/./nowhere")


def test_ways_on_are_normalised_and_an_end_is_any_stop_token():
    branch = Branch((5,), (END, 7, 9))
    found = {
        token: SimpleNamespace(logprob=math.log(share)) for token, share in {1: 0.1, 2: 0.1, 7: 0.2, 8: 0.5}.items()
    }
    ended, seven, nine = asking.conditionals(branch, found, (1, 2))
    assert (math.exp(ended), math.exp(seven), nine) == (pytest.approx(0.5), pytest.approx(0.5), -math.inf)
    assert asking.ways(branch, (1, 2)) == {1, 2, 7, 9}
    assert asking.ways(Branch((), (7, 9)), (1, 2)) == {7, 9}
