"""Distributions over letters from listed tokens."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.models.served.letters import MOST_MISSING, Scored, Unscored, score

LOGS = st.floats(min_value=-30, max_value=0)


@given(st.lists(LOGS, min_size=2, max_size=8), st.floats(min_value=0.2, max_value=5))
def test_it_is_the_softmax_of_the_letters_logs_over_the_temperature(logs, temperature):
    letters = "ABCDEFGH"[: len(logs)]
    scored = score([*zip(letters, logs, strict=True), ("the", -0.1)], letters, temperature)
    assert isinstance(scored, Scored)
    weights = [math.exp(log / temperature) for log in logs]
    for log, weight in zip(scored.log_probabilities, weights, strict=True):
        assert math.exp(log) == pytest.approx(weight / sum(weights), rel=1e-9, abs=1e-12)
    assert scored.note == ""


def test_a_letter_as_written_counts_and_one_after_a_space_only_where_none_is():
    top = [("A", -1.0), (" A", -0.1), ("B", -1.0), (" B", -9.0)]
    assert score(top, "AB", 1.0).log_probabilities == pytest.approx([math.log(0.5)] * 2)
    spaced = [(" A", -1.0), ("\u2581B", -1.0), ("a", -0.1)]
    assert score(spaced, "AB", 1.0).log_probabilities == pytest.approx([math.log(0.5)] * 2)


def test_after_a_lead_that_ends_with_a_space_the_letter_has_it():
    top = [("A", -1.0), ("B", -5.0), (" A", -3.0), (" B", -3.0)]
    assert score(top, "AB", 1.0, spaced=True).log_probabilities == pytest.approx([math.log(0.5)] * 2)


def test_a_letter_that_is_not_listed_gets_its_bound_and_is_named():
    scored = score([("A", -0.001), ("the", -7.0), ("x", -12.0)], "AB", 1.0)
    assert isinstance(scored, Scored)
    assert scored.log_probabilities[1] - scored.log_probabilities[0] == pytest.approx(-11.999)
    assert scored.note.startswith("B not among its 3 likeliest tokens")
    assert math.fsum(math.exp(log) for log in scored.log_probabilities) == pytest.approx(1)


def test_letters_that_could_hold_more_than_a_hundredth_leave_no_answer():
    edge = math.log(MOST_MISSING / (1 - MOST_MISSING))
    assert isinstance(score([("A", 0.0), ("x", edge - 0.01)], "AB", 1.0), Scored)
    unscored = score([("A", 0.0), ("x", edge + 0.01)], "AB", 1.0)
    assert isinstance(unscored, Unscored)
    assert "B not among" in unscored.words


def test_a_higher_temperature_gives_what_is_not_listed_more():
    top = [("A", 0.0), ("x", -8.0)]
    assert isinstance(score(top, "AB", 1.0), Scored)
    assert isinstance(score(top, "AB", 4.0), Unscored)


@pytest.mark.parametrize(
    ("top", "words"),
    [
        ([], "no tokens"),
        ([("the", -1.0)], "none of the letters A to B"),
        ([("A", -math.inf), ("B", -math.inf)], "possible"),
    ],
)
def test_a_list_without_letters_leaves_no_answer(top, words):
    unscored = score(top, "AB", 1.0)
    assert isinstance(unscored, Unscored)
    assert words in unscored.words
