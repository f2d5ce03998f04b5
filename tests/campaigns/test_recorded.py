from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from hashlib import sha256

import pytest

from agoranomos.campaigns.recorded import RecordedEngine, RecordedLog, recording_of
from agoranomos.errors import Finding
from agoranomos.institutions.choice_record import ChoiceRecord, encode_choice
from agoranomos.institutions.entries import CallRecord, DecisionRecord, Round, encode_entry
from agoranomos.logs import MemoryLog
from agoranomos.models import Distribution, Message, MockEngine, Question, Request, prompt_sha256, prompt_text

LONG = "x" * 5000


def request(agent: str = "firm_1", round_number: int = 1, attempt: int = 0, text: str = "hello") -> Request:
    return Request((Message("user", text),), 60, 0.0, 7, None, (agent, round_number, attempt))


def call(**given) -> CallRecord:
    return CallRecord("mock", 11, 5, prompt_sha256(request()), **given)


def recorded(*calls: CallRecord):
    body = Round(((1,),), {}, decisions=(DecisionRecord("firm_1", calls),))
    blobs = {sha256(LONG.encode()).hexdigest(): LONG.encode()}
    return recording_of([encode_entry(body, 1, 0)], blobs.__getitem__)


def ask(engine: RecordedEngine, *requests: Request):
    async def all_of_them():
        return [await engine.complete(one) for one in requests]

    return asyncio.run(all_of_them())


def test_what_is_recorded_is_answered_and_what_is_not_is_asked() -> None:
    engine = RecordedEngine(
        MockEngine(), recorded(call(reply="first"), call(reply_sha256=sha256(LONG.encode()).hexdigest()))
    )
    first, second, third = ask(engine, request(), request(attempt=1), request(attempt=2))
    assert (first.text, first.prompt_tokens, first.reply_tokens, first.finish) == ("first", 11, 5, "stop")
    assert math.isnan(first.seconds)
    assert second.text == LONG
    assert third.text not in {"first", LONG}
    assert not math.isnan(third.seconds)
    asyncio.run(engine.close())


@pytest.mark.parametrize("failure", ["error", "timeout", "overflow", "refusal"])
def test_a_call_that_brought_no_reply_is_recorded_as_that(failure: str) -> None:
    (completion,) = ask(RecordedEngine(MockEngine(), recorded(call(failure=failure))), request())
    assert (completion.finish, completion.failure) == ("error", failure)


@pytest.mark.parametrize(("failure", "finish"), [("truncated", "length"), ("invalid", "stop"), ("refusal", "stop")])
def test_a_reply_that_failed_is_judged_again(failure: str, finish: str) -> None:
    (completion,) = ask(RecordedEngine(MockEngine(), recorded(call(reply="{", failure=failure))), request())
    assert (completion.text, completion.finish, completion.failure) == ("{", finish, "")


def test_another_prompt_is_refused() -> None:
    with pytest.raises(Finding, match="call 1 of agent firm_1 in round 1 would ask something else"):
        ask(RecordedEngine(MockEngine(), recorded(call(reply="first"))), request(text="hello again"))


QUESTION = Question((Message("user", "hello"),), ("a", "b", "c"), caller=("firm_1", 1, 0))
CHOICE = ChoiceRecord(("a", "b", "c"), (-693147, None, -693147), reasoning=("hm",))


def scored(question: Question = QUESTION, **given) -> CallRecord:
    kind = "after_reasoning" if question.reasoning else "direct"
    return CallRecord("mock", 11, 5, prompt_sha256(question), scored=kind, **given)


def choose(engine: RecordedEngine, question: Question = QUESTION) -> Distribution:
    return asyncio.run(engine.choose(question))


def test_a_recorded_distribution_is_answered_and_another_question_is_asked() -> None:
    engine = RecordedEngine(MockEngine(), recorded(scored(choice=CHOICE)))
    found = choose(engine)
    assert found.log_probabilities == (-0.693147, -math.inf, -0.693147)
    assert found.by_order == (found.log_probabilities,)
    assert (found.kind, found.reasoning, found.origin) == ("direct", ("hm",), "recorded")
    assert (found.prompt_tokens, found.reply_tokens) == (11, 5)
    assert math.isnan(found.seconds)
    asked = choose(engine, replace(QUESTION, caller=("firm_1", 2, 0)))
    assert asked.origin == "asked"


def test_a_recorded_distribution_may_lie_beside_the_log() -> None:
    content = encode_choice(CHOICE)
    digest = sha256(content).hexdigest()
    body = Round(((1,),), {}, decisions=(DecisionRecord("firm_1", (scored(reply_sha256=digest),)),))
    recording = recording_of([encode_entry(body, 1, 0)], {digest: content}.__getitem__)
    assert choose(RecordedEngine(MockEngine(), recording)).log_probabilities[0] == -0.693147
    recording = recording_of([encode_entry(body, 1, 0)], {digest: b"{}"}.__getitem__)
    with pytest.raises(Finding, match="no recorded choice"):
        choose(RecordedEngine(MockEngine(), recording))


@pytest.mark.parametrize("failure", ["error", "timeout", "overflow", "invalid"])
def test_a_question_that_brought_no_answer_is_recorded_as_that(failure: str) -> None:
    found = choose(RecordedEngine(MockEngine(), recorded(scored(failure=failure))))
    assert (found.failure, found.log_probabilities, found.origin) == (failure, (), "recorded")


def test_what_was_asked_otherwise_is_refused() -> None:
    engine = RecordedEngine(MockEngine(), recorded(scored(choice=CHOICE)))
    others = (
        replace(QUESTION, options=("a", "b")),
        replace(QUESTION, labelled=True),
        replace(QUESTION, lead="I "),
        replace(QUESTION, reasoning=9),
        replace(QUESTION, messages=(Message("user", "bye"),)),
    )
    for other in others:
        with pytest.raises(Finding, match="would ask something else"):
            choose(engine, other)
    with pytest.raises(Finding, match="would ask something else"):
        ask(engine, request())  # a reply where a distribution is recorded
    with pytest.raises(Finding, match="would ask something else"):
        choose(RecordedEngine(MockEngine(), recorded(call(reply="x"))))


def line(seq: int, text: str = "") -> bytes:
    return b'{"a":"%s","seq":%d}' % (text.encode(), seq)


def test_a_recorded_log_takes_the_recorded_entries_and_goes_on() -> None:
    inner = MemoryLog()
    log = RecordedLog(inner, [line(0), line(1)])
    log.append([line(0)])
    log.append([line(1), line(2)])
    assert log.put_blob(b"x") in inner.blobs
    assert log.close().size == 3
    assert inner.entries == [line(0), line(1), line(2)]


def test_a_recorded_log_refuses_the_first_entry_that_differs_and_hands_none_on() -> None:
    inner = MemoryLog()
    log = RecordedLog(inner, [line(0), line(1)])
    with pytest.raises(Finding, match="entry 1 comes out differently"):
        log.append([line(0), line(1, "other")])
    assert inner.entries == []


def test_a_recorded_log_cannot_end_before_what_is_recorded() -> None:
    log = RecordedLog(MemoryLog(), [line(0), line(1)])
    log.append([line(0)])
    with pytest.raises(Finding, match="ends after 1 entries; 2 are recorded"):
        log.close()


class Kept:
    """Openings in memory; the commitment is a hash that a reader of the test can follow."""

    def __init__(self, replies: dict[str, bytes]) -> None:
        self._replies = replies

    def commitment(self, seq: int, caller: tuple[str, int, int], prompt: bytes) -> str:
        return sha256(repr((seq, caller)).encode() + prompt).hexdigest()

    def reply(self, commitment: str) -> bytes | None:
        return self._replies.get(commitment)


def withheld(reply: str = "11" * 32, seq: int = 4):
    prompt = Kept({}).commitment(seq, ("firm_1", 1, 0), prompt_text(request()))
    body = Round(
        ((1,),),
        {},
        decisions=(
            DecisionRecord("firm_1", (CallRecord("mock", 11, 5, prompt_commitment=prompt, reply_commitment=reply),)),
        ),
    )
    return recording_of([encode_entry(body, 1, seq)], {}.__getitem__)


def test_a_withheld_reply_is_answered_from_where_it_is_kept() -> None:
    engine = RecordedEngine(MockEngine(), withheld(), Kept({"11" * 32: "später".encode()}))
    (completion,) = ask(engine, request())
    assert (completion.text, completion.prompt_tokens, completion.finish) == ("später", 11, "stop")


def test_a_withheld_reply_that_is_erased_is_asked_of_nobody() -> None:
    with pytest.raises(Finding, match=r"the reply to call 1 of agent firm_1 in round 1 was withheld") as refused:
        ask(RecordedEngine(MockEngine(), withheld(), Kept({})), request())
    assert "no model is asked twice" in refused.value.advice


@pytest.mark.parametrize("openings", [None, Kept({"11" * 32: b"{}"})])
def test_another_prompt_under_a_commitment_is_refused(openings: Kept | None) -> None:
    text = "hello" if openings is None else "hello again"
    with pytest.raises(Finding, match="would ask something else") as refused:
        ask(RecordedEngine(MockEngine(), withheld(), openings), request(text=text))
    assert "key store" in refused.value.advice
