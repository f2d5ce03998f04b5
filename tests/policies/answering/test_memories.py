"""Every memory shows what it is to show, and nothing that the scenario keeps from the agent."""

from __future__ import annotations

from typing import Any

import pytest

from agoranomos.models import Message, Request, open_engine
from agoranomos.policies.shared import SharedRound
from policies.answering.asking import Model, decide, played, seated, taxi, told

A, B = '{"choice": "A"}', '{"choice": "B"}'
E6 = 1_000_000


def rounds_told(messages: tuple[Message, ...]) -> int:
    return sum(message.role == "assistant" for message in messages)


def shown(rounds: int = 8, **parameters: Any) -> list[int]:
    """How many past rounds each prompt of an episode holds."""
    engine = Model(shares=(0.5, 0.5))
    market = taxi(rounds=rounds)
    played(market, seated(market, engine, **parameters))
    return [rounds_told(question.messages) for question in engine.asked]


def test_a_window_holds_the_last_rounds() -> None:
    assert shown() == [0, 1, 2, 3, 4, 5, 5, 5]
    assert shown(window=2) == [0, 1, 2, 2, 2, 2, 2, 2]
    assert shown(window=3, stride=3) == [0, 1, 2, 3, 1, 2, 3, 1]


def test_a_wiped_memory_meets_every_round_as_the_first() -> None:
    market, engine = taxi(workers=2), Model(shares=(0.5, 0.5))
    played(market, seated(market, engine, memory="none"))
    prompts = {question.messages for question in engine.asked}
    assert len(prompts) == 1
    assert "others" not in told(engine)


def test_fabricated_rounds_are_the_oldest_and_begin_every_round_of_a_wiped_memory() -> None:
    made = {"rounds": 3, "violations": 2}
    market, engine = taxi(fabricated=made, rounds=5), Model()
    played(market, seated(market, engine))
    first, last = engine.asked[0].messages, engine.asked[-1].messages
    assert [message.content for message in first if message.role == "assistant"] == [B, B, A]
    # Five rounds are remembered: after four own ones a single fabricated one is left, the youngest.
    assert [message.content for message in last if message.role == "assistant"] == [A] * 5
    market, engine = taxi(fabricated=made, rounds=3), Model()
    played(market, seated(market, engine, memory="none"))
    assert {question.messages for question in engine.asked} == {first}


def test_a_summary_takes_the_place_of_the_rounds_it_tells_of() -> None:
    engine = Model('{"summary": "Rules pay."}')
    market = taxi(rounds=8)
    rounds = played(market, seated(market, engine, memory={"kind": "summary", "every": 3}))
    calls = [[call.purpose for call in decision.account.calls] for (decision,) in rounds]
    assert calls == [[""], [""], [""], ["summary", ""], [""], [""], ["summary", ""], [""]]
    asked = [each for each in engine.asked if isinstance(each, Request)]
    assert asked[0].messages[-1].content.endswith('Answer with {"summary": "..."}.')
    assert asked[0].schema is not None
    assert "Your summary of the rounds before: Rules pay." in asked[1].messages[1].content
    after = next(each for each in engine.asked if engine.asked.index(each) > engine.asked.index(asked[0]))
    assert rounds_told(after.messages) == 0
    assert rounds_told(engine.last) == 1
    assert told(engine).count("Your summary of the rounds before: Rules pay.") == 1


def test_a_summary_that_is_none_leaves_the_rounds() -> None:
    engine, market = Model("no"), taxi(rounds=5)
    rounds = played(market, seated(market, engine, memory={"kind": "summary", "every": 3}))
    assert [len(decision.account.calls) for (decision,) in rounds] == [1, 1, 1, 2, 2]
    assert rounds_told(engine.last) == 4


RING = {"workers": 4, "network": {"kind": "ring"}}


def after_a_round(sees: dict[str, Any], **parameters: Any) -> str:
    """What the first of four workers in a ring is told after a round in which two and four broke the rule."""
    market, engine = taxi(**RING, sees=sees), Model()
    policy = seated(market, engine, **parameters)[0]
    observations, _ = market.reset(seed=7)
    memory = decide(policy, observations["worker_1"]).memory
    actions = {"worker_1": [0.0], "worker_2": [1.0], "worker_3": [0.0], "worker_4": None}
    observations = market.step(actions)[0]
    row = dict(zip(market.possible_agents, market.actions_e6(), strict=True))
    assert row == {"worker_1": (0,), "worker_2": (E6,), "worker_3": (0,), "worker_4": ()}
    memory = policy.shared(memory, SharedRound(1, row, {"worker_2": "<think>It\npays.</think>" + B, "worker_3": "Ha"}))
    decide(policy, observations["worker_1"], memory, number=2)
    return told(engine)


def test_shared_answers_are_those_of_neighbours() -> None:
    said = after_a_round({}, memory="shared")
    assert f"worker_2 answered: {B}" in said
    assert "pays." not in said
    assert "worker_3" not in said
    assert "worker_4 answered" not in said
    assert "answered" not in after_a_round({})


@pytest.mark.parametrize("memory", ["window", "shared", {"kind": "shared", "show": "full"}])
def test_whole_replies_are_told_where_the_scenario_shows_them(memory: Any) -> None:
    said = after_a_round({"others_reasoning": True}, memory=memory)
    assert "worker_2 wrote: <think>It pays.</think>" + B in said
    assert "Ha" not in said
    assert "Ha" not in after_a_round({"others_reasoning": True}, memory="none")
    assert "wrote" not in after_a_round({"others_reasoning": True}, memory="none")


@pytest.mark.parametrize("model", ["mock/valid", "mock/malformed?rate=0.5"])
@pytest.mark.parametrize("memory", ["none", "window", "summary", "shared"])
def test_every_memory_plays_on_with_any_model(memory: str, model: str) -> None:
    market = taxi(workers=2, rounds=12)
    assert len(played(market, seated(market, open_engine(model), memory=memory))) == 12
