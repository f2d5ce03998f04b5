"""A prompt that does not fit the model's context: a failure, or fewer rounds and a record of how many."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.models import Completion, Request, failed
from policies.prompted.asking import firm, reply
from policies.prompted.remembered import Answering, is_summary, played, shown_rounds

DROP = {"drop": "oldest"}


def fitting(rounds: int) -> Answering:
    """An engine into whose context prompts of so many rounds fit."""

    def answer(request: Request) -> Completion | str:
        if len(shown_rounds(request)) > rounds:
            return failed("overflow", "the prompt is too long", 0.0, 999)
        return '{"summary": "s"}' if is_summary(request) else reply()

    return Answering(answer)


def test_by_default_a_prompt_that_does_not_fit_is_a_failure_and_nothing_is_left_out() -> None:
    engine = fitting(3)
    last = played(firm(engine, template="cournot-memory", memory="window"), 6)[-1]
    assert [call.failure for call in last.account.calls] == ["overflow"]
    assert last.account.repaired
    assert last.account.forgotten == 0
    assert shown_rounds(engine.requests[-1]) == [1, 2, 3, 4, 5]


def test_the_older_half_is_forgotten_until_it_fits_and_counted() -> None:
    engine = fitting(3)
    decisions = played(firm(engine, template="cournot-memory", memory="window", overflow=DROP), 8)
    assert [(decision.account.forgotten, len(decision.account.calls)) for decision in decisions] == [
        (0, 1),
        (0, 1),
        (0, 1),
        (0, 1),
        (2, 2),
        (0, 1),
        (2, 2),
        (0, 1),
    ]
    assert not any(decision.account.repaired for decision in decisions)
    fifth = decisions[4].account
    assert [call.failure for call in fifth.calls] == ["overflow", ""]
    assert [shown_rounds(request) for request in engine.requests[4:6]] == [[1, 2, 3, 4], [3, 4]]
    assert [request.caller[2] for request in engine.requests[4:6]] == [0, 1]
    assert engine.requests[4].seed == engine.requests[5].seed


def test_a_prompt_that_does_not_fit_without_any_round_fails_in_the_end() -> None:
    engine = Answering(lambda request: failed("overflow", "too long", 0.0))
    last = played(firm(engine, template="cournot-memory", memory="window", overflow=DROP), 5)[-1]
    assert [call.failure for call in last.account.calls] == ["overflow"] * len(last.account.calls)
    assert last.account.repaired
    assert shown_rounds(engine.requests[-1]) == []


def test_a_move_that_is_asked_again_may_forget_too_and_attempts_are_not_used_up() -> None:
    def answer(request: Request) -> Completion | str:
        too_long = len(request.messages[-1].content) > 420
        return failed("overflow", "too long", 0.0) if too_long else reply(80, 40)

    engine = Answering(answer)
    last = played(firm(engine, template="cournot-memory", memory="window", overflow=DROP, attempts=2), 4)[-1]
    kinds = [call.failure for call in last.account.calls]
    assert kinds.count("out_of_range") == 2
    assert "overflow" in kinds
    assert last.account.repaired


def test_a_summary_that_does_not_fit_is_written_of_fewer_rounds() -> None:
    engine = fitting(2)
    memory = {"kind": "summary", "every": 3}
    fourth = played(firm(engine, template="cournot-memory", memory=memory, overflow=DROP), 4)[-1]
    assert [(call.purpose, call.failure) for call in fourth.account.calls] == [
        ("summary", "overflow"),
        ("summary", ""),
        ("", ""),
    ]
    assert fourth.account.forgotten == 2
    assert fourth.memory.summarised == 3


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 12), st.integers(0, 6), st.integers(1, 14))
def test_no_decision_makes_more_calls_than_the_plan_counts(window: int, fits: int, rounds: int) -> None:
    stride = min(2, window)
    memory = {"kind": "summary", "every": min(3, window)}
    policy = firm(
        fitting(fits), template="cournot-memory", memory=memory, window=window, stride=stride, overflow=DROP, attempts=1
    )
    decisions = played(policy, rounds)
    assert max(len(decision.account.calls) for decision in decisions) <= policy.parameters.most_calls
