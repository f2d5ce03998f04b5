"""The embedded model in role-play: six decisions, what it reads again, where an answer ends. Skipped if not pulled."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator
from typing import Any

import pytest

from agoranomos.models import KNOWN_WEIGHTS, Message, Question, open_engine
from agoranomos.models.local.options import missing_local_modules
from agoranomos.models.weights import is_pulled
from agoranomos.policies.answering.by_choice import LEAD, TAIL, in_json
from policies.answering.asking import played, seated, taxi

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        bool(missing_local_modules()) or not is_pulled(KNOWN_WEIGHTS["smollm2"]),
        reason="needs the [local] extra and `agora models pull smollm2`",
    ),
]


@pytest.fixture
def engine() -> Iterator[Any]:
    opened = open_engine("smollm2")
    yield opened
    asyncio.run(opened.close())


def test_two_trajectories_of_three_rounds_and_labels_that_begin_alike(engine: Any) -> None:
    shares = []
    for seed in (1, 2):
        market = taxi(rounds=3, tempting_first=seed == 2)
        rounds = played(market, seated(market, engine), seed=seed)
        for (decision,) in rounds:
            (call,) = decision.account.calls
            assert call.failure == ""
            assert decision.action is not None
            assert sum(call.choice.probabilities) == pytest.approx(1.0, abs=1e-4)
            shares.append(call.choice.probabilities)
    assert all(0.01 < share < 0.99 for row in shares for share in row)
    # A round goes on from the one before: by the third most of a prompt was read already.
    assert engine.counts.cached_tokens > engine.counts.prompt_tokens / 3

    # Words before a question mark or an end are probable as those; what follows the label decides where one ends.
    labels = ("keep", "keep all")
    asked = Question((Message("user", "Say keep."),), tuple(map(in_json, labels)), lead=LEAD, tail=TAIL)
    answer = asyncio.run(engine.choose(asked))
    bare = asyncio.run(engine.choose(Question(asked.messages, labels, lead=LEAD)))
    assert math.exp(answer.log_probabilities[0]) > 0.5 > math.exp(bare.log_probabilities[0])
