import asyncio
from types import SimpleNamespace

import pytest

from agoranomos.conformance.engine_asking import ask, request, said
from agoranomos.errors import MachineError, UsageError
from agoranomos.models import Question, check_engine_name, open_engine
from agoranomos.models.engine import Message
from agoranomos.models.local import decoders
from agoranomos.models.local.decoders import decoder_for
from agoranomos.models.local.paged.model import PagedModel
from agoranomos.models.local.ragged import RaggedModel
from models.local.tiny_model import tiny_llama, tiny_tokenizer

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("xgrammar")


def model():
    return tiny_llama(tiny_tokenizer())


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("decoders") / "tiny"
    tokenizer = tiny_tokenizer()
    tokenizer.save_pretrained(path)
    tiny_llama(tokenizer).save_pretrained(path)
    return path


def test_off_cuda_passes_are_ragged_unless_pages_are_asked_for():
    assert isinstance(decoder_for(model()), RaggedModel)
    paged = decoder_for(model(), "paged", rows=8, cache_bytes=1 << 20)
    assert isinstance(paged, PagedModel)
    assert paged.batch == 8
    page = 2 * 2 * 16 * 2 * 8 * 4
    assert paged.free == ((1 << 20) // page - 1) * 16


def test_on_cuda_pages_take_what_the_card_has_free_less_what_passes_need(monkeypatch):
    asked = {}
    monkeypatch.setattr(decoders, "PagedModel", lambda model, pages, rows: asked.update(pages=pages, rows=rows))
    monkeypatch.setattr(decoders, "free_bytes", lambda device: 100 << 20)
    on_card = SimpleNamespace(config=model().config, device=torch.device("cuda", 0), dtype=SimpleNamespace(itemsize=2))
    decoder_for(on_card)
    vocabulary = len(tiny_tokenizer())
    recorded = (1 + 2 + 4 + 8 + 16 + 24 + 32 + 48 + 64 + 96 + 128 + 192 + 256 + 320 + 384 + 448 + 512 + 576) + (
        640 + 768 + 896 + 1024
    )
    working = recorded * vocabulary * 2 + 16_384 * (8 * 32 + 3 * 64) * 2 + 1024 * vocabulary * 14
    assert asked == {"pages": ((100 << 20) - working) // (2 * 2 * 16 * 2 * 8 * 2), "rows": 1024}
    monkeypatch.setattr(decoders, "free_bytes", lambda device: working)
    with pytest.raises(MachineError, match="0 tokens only"):
        decoder_for(on_card)


def test_both_decoders_give_the_same_replies_and_choices(folder):
    def answers(options):
        engine = open_engine(f"hf/{folder}?device=cpu&{options}")
        completions = ask(engine, [request("Choose.", seed) for seed in range(6)])
        chosen = asyncio.run(
            engine.choose(Question((Message("user", "Which?"),), ("price", "profit", "quantities", "the", "th")))
        )
        asyncio.run(engine.close())
        return [said(completion) for completion in completions], chosen.log_probabilities

    ragged, chosen = answers("decoder=ragged")
    for options in ("decoder=paged", "decoder=paged&batch=3&cache_mb=1"):
        found, probabilities = answers(options)
        assert found == ragged
        assert probabilities == pytest.approx(chosen, abs=1e-5)
    assert {finish for _, finish, _, _ in ragged} == {"stop"}


def test_more_is_asked_than_memory_has_room_for_at_once_and_all_are_answered():
    from agoranomos.models.local.loading import generator_of
    from agoranomos.models.local.transformers_engine import TransformersEngine

    def replies(cache_bytes):
        generator = generator_of(model(), tiny_tokenizer(), "tiny", decoder="paged", rows=32, cache_bytes=cache_bytes)
        engine = TransformersEngine("tiny", generator, batch=32)
        completions = ask(engine, [request("Choose the quantities.", seed) for seed in range(24)])
        asyncio.run(engine.close())
        return [said(completion) for completion in completions], generator.decoder

    plenty, _ = replies(1 << 24)
    page = 2 * 2 * 16 * 2 * 8 * 4
    tight, decoder = replies(24 * page)
    assert tight == plenty
    # All that is held now are remembered prompts, which give way.
    assert decoder.row(decoder.context) is not None


def test_a_decoder_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="decoder"):
        check_engine_name("hf/x?decoder=quick")
