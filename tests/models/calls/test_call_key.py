"""A call's address: every part of it alone makes another one, and nothing else does."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.models import Completion, Distribution, Message, Question, Request, questions
from agoranomos.models.calls.call_key import NO_PART, asked_json, call_key, identity_digest
from agoranomos.models.calls.store import CallStore

IDENTITY = '{"template":"1","tokenizer":"2","weights":"3"}'
REQUEST = Request(
    (Message("system", "Rules."), Message("user", "Round 3.")),
    max_tokens=60,
    temperature=0.7,
    seed=11,
    schema={"type": "object", "properties": {"quantity": {"type": "number"}, "why": {"type": "string"}}},
)
QUESTION = Question((Message("user", "Share?"),), ("yes", "no"), seed=4, reasoning=32)

OTHERWISE: dict[type, dict[str, list[Any]]] = {
    Request: {
        "messages": [
            (Message("system", "Rules."), Message("user", "Round 4.")),
            (Message("system", "Rules."), Message("assistant", "Round 3.")),
            (Message("user", "Round 3."), Message("system", "Rules.")),
            (Message("system", "Rules.Round 3."),),
            (Message("system", "Rules."), Message("user", "Round 3."), Message("user", "")),
        ],
        "max_tokens": [61],
        "temperature": [0.0, 0.7000000000000001],
        "seed": [12],
        "schema": [
            None,
            {},
            {"type": "object", "properties": {"quantity": {"type": "integer"}, "why": {"type": "string"}}},
            # The same members in another order: a constrained reply has its own in that order.
            {"type": "object", "properties": {"why": {"type": "string"}, "quantity": {"type": "number"}}},
        ],
        "top_p": [0.9],
        "reasoning": [32],
    },
    Question: {
        "messages": [(Message("user", "Share!"),)],
        "options": [("no", "yes"), ("yes", "no", "perhaps"), ("yesno",), ("yes", "No")],
        "seed": [5],
        "temperature": [0.5],
        "lead": [" "],
        "tail": [" "],
        "labelled": [True],
        "orders": ["rotated"],
        "reasoning": [33],
    },
}
CHANGES = [
    pytest.param(base, replace(base, **{name: value}), id=f"{type(base).__name__}.{name}-{number}")
    for base in (REQUEST, QUESTION)
    for name, values in OTHERWISE[type(base)].items()
    for number, value in enumerate(values)
]


def key(asked: Request | Question, identity: str = IDENTITY) -> bytes:
    return call_key(identity_digest(identity), asked_json(asked))


@pytest.mark.parametrize("kind", [Request, Question])
def test_every_field_is_a_part_or_named_as_none(kind: type) -> None:
    assert {field.name for field in fields(kind)} == set(OTHERWISE[kind]) | NO_PART


@pytest.mark.parametrize(("base", "changed"), CHANGES)
def test_every_part_changed_alone_makes_another_address(base: Any, changed: Any) -> None:
    assert key(changed) != key(base)


def test_none_of_them_finds_what_another_was_answered(tmp_path: Path) -> None:
    store = CallStore.open(tmp_path)
    calls, others = store.of(IDENTITY), store.of(IDENTITY.replace("3", "4"))
    assert calls is not None
    assert others is not None
    calls.keep(REQUEST, Completion("12", 300, 2, "stop", 0.5))
    calls.keep(QUESTION, Distribution(QUESTION.options, (-0.1, -2.4), ((-0.1, -2.4),), "after_reasoning", 300, 40, 0.5))
    for written in (False, True):
        if written:
            store.flush()
        for _, changed in (param.values for param in CHANGES):
            assert calls.find(changed) is None
        for asked in (REQUEST, QUESTION):
            assert calls.find(asked) is not None
            assert others.find(asked) is None
    store.close()


def test_all_of_these_addresses_differ() -> None:
    every = [REQUEST, QUESTION, *(changed for _, changed in (param.values for param in CHANGES))]
    assert len({key(asked) for asked in every}) == len(every)


@pytest.mark.parametrize("part", ["template", "tokenizer", "weights"])
def test_another_model_has_other_addresses(part: str) -> None:
    other = IDENTITY.replace(f'"{part}":"', f'"{part}":"x')
    assert key(REQUEST, other) != key(REQUEST)
    assert key(QUESTION, other) != key(QUESTION)


@pytest.mark.parametrize("asked", [REQUEST, QUESTION], ids=["request", "question"])
def test_who_asks_makes_no_difference(asked: Request | Question) -> None:
    assert key(replace(asked, caller=("firm_2", 9, 1), player=lambda way: way)) == key(asked)


def test_the_seed_of_a_question_counts_only_where_something_is_drawn() -> None:
    direct = replace(QUESTION, reasoning=0)
    assert key(direct) == key(replace(direct, seed=99))
    assert key(QUESTION) != key(replace(QUESTION, seed=99))


def test_another_wording_of_the_list_is_another_call(monkeypatch: pytest.MonkeyPatch) -> None:
    labelled, written = replace(QUESTION, labelled=True), key(QUESTION)
    before = key(labelled)
    monkeypatch.setattr(questions, "LETTERS", "abc")
    assert key(labelled) != before
    assert key(QUESTION) == written


def test_an_address_is_the_same_tomorrow_and_elsewhere() -> None:
    # Another number here makes every answer that users have kept unfindable: it must not happen unnoticed.
    assert key(REQUEST).hex() == "3f6e6256de7205a314720f525d4440686fd21d3fdf19b7c388258ad9e01937ec"
    assert key(QUESTION).hex() == "0ba98924acc3a2ab676a462a75f45b32fcfdc4bbcfcc80a73927de101861ac16"


def test_half_characters_are_not_the_character_that_they_spell() -> None:
    def said(text: str) -> Request:
        return replace(REQUEST, messages=(Message("user", text),))

    assert key(said("\ud83d\ude00")) != key(said("\U0001f600"))
    assert key(said("\ud83d")) != key(said("?"))


texts = st.text(max_size=8)
messages = st.lists(st.tuples(texts, texts), max_size=3)


@given(messages, messages)
def test_two_conversations_share_an_address_only_if_they_are_the_same(one: Any, other: Any) -> None:
    def asked(spoken: Any) -> Request:
        return replace(REQUEST, messages=tuple(Message(*message) for message in spoken))

    assert (key(asked(one)) == key(asked(other))) == (one == other)
