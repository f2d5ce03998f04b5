"""What a reply proposes and comments, and how friendly a comment is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.scenarios import group_bargaining_v0
from agoranomos.scenarios.group_bargaining import mean_sentiment, sentiment
from agoranomos.scenarios.replies import Answer

READ = [
    ('{"value": 60}', 60),
    ('<think>{"value": 10}</think>{"value": 60}', 60),
    ('I could say {"value": 10}, but I say {"value": 60}.', 60),
    ('```json\n{"value": 60}\n```', 60),
    ('{"value": 60.0}', 60),
    ('{"value": "60"}', 60),
    ('{"comment": "fine", "value": 0}', 0),
    ('{"value": 60} {"value": 60}', 60),
]
UNREAD = [
    ("", "empty"),
    ("sixty", "invalid"),
    ("60", "invalid"),
    ('{"value": 101}', "invalid"),
    ('{"value": -1}', "invalid"),
    ('{"value": 60.5}', "invalid"),
    ('{"value": true}', "invalid"),
    ('{"value": null}', "invalid"),
    ('{"value": NaN}', "invalid"),
    ('{"value": [60]}', "invalid"),
    ('{"value": "a lot"}', "invalid"),
    ('{"value": 60, "value": 40}', "invalid"),
    ('{"value": 60} or {"value": 40}', "invalid"),
    ("I am sorry, but I cannot help with that.", "refusal"),
]


@pytest.fixture
def scenario():
    return group_bargaining_v0.parallel_env(talk={"characters": 40})


@pytest.mark.parametrize(("reply", "value"), READ)
def test_a_number_is_read(scenario, reply, value):
    assert scenario.read("bargainer_1", reply) == Answer((float(value),))


@pytest.mark.parametrize(("reply", "failed"), UNREAD)
def test_what_is_no_number_of_the_scale_or_two_of_them_is_not_read(scenario, reply, failed):
    assert scenario.read("bargainer_1", reply) == Answer(None, failed)


@pytest.mark.parametrize("digits", [309, 310, 400, 4000])
def test_a_number_too_large_to_be_any_is_off_the_scale(scenario, digits):
    reply = '{"value": ' + "1" * digits + "}"
    assert scenario.read("bargainer_1", reply).action is None


def test_what_was_cut_off_says_so(scenario):
    for reply in ('{"val', 'The form is {"value": 60}. Hmm, the', 'Say {"value": 60} or {"value": 70}'):
        assert scenario.read("bargainer_1", reply, finished=False).failed == "truncated"
    assert scenario.read("bargainer_1", 'I say {"value": 60}.', finished=False).action == (60.0,)


@given(st.integers(0, 100))
def test_what_is_written_is_read_and_fits_the_schema(value):
    scenario = group_bargaining_v0.parallel_env()
    written = scenario.written("bargainer_1", (float(value),))
    assert scenario.read("bargainer_1", written) == Answer((float(value),))
    schema = scenario.reply_schema("bargainer_1")
    assert set(json.loads(written)) == set(schema["required"]) == {"value"}
    bounds = schema["properties"]["value"]
    assert bounds["minimum"] <= value <= bounds["maximum"]


@given(st.text(max_size=200))
def test_no_reply_breaks_the_reader(text):
    scenario = group_bargaining_v0.parallel_env(talk={"characters": 40})
    answer = scenario.read("bargainer_1", text)
    assert (answer.action is None) == (answer.failed is not None)
    assert len(scenario.spoken("bargainer_1", text)) <= 40


def test_a_comment_is_heard_by_those_who_listen(scenario):
    said = scenario.spoken("bargainer_1", '{"value": 60, "comment": "That is\\nnot fair at all, and I say so loudly"}')
    assert said == "That is not fair at all, and I say so lo"
    assert scenario.spoken("bargainer_1", "no comment") == ""
    assert group_bargaining_v0.parallel_env().spoken("bargainer_1", '{"value": 1, "comment": "hello"}') == ""
    assert "comment" in scenario.reply_schema("bargainer_1")["required"]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("A fair and good offer, thank you.", 1.0),
        ("Greedy and unfair!", -1.0),
        ("That is not fair.", -1.0),
        ("I don't agree", -1.0),
        ("It isn't so bad.", 1.0),
        ("Fair, but selfish.", 0.0),
        ("Fair and reasonable, if stubborn.", 1 / 3),
        ("Sixty.", 0.0),
        ("", 0.0),
    ],
)
def test_the_tone_of_a_comment(comment, expected):
    assert sentiment(comment) == pytest.approx(expected)


@given(st.lists(st.text(max_size=60), max_size=5))
def test_the_mean_tone_lies_between_minus_one_and_one(comments):
    mean = mean_sentiment(comments)
    assert (mean is None) == all(not comment.strip() for comment in comments)
    assert mean is None or -1 <= mean <= 1


def test_metrics_are_all_that_is_carried_into_the_next_question_of_the_faithful_form():
    faithful = group_bargaining_v0.parallel_env(
        metrics="question", talk={"characters": 40}, sees={"others_actions": "nothing"}
    )
    faithful.reset(seed=1)
    seen = faithful.step(dict(zip(faithful.agents, (70, 70, 70, 70, 60, 60, 60, 60), strict=True)))[0]["bargainer_1"]
    heard = {"bargainer_1": "Greedy!", "bargainer_2": "Fair.", "bargainer_3": "", "bargainer_4": "Good, but stubborn."}
    asked = faithful.question("bargainer_1", {**seen, "messages": heard})
    assert "Your score of the last round is 0.3." in asked
    assert "mean tone of 0.5" in asked, "of the others, and of those who said something"
    assert "bargainer_" not in asked
    told = faithful.feedback("bargainer_1", {**seen, "messages": heard})
    assert told == "You proposed 70. The value is now 65."


def test_each_move_stands_under_each_letter_once():
    scenario = group_bargaining_v0.parallel_env(moves=(-10, 0, 10))
    orders = [[option.action for option in turned.options("bargainer_1")] for turned in scenario.orders()]
    assert len(orders) == 3
    assert all(len(set(column)) == 3 for column in zip(*orders, strict=True))
    assert [option.violates for option in scenario.options("bargainer_1")] == [True, True, False]
    assert [option.violates for option in scenario.options("bargainer_8")] == [False, True, True]
    assert group_bargaining_v0.parallel_env().orders()[0].options("bargainer_1") == ()
