"""Replies that say something beside their choice: what is chosen, and what is said."""

import pytest

from agoranomos.scenarios.option import Option
from agoranomos.scenarios.stated import read_stated, stated_schema, written_stated

OPTIONS = (Option("A", "the lamp", (0.0, 0.0), False), Option("B", "the torch", (1.0, 0.0), True))
KEY = "reason"


@pytest.mark.parametrize(
    ("reply", "action", "text"),
    [
        ('{"reason": "It lasts.", "choice": "A"}', (0.0, 0.0), "It lasts."),
        ('{"choice": "B", "reason": "It is \\"new\\"."}', (1.0, 0.0), 'It is "new".'),
        ('<think>{"reason": "hidden", "choice": "A"}</think>{"reason": "said", "choice": "B"}', (1.0, 0.0), "said"),
        ('I take the lamp because it lasts. {"choice": "A"}', (0.0, 0.0), "I take the lamp because it lasts."),
        ('{"choice": "A"}', (0.0, 0.0), ""),
        ('{"reason": 7, "choice": "A"}', (0.0, 0.0), ""),
        ('{"reason": "first", "choice": "A"} No: {"reason": "second", "choice": "B"}', (1.0, 0.0), "second"),
        ("{'reason': 'plain', 'choice': 'B'}", (1.0, 0.0), "plain"),
        ('{"reason": "nothing chosen"}', None, "nothing chosen"),
        ("I cannot help with that.", None, "I cannot help with that."),
        ("", None, ""),
        ("{{{{", None, ""),
    ],
)
def test_choice_and_text_are_read(reply, action, text):
    stated = read_stated(reply, OPTIONS, KEY)
    assert (stated.answer.action, stated.text) == (action, text)


def test_what_is_cut_off_chooses_nothing():
    stated = read_stated('{"reason": "It lasts, and', OPTIONS, KEY, finished=False)
    assert (stated.answer.action, stated.answer.failed) == (None, "truncated")


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("text", ["", "plain", 'with "quotes" and {braces}', "é\nnew line"])
def test_what_is_written_is_read(option, text):
    stated = read_stated(written_stated(option, KEY, text), OPTIONS, KEY)
    assert stated.answer.action == option.action
    assert stated.text == text.strip()


def test_the_schema_asks_for_the_text_before_the_choice():
    schema = stated_schema(OPTIONS, KEY, 120)
    assert list(schema["properties"]) == [KEY, "choice"]
    assert schema["required"] == [KEY, "choice"]
    assert schema["properties"][KEY] == {"type": "string", "maxLength": 120}
    assert schema["additionalProperties"] is False
