"""The embedded model itself. Skipped where it was not pulled."""

import asyncio
import json

import pytest

from agoranomos.conformance.engine import EngineConformance
from agoranomos.conformance.engine_asking import ask, request
from agoranomos.models import KNOWN_WEIGHTS, open_engine
from agoranomos.models.local.options import missing_local_modules
from agoranomos.models.weights import is_pulled

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        bool(missing_local_modules()) or not is_pulled(KNOWN_WEIGHTS["smollm2"]),
        reason="needs the [local] extra and `agora models pull smollm2`",
    ),
]


@pytest.fixture(scope="module")
def smollm2():
    engine = open_engine("smollm2")
    yield engine
    asyncio.run(engine.close())


class TestSmolLM2(EngineConformance):
    too_long = 60_000
    exempt = {
        "test_an_engine_that_is_closed_answers_with_failures": "the tests of this module share the engine; the tiny "
        "model's tests close theirs"
    }

    @pytest.fixture
    def engine(self, smollm2):
        return smollm2


def test_it_speaks(smollm2):
    completion = ask(smollm2, [request("What is the capital of France?", 1, schema=None, temperature=0.0)])[0]
    assert "Paris" in completion.text or completion.reply_tokens > 5


def test_a_second_round_reads_its_history_from_the_cache(smollm2):
    history = "Round 1: price 60, profit 900. " * 20
    ask(smollm2, [request(history, 1)])
    before = smollm2.counts
    completion = ask(smollm2, [request(history + "Round 2: price 61, profit 905.", 1)])[0]
    assert json.loads(completion.text)
    found = smollm2.counts.cached_tokens - before.cached_tokens
    assert found > 0.8 * completion.prompt_tokens
