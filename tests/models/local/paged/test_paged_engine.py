"""The engine's promises, over the decoder with pages: with room for all, and with room for a few at a time."""

import asyncio

import pytest

from agoranomos.conformance.engine import EngineConformance
from agoranomos.models.local.loading import generator_of
from agoranomos.models.local.transformers_engine import TransformersEngine
from models.local.tiny_model import tiny_llama, tiny_tokenizer

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("xgrammar")

PAGE_BYTES = 2 * 2 * 16 * 2 * 8 * 4
"""Two layers, keys and values, 16 tokens, two heads of eight numbers, four bytes each."""


class TestEngineOfPages(EngineConformance):
    too_long = 20_000
    pages = 2000

    @pytest.fixture
    def engine(self):
        tokenizer = tiny_tokenizer()
        generator = generator_of(
            tiny_llama(tokenizer, context=1024),
            tokenizer,
            "tiny",
            decoder="paged",
            rows=8,
            cache_bytes=self.pages * PAGE_BYTES,
        )
        generator.identity = '{"weights":"tiny"}'
        engine = TransformersEngine("tiny", generator, batch=8)
        yield engine
        asyncio.run(engine.close())


class TestEngineOfFewPages(TestEngineOfPages):
    pages = 70
