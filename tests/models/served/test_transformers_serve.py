"""SmolLM2 behind `transformers serve`, on loopback: it keeps no schema, lists no tokens, and is greedy unless told."""

from __future__ import annotations

import asyncio

import pytest

from agoranomos.models import KNOWN_WEIGHTS, Capabilities, Message, Request, open_engine
from agoranomos.models.local.options import missing_local_modules
from agoranomos.models.weights import is_pulled
from models.served.real import TransformersServe

pytest.importorskip("httpx2")
pytest.importorskip("fastapi")
pytest.importorskip("openai")
pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        bool(missing_local_modules()) or not is_pulled(KNOWN_WEIGHTS["smollm2"]),
        reason="needs the [local] extra and `agora models pull smollm2`",
    ),
]


def test_the_probe_finds_what_it_cannot_do_and_makes_it_sample(tmp_path):
    from agoranomos.models.local.conversion import converted

    folder = converted(KNOWN_WEIGHTS["smollm2"].path)
    server = TransformersServe(folder, tmp_path / "log")
    try:
        engine = open_engine(f"openai/{folder}?base_url={server.base_url}&concurrency=2&timeout=120")
        found = {trait.name: trait.found for trait in engine.traits}
        assert found["sampling"] == "asked for by generation_config"
        assert engine.capabilities == Capabilities(
            schema=False, scores="none", seeds=engine.capabilities.seeds, reasoning=True
        )

        async def replies():
            hello = (Message("user", "Tell a tale."),)
            asked = [Request(hello, 8, heat, seed) for heat, seed in ((0.0, 1), (0.0, 2), (1.0, 1), (1.0, 2), (1.0, 3))]
            done = [await engine.complete(each) for each in asked]
            await engine.close()
            return done

        done = asyncio.run(replies())
        assert [(one.failure, one.finish, one.reply_tokens) for one in done] == [("", "length", 8)] * 5
        assert done[0].text == done[1].text
        assert len({one.text for one in done[2:]}) > 1
    finally:
        server.kill()
