"""Our decoding against `model.generate` of transformers, greedily: token for token the same replies."""

import asyncio

import pytest

from agoranomos.conformance.engine_asking import SCHEMA, TEXT_SCHEMA, ask
from agoranomos.models import Message, Request
from agoranomos.models.local.loading import generator_of
from agoranomos.models.local.transformers_engine import TransformersEngine
from models.local.tiny_model import tiny_llama, tiny_tokenizer

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("xgrammar")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("tiny")
    tokenizer = tiny_tokenizer()
    tokenizer.save_pretrained(path)
    tiny_llama(tokenizer).save_pretrained(path)
    return path


@pytest.mark.parametrize("schema", [SCHEMA, TEXT_SCHEMA, None, {"enum": ["up", "upper", "down"]}])
def test_a_greedy_reply_in_a_batch_is_that_of_generate(folder, schema):
    from benchmarks.plain_generate import PlainModel

    tokenizer = tiny_tokenizer()
    engine = TransformersEngine("tiny", generator_of(tiny_llama(tokenizer), tokenizer, "tiny", cache_bytes=1 << 22))
    requests = [
        Request((Message("system", "You run a firm."), Message("user", f"Round {n}. " * n)), 60, 0.0, 0, schema)
        for n in range(1, 9)
    ]
    ours = [done.text for done in ask(engine, requests)]
    asyncio.run(engine.close())
    plain = PlainModel(folder)
    assert ours == [plain.reply(request, seed=0) for request in requests]
