"""The most that a call may take: never less than it does take, by any vocabulary that covers bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.models import Message, Question, Request
from agoranomos.models.calls.budget import MESSAGE_TOKENS, TEMPLATE_TOKENS, most_tokens
from agoranomos.models.calls.prices import Price, price_of
from agoranomos.models.calls.spent import Spent, Use

REQUEST = Request((Message("user", "12345"),), max_tokens=60, temperature=1.0, seed=0)
FRAME = TEMPLATE_TOKENS + MESSAGE_TOKENS


def test_text_has_at_most_a_token_a_byte() -> None:
    assert most_tokens(REQUEST) == (FRAME + 5, 60)
    assert most_tokens(replace(REQUEST, messages=(Message("user", "über"),))) == (FRAME + 5, 60)
    assert most_tokens(replace(REQUEST, messages=(Message("user", "\ud800"),))) == (FRAME + 3, 60)
    assert most_tokens(replace(REQUEST, messages=REQUEST.messages * 2))[0] == FRAME + MESSAGE_TOKENS + 10


def test_thoughts_and_a_schema_in_words_are_counted() -> None:
    assert most_tokens(replace(REQUEST, reasoning=200)) == (2 * (FRAME + 5) + 200, 260)
    assert most_tokens(replace(REQUEST, schema={"type": "object"}))[0] == FRAME + 5 + len('{"type": "object"}')


def test_a_question_is_read_once_for_each_order_of_its_options() -> None:
    question = Question((Message("user", "?"),), ("yes", "no", "never"))
    assert most_tokens(question) == (FRAME + 1 + 10, 10)
    given = replace(question, labelled=True)
    rotated = replace(given, orders="rotated")
    assert most_tokens(rotated) == tuple(3 * tokens for tokens in most_tokens(given))
    read, written = most_tokens(rotated)
    assert most_tokens(replace(rotated, reasoning=100)) == (2 * (read - written) + 300 + written, written + 300)


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4), st.integers(0, 99))
def test_more_text_never_takes_less(texts: list[str], reasoning: int) -> None:
    messages = tuple(Message("user", text) for text in texts)
    shorter = most_tokens(replace(REQUEST, messages=messages, reasoning=reasoning))
    longer = most_tokens(replace(REQUEST, messages=(*messages, Message("user", "")), reasoning=reasoning + 1))
    assert all(more > less for less, more in zip(shorter, longer, strict=True))


def test_a_price_is_of_a_million_tokens() -> None:
    assert Price(prompt=0.5, reply=1.5).of(1_000_000, 2_000_000) == 3.5
    assert Price(prompt=3, reply=15).of(300, 60) == pytest.approx(0.0018, rel=1e-12)


def test_the_price_of_a_name_with_options_is_its_own_or_the_models() -> None:
    cheap, dear = Price(prompt=1, reply=1), Price(prompt=2, reply=2)
    prices = {"openai/a": cheap, "openai/a?base_url=elsewhere": dear}
    assert price_of("openai/a", prices) is cheap
    assert price_of("openai/a?concurrency=8", prices) is cheap
    assert price_of("openai/a?base_url=elsewhere", prices) is dear
    assert price_of("openai/b", prices) is None
    free = Price(prompt=0, reply=0)
    assert price_of("openai/a?x=1", {"openai/a?x=1": free, "openai/a": dear}) is free


def test_uses_add_up_and_come_apart() -> None:
    one, other = Use(1, 300, 20, 0.25), Use(2, 500, 40, 0.5)
    assert one + other == Use(3, 800, 60, 0.75)
    assert one + other - other == one
    assert (one + other).tokens == 860
    assert Spent({"a": one, "b": other}).total == one + other
    assert Spent().total == Use()
