"""Answers in replies, among them those that look like one and are none."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.scenarios.tool_use.answers import answer_schema, as_action, read_answer, read_both
from agoranomos.scenarios.tool_use.env import NO_ANSWER

READ = [
    ("12", 12),
    (" 12.0 ", 12),
    ("12.", 12),
    ("-5", -5),
    ("\u22125", -5),
    ("1,200", 1200),
    ("1,234,567.25", Fraction(4938269, 4)),
    ("3/4", Fraction(3, 4)),
    ("-3 / 4", Fraction(-3, 4)),
    ("1e3", 1000),
    ("$1,200", 1200),
    ("\\boxed{12}", 12),
    ("\\boxed{\\frac{3}{4}}", Fraction(3, 4)),
    ("First \\boxed{1}, but in truth \\boxed{-\\dfrac{3}{4}}.", Fraction(-3, 4)),
    ("The answer is 12.", 12),
    ("The answer is: **1,200**", 1200),
    ("The answer is x = 3", 3),
    ("3 + 4 = 7. The final answer is 7, since 7 > 6.", 7),
    ("Answer: 3/4", Fraction(3, 4)),
    ("Is the answer 5? No. The answer is 6", 6),
    ('{"answer": 12}', 12),
    ('{"answer": "12.0"}', 12),
    ('```json\n{"answer": "3/4"}\n```', Fraction(3, 4)),
    ('I first took {"answer": 1}, now {"answer": 2}.', 2),
    ('<think>{"answer": 1}</think>{"answer": 2}', 2),
    ('{"answer": 2} The answer is 3.', 2),
    ('{"answer": 2} {"answer": ', 2),
    ("\\boxed{4} The answer is 5.", 4),
    ('{"steps": [{"answer": "3"}], "answer": "12"}', 12),
    ('{"answer": "12", "check": {"answer": "13"}}', 12),
    ('{"result": {"answer": "12"}}', 12),
    ('{"answer": "5"} or {"answer": 5}', 5),
    ('{"answer": "5"} is wrong. {"answer": "6"}', 6),
    ("{'Answer': '12'}", 12),
    ("The answer is 12 apples, of which 3 are green.", 12),
    ("The answer is 7.\n2 + 5 = 7", 7),
]
NOT_READ = [
    "",
    "I do not know.",
    "3 or 4",
    "It is between 3 and 4",
    "Step 1: add. Step 2: divide.",
    "1,20",
    "12,00",
    "12/0",
    "3/4/5",
    "The answer is 1.2.3",
    "The answer is not 5",
    "12 apples",
    '{"answer": "twelve"}',
    '{"answer": null}',
    '{"answer": true}',
    '{"answer": [12]}',
    '{"answer": "\\\\boxed{}"} ',
    "1e99999999",
    "9" * 5000,
    "<think>The answer is 5</think>",
    '<think>{"answer": 5}',
    "\\boxed{}",
    "\\boxed{\\text{none}}",
    '{"answer": "5"} or {"answer": "6"}',
    '{"answer": "5", "answer": "6"}',
    '[{"answer": 1}, {"answer": 2}]',
    '{"answer": ' + "9" * 400 + "}",
    '{"answer": ' + "9" * 5000 + "}",
    '{"answer": 1e400}',
    '{"answer": NaN}',
    "The answer is 3 1/2",
    "The answer is 5 or 6",
    "The answer is 3, 4",
    "The answer is 3 + 4 = 7",
    "The answer is 12 * 10^3",
    "The answer is 1,20",
]


@pytest.mark.parametrize(("reply", "value"), READ)
def test_what_is_an_answer_is_read_exactly(reply, value):
    assert read_answer(reply) == value


@pytest.mark.parametrize("reply", NOT_READ)
def test_what_is_none_is_not_read(reply):
    assert read_answer(reply) is None


@pytest.mark.parametrize(
    ("reply", "action", "failed"),
    [
        ('{"route": "tool", "answer": "3/4"}', (1.0, 0.75), None),
        ('{"route": "Direct", "answer": 12}', (0.0, 12.0), None),
        ('{"route": "tool", "answer": 1} no: {"route": "direct", "answer": 2}', (0.0, 2.0), None),
        ('{"route": "tool", "answer": "12", "check": {"route": "direct", "answer": "13"}}', (1.0, 12.0), None),
        ('{"reply": {"route": "tool", "answer": 3}}', (1.0, 3.0), None),
        ('<think>{"route": "direct", "answer": 1}</think>{"route": "tool", "answer": 3}', (1.0, 3.0), None),
        ('{"route": "tool", "answer": 1} or {"route": "direct", "answer": 1}', None, "invalid"),
        ('{"route": "tool", "answer": 1} No: {"answer": 2}', None, "invalid"),
        ('{"route": "tool"}<think>so</think>{"answer": 2}', None, "invalid"),
        ('{"route": ["tool"], "answer": 1}', None, "invalid"),
        ('{"route": "both", "answer": 1}', None, "invalid"),
        ('{"route": "tool"}', None, "invalid"),
        ('{"route": "tool", "answer": "many"}', None, "invalid"),
        ("12", None, "invalid"),
        ("", None, "empty"),
        ("I'm sorry, but I can't help with that.", None, "refusal"),
    ],
)
def test_route_and_answer_are_read_together(reply, action, failed):
    found = read_both(reply, ("direct", "tool"))
    assert (found.action, found.failed) == (action, failed)


def test_what_is_cut_off_is_told_from_what_is_wrong():
    assert read_both('{"route": "tool", "ans', ("direct", "tool"), finished=False).failed == "truncated"


@pytest.mark.parametrize(
    ("reply", "value"),
    [
        ("The answer is 1234", None),
        ("1234", None),
        ("\\boxed{1234}", None),
        ('{"answer": "12"}', 12),
        ('```json\n{"answer": "12"}\n```', 12),
        ('{"answer": "12"} would be the sum, but', None),
        ('<think>{"answer": "12"}', None),
    ],
)
def test_of_what_is_cut_off_counts_the_object_that_ends_it(reply, value):
    assert read_answer(reply, finished=False) == value
    both = reply.replace('{"', '{"route": "tool", "')
    assert read_both(both, ("direct", "tool"), finished=False).action == (None if value is None else (1.0, value))


def test_an_answer_beyond_all_items_is_no_item_s_answer():
    assert as_action(Fraction(10**30)) == -NO_ANSWER
    assert as_action(Fraction(-(10**30))) == NO_ANSWER


def test_the_schema_lets_through_what_is_read():
    import re

    pattern = answer_schema()["properties"]["answer"]["pattern"]
    for text in ("0", "12", "-12.5", "3/4", "-251/8", "168770604"):
        assert re.search(pattern, text)
        assert read_answer(f'{{"answer": "{text}"}}') == Fraction(text)
    assert not re.search(pattern, "12/0")


NUMBERS = st.fractions(-(10**9), 10**9, max_denominator=10**6)
WAYS = (
    "{}",
    "{}.",
    '{{"answer": "{}"}}',
    '{{"answer": "1"}} is wrong: {{"answer": "{}"}}',
    "\\boxed{{{}}}",
    "<think>It is 5. The answer is 5.</think>The answer is {}.",
    "After 3 steps and 2 checks, the final answer is: {}",
)


@given(NUMBERS, st.sampled_from(WAYS))
def test_every_number_is_read_from_every_way_of_saying_it(number, way):
    assert read_answer(way.format(number)) == number


@given(st.integers(-(10**9), 10**9), st.sampled_from(WAYS))
def test_thousands_may_be_set_apart(number, way):
    assert read_answer(way.format(f"{number:,}")) == number


@given(st.text() | st.text('0123456789/.,-+{}"\\eE answrixbod:<>tkh'))
def test_nothing_that_is_written_stops_the_reading(text):
    found = read_answer(text)
    assert found is None or isinstance(found, Fraction)
    assert read_answer(text, finished=False) in (None, found)
    assert read_both(text, ("direct", "tool")).action is None or '"' in text
