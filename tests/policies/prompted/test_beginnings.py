"""What an engine has read of a prompt is of use in the next one: the beginning stays, only the tail changes."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.prompted.asking import decide, firm, notice, observation
from policies.prompted.remembered import Answering, is_summary, shared_round, shown_rounds

CACHED = ("cournot-cached", "cournot-talk", "cournot-memory", "market-any", "market-memory")
few = settings(max_examples=25, deadline=None)
quantities = st.lists(st.tuples(st.floats(0, 50), st.floats(0, 50), st.floats(-1e4, 1e4)), min_size=2, max_size=9)


def prompts(rounds: list[tuple[float, float, float]], **parameters: Any) -> Answering:
    engine = Answering()
    policy = firm(engine, **parameters)
    memory = policy.start()
    for number, (a, b, gross) in enumerate(((0.0, 0.0, 0.0), *rounds)):
        seen = observation(number, (a, b), gross)
        seen = {**seen, "price": np.array([100 - a, 100 - b])} if number else seen
        memory = decide(policy, seen, memory, notice(number + 1)).memory
        memory = policy.shared(memory, shared_round(number + 1))
    return engine


def beginning(one: str, other: str) -> str:
    """What both texts begin with."""
    return "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def text(request: Any) -> str:
    return "\n".join(message.content for message in request.messages)


@pytest.mark.parametrize("template", CACHED)
@few
@given(quantities)
def test_consecutive_prompts_share_all_but_the_tail(template: str, rounds: list[tuple[float, float, float]]) -> None:
    engine = prompts(rounds, template=template)
    for before, after in pairwise(engine.requests[1:]):
        shared = beginning(text(before), text(after))
        *_, last = [line for line in text(before).splitlines() if line.partition(":")[0].isdigit()]
        assert last in shared  # every round that was shown stays where it was


@pytest.mark.parametrize("memory", ["window", "notes", "shared"])
@few
@given(quantities)
def test_so_they_do_for_every_memory_of_rounds(memory: str, rounds: list[tuple[float, float, float]]) -> None:
    engine = prompts(rounds, template="cournot-memory", memory=memory)
    for before, after in pairwise(engine.requests[1:]):
        shared = beginning(text(before), text(after))
        assert shown_rounds(before) == shown_rounds(after)[:-1]
        assert text(before).index(f"\n{shown_rounds(before)[-1]}:") < len(shared)


def test_a_summary_is_asked_for_behind_the_rounds_that_the_move_showed() -> None:
    engine = prompts([(1.0, 2.0, 3.0)] * 5, template="cournot-memory", memory={"kind": "summary", "every": 3})
    index = next(i for i, request in enumerate(engine.requests) if is_summary(request))
    shared = beginning(text(engine.requests[index - 1]), text(engine.requests[index]))
    assert "\n2:" in shared
    assert "\n3:" not in shared


def test_a_window_that_slides_in_strides_begins_anew_once_a_stride() -> None:
    lost = {}
    for stride in (1, 5):
        engine = prompts([(1.0, 2.0, 3.0)] * 29, template="cournot-memory", memory="window", window=10, stride=stride)
        begins = [shown_rounds(request)[0] for request in engine.requests[1:]]
        lost[stride] = sum(a != b for a, b in pairwise(begins))
    assert lost == {1: 19, 5: 4}


def test_a_stride_spares_what_the_page_says() -> None:
    page = (Path(__file__).parents[3] / "docs/how-to/choose-what-agents-remember.md").read_text()
    draws = Random(1)
    rounds = [(draws.uniform(0, 50), draws.uniform(0, 50), draws.uniform(0, 3000)) for _ in range(49)]
    for stride in (1, 10):
        texts = [text(request) for request in prompts(rounds, window=30, stride=stride).requests]
        new = len(texts[0]) + sum(len(after) - len(beginning(before, after)) for before, after in pairwise(texts))
        share = f"{new / sum(map(len, texts)):.0%}"
        assert re.search(rf"{share}[^.]* with\s`stride: {stride}`", page), share
