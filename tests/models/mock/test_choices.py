"""What mocks find probable: closed forms, and what must not matter."""

import asyncio
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.models import Message, MockEngine, Question, open_engine
from agoranomos.models.mock.scores import drawn_scores, log_shares

ASKED = (Message("system", "You run a firm."), Message("user", "How much do you make?"))


def chosen(engine, options=("10", "20", "35"), **how):
    return asyncio.run(engine.choose(Question(ASKED, tuple(options), **how)))


@given(st.lists(st.floats(-30, 30), min_size=2, max_size=9), st.floats(0.05, 5))
def test_shares_are_a_softmax_at_the_temperature(scores, temperature):
    shares = [math.exp(share) for share in log_shares(scores, temperature)]
    assert sum(shares) == pytest.approx(1)
    for first, second in pairwise(scores):
        assert log_shares([first, second], temperature)[0] - log_shares([first, second], temperature)[1] == (
            pytest.approx((first - second) / temperature, abs=1e-9)
        )


def test_scores_belong_to_answers_and_not_to_places():
    assert drawn_scores("k", ["a", "b", "c"]) == drawn_scores("k", ["c", "b", "a"])[::-1]
    assert drawn_scores("k", ["a"]) != drawn_scores("other", ["a"])


def test_the_order_of_options_without_labels_does_not_matter():
    forth, back = chosen(MockEngine(), ("x", "y", "z")), chosen(MockEngine(), ("z", "y", "x"))
    assert forth.log_probabilities == pytest.approx(back.log_probabilities[::-1])


def test_a_low_temperature_sharpens():
    at_one, cold = chosen(MockEngine()), chosen(MockEngine(), temperature=0.1)
    assert max(cold.log_probabilities) > max(at_one.log_probabilities)


def test_labels_rotated_average_over_as_many_orders_as_options():
    answer = chosen(MockEngine(), labelled=True, orders="rotated")
    assert len(answer.by_order) == 3
    means = [sum(math.exp(row[option]) for row in answer.by_order) / 3 for option in range(3)]
    assert [math.exp(log) for log in answer.log_probabilities] == pytest.approx(means)
    assert len(set(answer.by_order)) == 3


def test_the_seed_counts_only_after_reasoning():
    direct = {chosen(MockEngine(), seed=seed).log_probabilities for seed in range(6)}
    thinking = [chosen(MockEngine(), seed=seed, reasoning=12) for seed in range(6)]
    assert len(direct) == 1
    assert len({answer.log_probabilities for answer in thinking}) > 1
    assert {answer.kind for answer in thinking} == {"after_reasoning"}
    assert all(0 < len(answer.reasoning[0]) <= 48 and answer.reply_tokens for answer in thinking)


def test_constant_finds_all_options_equally_probable():
    assert chosen(open_engine("mock/constant")).log_probabilities == pytest.approx([math.log(1 / 3)] * 3)


@pytest.mark.parametrize(("style", "failure"), [("failing", "error"), ("malformed", "invalid")])
def test_a_question_can_fail(style, failure):
    answer = chosen(open_engine(f"mock/{style}"))
    assert (answer.failure, answer.log_probabilities, answer.by_order) == (failure, (), ())
    answers = [chosen(open_engine(f"mock/{style}?rate=0.3"), seed=seed) for seed in range(200)]
    assert 30 <= sum(bool(answer.failure) for answer in answers) <= 90


def test_a_closed_mock_finds_nothing_probable():
    engine = MockEngine()
    asyncio.run(engine.close())
    assert chosen(engine).failure == "error"


def test_a_question_that_is_none_is_refused():
    with pytest.raises(UsageError, match="two options"):
        chosen(MockEngine(), ("only",))
