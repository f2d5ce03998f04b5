"""A script says what is replied, to whom and when; what it leaves open is refused and never made up."""

import asyncio
import json
import math
from pathlib import Path

import pytest

from agoranomos.conformance.engine_asking import SCHEMA, ask
from agoranomos.errors import DocumentError, UsageError
from agoranomos.models import Message, Question, Request, open_engine
from agoranomos.workspace import Workspace

ASKED = (Message("user", "What now?"),)


def engine(folder: Path, *lines):
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    (folder / "replies.jsonl").write_text(text)
    return open_engine(f"mock/scripted?replies={folder / 'replies.jsonl'}")


def said(found, *caller):
    return ask(found, [Request(ASKED, 96, 1.0, 1, SCHEMA, caller)])[0]


def chosen(found, caller, **how):
    return asyncio.run(found.choose(Question(ASKED, ("stay", "go"), caller=caller, **how)))


def test_the_first_line_that_fits_is_said(tmp_path):
    found = engine(
        tmp_path,
        {"agent": "firm_1", "round": 2, "reply": {"a": 1}},
        {"round": 2, "call": 1, "reply": "I'm sorry, I can't."},
        "",
        {"round": 2, "reply": ""},
        {"agent": "firm_2", "reply": {"a": 4}},
        {"reply": {"a": 5}},
        {"agent": "firm_1", "round": 9, "reply": {"a": 6}},
    )
    assert said(found, "firm_1", 2, 0).text == '{"a":1}'
    assert said(found, "firm_1", 2, 1).text == '{"a":1}'
    assert said(found, "firm_2", 2, 1).text == "I'm sorry, I can't."
    assert said(found, "firm_2", 2, 0).text == ""
    assert said(found, "firm_2", 3, 0).text == '{"a":4}'
    assert said(found, "firm_1", 9, 0).text == '{"a":5}'


def test_options_and_probabilities_answer_questions(tmp_path):
    found = engine(
        tmp_path,
        {"round": 1, "option": "go"},
        {"round": 2, "probabilities": {"go": 0.75, "stay": 0.25}},
        {"round": 3, "option": "fly"},
        {"round": 4, "probabilities": {"go": 1.0}},
    )
    assert chosen(found, ("a", 1, 0)).log_probabilities == pytest.approx([math.log(1 / 1001), math.log(1000 / 1001)])
    exact = chosen(found, ("a", 2, 0), labelled=True, orders="rotated")
    assert [math.exp(log) for log in exact.log_probabilities] == pytest.approx([0.25, 0.75])
    for caller in (("a", 3, 0), ("a", 4, 0)):
        with pytest.raises(UsageError, match="the options are"):
            chosen(found, caller)


def test_silence_is_refused_with_the_line_that_would_end_it(tmp_path):
    found = engine(tmp_path, {"agent": "firm_1", "reply": "x"}, {"agent": "firm_1", "option": "go"})
    with pytest.raises(UsageError, match="holds no reply for firm_2 in round 3, call 1") as refused:
        said(found, "firm_2", 3, 1)
    assert '{"reply": ...}' in refused.value.advice
    with pytest.raises(UsageError, match="holds no option for firm_2"):
        chosen(found, ("firm_2", 1, 0))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "no JSON object"),
        ("[1]", "mapping"),
        ({"agent": "a"}, "one of reply, option and probabilities"),
        ({"reply": "x", "option": "y"}, "one of reply, option and probabilities"),
        ({"rond": 1, "reply": "x"}, "rond"),
        ({"round": -1, "reply": "x"}, "at least 0"),
        ({"probabilities": {"a": 0.5, "b": 0.6}}, "sum to 1"),
        ({"probabilities": {"a": 1.0, "b": 0.0}}, "above 0"),
        ({"probabilities": {}}, "sum to 1|above 0"),
    ],
)
def test_a_bad_line_is_named_with_its_number(tmp_path, line, words):
    with pytest.raises(DocumentError, match=words) as refused:
        engine(tmp_path, {"reply": "fine"}, line)
    assert "replies.jsonl:2" in str(refused.value)


def test_a_file_lies_in_the_workspace(tmp_path):
    (tmp_path / "said.jsonl").write_text('{"reply": "hello"}\n')
    found = open_engine("mock/scripted?replies=said.jsonl", Workspace(tmp_path, "lab"))
    assert said(found, "a", 1, 0).text == "hello"
    with pytest.raises(UsageError, match="no such file"):
        open_engine("mock/scripted?replies=sad.jsonl", Workspace(tmp_path, "lab"))
