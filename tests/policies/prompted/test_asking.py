"""What a call is asked with, and how thoughts before an answer are told from it."""

from __future__ import annotations

import json

import pytest

from agoranomos.models import Completion
from agoranomos.models.reasoning import joined
from policies.prompted.asking import Script, decide, firm, observation, reply


def test_reasoning_and_the_tail_to_leave_out_are_passed_on() -> None:
    engine = Script(reply())
    decide(firm(engine, reasoning=64, top_p=0.9, temperature=0.5), observation(0))
    (request,) = engine.requests
    assert (request.reasoning, request.top_p, request.temperature) == (64, 0.9, 0.5)


def test_without_a_word_nothing_is_thought_and_nothing_left_out() -> None:
    engine = Script(reply())
    decide(firm(engine), observation(0))
    assert (engine.requests[0].reasoning, engine.requests[0].top_p) == (0, 1.0)


def test_a_move_in_thoughts_is_no_move() -> None:
    text = joined(f"perhaps {reply(1, 1)}", reply(30, 20))
    decision = decide(firm(Script(text), reasoning=64), observation(0))
    assert decision.action.tolist() == [30.0, 20.0]
    assert decision.account.calls[0].reply == text


@pytest.mark.parametrize(
    ("text", "finish", "failure"),
    [
        ("<think>on and on " + json.dumps({"chosen_quantities": {"A": 1, "B": 1}}), "length", "truncated"),
        ("<think>enough</think>", "stop", "empty"),
        ("<think>enough</think> ", "length", "truncated"),
        ("<think>I must decide.</think>I cannot help with that.", "stop", "refusal"),
        ("<think>I cannot see.</think>Thirty of A.", "stop", "invalid"),
    ],
)
def test_failures_are_of_the_answer_and_not_of_the_thoughts(text: str, finish: str, failure: str) -> None:
    engine = Script(Completion(text, 9, 9, finish, 0.1), reply())
    decision = decide(firm(engine, attempts=2), observation(0))
    assert [call.failure for call in decision.account.calls] == [failure, ""]


def test_two_attempts_are_one_turn_to_repair_and_a_lost_call_keeps_what_was_wrong() -> None:
    engine = Script(reply(80, 40), reply(30, 20))
    decision = decide(firm(engine, attempts=2), observation(0))
    assert not decision.account.repaired
    assert "sum to 120" in engine.requests[1].messages[-1].content
    lost = Completion("", 9, 0, "error", 0.1, "no reply in time", "timeout")
    engine = Script(reply(80, 40), lost, reply(30, 20))
    decide(firm(engine), observation(0))
    assert engine.requests[2].messages == engine.requests[1].messages
