"""What a reply in words chooses: adversarial replies, the defects of the released parser, and that nothing raises."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agoranomos.scenarios import Option
from agoranomos.scenarios.replies import choice_schema, read_choice, written_choice

A, B = '{"choice": "A"}', '{"choice": "B"}'
LETTERS = (Option("A", "slow route", (0.0,), False), Option("B", "fast route", (1.0,), True))
MONEY = (Option("keep money", "keep money", (0.0,), False), Option("invest money", "invest money", (1.0,), True))
NESTED = (Option("keep", "keep", (0.0,), False), Option("keep all", "keep all", (1.0,), True))
GREEK = (Option("ναι", "ναι", (0.0,), False), Option("Straße", "Straße", (1.0,), True))
SIGNS = (Option("+", "more", (0.0,), False), Option("-", "less", (1.0,), True))
NUMBERS = (Option("1", "one", (0.0,), False), Option("2", "two", (1.0,), True))
QUOTED = (Option('say "no"', "refuse", (0.0,), False), Option("say 'yes'", "accept", (1.0,), True))
CASES = (Option("a", "small", (0.0,), False), Option("A", "large", (1.0,), True))

READ: list[tuple[str, Sequence[Option], int]] = [
    # The answer as it was asked for, and dressed up.
    (A, LETTERS, 0),
    (B, LETTERS, 1),
    (f"  \n\t{B}\n\n", LETTERS, 1),
    (f"```json\n{B}\n```", LETTERS, 1),
    (f"```\n{A}\n```\nDone.", LETTERS, 0),
    (f"**Answer:** `{A}`.", LETTERS, 0),
    ('{\n  "choice":\n\t"B"\n}', LETTERS, 1),
    ('{"choice":"B","reason":"it pays"}', LETTERS, 1),
    ('{"reason": "it says {\\"choice\\": \\"A\\"}", "choice": "B"}', LETTERS, 1),
    ('{"reason": "braces } and { in a text", "choice": "A"}', LETTERS, 0),
    # Both options quoted, then decided (A8.3).
    (f"I can answer {A} or {B}. I decide: {B}", LETTERS, 1),
    (f"I can answer {B} or {A}. I decide: {A}", LETTERS, 0),
    (f"The format was {A} or {B}.\nFinal answer:\n{A}", LETTERS, 0),
    (f"First I thought {A}. No, wait: {B}", LETTERS, 1),
    (f"Answer with {A} or {B}. {B} earns more, so {B}", LETTERS, 1),
    (f"{A} {A}", LETTERS, 0),
    # Thoughts (A8.3: the format line quoted in a trace).
    (f"<think>The format is {A}. I take B.</think>{B}", LETTERS, 1),
    (f"<think>\n{A} or {B}?\n</think>\n\n{A}", LETTERS, 0),
    (f"Answer {A} came to mind.</think>{B}", LETTERS, 1),
    (f"<think>one {A}</think> hm <think>two {A}</think> {B}", LETTERS, 1),
    (f"<THINK>{A}</THINK>{B}", LETTERS, 1),
    (f"<thinking>{A}</thinking>{B}", LETTERS, 1),
    (f"< think >{A}< / think >{B}", LETTERS, 1),
    (f"{B} <think>was that wise? {A}", LETTERS, 1),
    (f"{B} <think>was that wise? {A}</think>", LETTERS, 1),
    (f"{B} <think>was that wise?</think> Yes, it was.", LETTERS, 1),
    (f"<think>a tag </think> inside {A} </think> {B}", LETTERS, 1),
    (f"<think>a <think> inside {A} </think>{B}", LETTERS, 1),
    # Case, punctuation, the option's own words.
    ('{"choice": "b"}', LETTERS, 1),
    ('{"Choice": "B"}', LETTERS, 1),
    ('{"CHOICE ": " B. "}', LETTERS, 1),
    ('{"choice": "(B)"}', LETTERS, 1),
    ('{"choice": "Option B"}', LETTERS, 1),
    ('{"choice": "B: fast route"}', LETTERS, 1),
    ('{"choice": "B) Fast Route!"}', LETTERS, 1),
    ('{"choice": "fast route"}', LETTERS, 1),
    ('{"choice": "\uff22"}', LETTERS, 1),
    ('{"choice": ["B"]}', LETTERS, 1),
    ('{"choice": "\\u0042"}', LETTERS, 1),
    # Objects in objects, twice, in lists.
    ('{"answer": {"choice": "B"}}', LETTERS, 1),
    ('{"choice": "A", "rejected": {"choice": "B"}}', LETTERS, 0),
    ('{"steps": [{"choice": "B"}], "sure": true}', LETTERS, 1),
    ('{"choice": "B", "choice": "B"}', LETTERS, 1),
    (f"[{B}]", LETTERS, 1),
    (f"{B} is what I say. {{not json}}", LETTERS, 1),
    (f'{{"draft": 1}} {B} {{"notes": 2}}', LETTERS, 1),
    # No JSON, and yet in one way only.
    ("{'choice': 'B'}", LETTERS, 1),
    ('{"choice": "B",}', LETTERS, 1),
    ("{choice: B}", LETTERS, 1),
    ("{“choice”: “B”}", LETTERS, 1),
    ("{'choice': 'B', 'reason': 'it pays',}", LETTERS, 1),
    (f"{B}, that is {{'choice': 'B'}}", LETTERS, 1),
    # Options of several words (A8.4), and one that begins like another.
    ('{"choice": "keep money"}', MONEY, 0),
    ('{"choice": invest money}', MONEY, 1),
    ('{"choice": "Invest Money."}', MONEY, 1),
    ("{'choice': 'keep money'}", MONEY, 0),
    ('{"choice": "keep"}', NESTED, 0),
    ('{"choice": "keep all"}', NESTED, 1),
    # Other scripts, signs, numbers, quotes.
    ('{"choice": "ναι"}', GREEK, 0),
    ('{"choice": "ΝΑΙ"}', GREEK, 0),
    ('{"choice": "STRASSE"}', GREEK, 1),
    ('{"choice": "\\u03bd\\u03b1\\u03b9"}', GREEK, 0),
    ('{"choice": "+"}', SIGNS, 0),
    ('{"choice": "less"}', SIGNS, 1),
    ('{"choice": 2}', NUMBERS, 1),
    ('{"choice": "say \\"no\\""}', QUOTED, 0),
    ('{"choice": "say \'yes\'"}', QUOTED, 1),
    ('{"choice": "a"}', CASES, 0),
    ('{"choice": "A"}', CASES, 1),
    ("\ud83d " + B + " \udc00", LETTERS, 1),
    (f"\x00\x1b[0m{B}", LETTERS, 1),
    (f"I can't be certain, but {B}", LETTERS, 1),
]

NOT_READ: list[tuple[str, Sequence[Option], str]] = [
    ("", LETTERS, "empty"),
    (" \n\u00a0", LETTERS, "empty"),
    ("<think></think>", LETTERS, "empty"),
    (f"<think>I never come to an end {A}", LETTERS, "empty"),
    (f"{A} </think>", LETTERS, "empty"),
    ("I'm sorry, but I can't help with breaking rules.", LETTERS, "refusal"),
    ("As an AI, I earn nothing.", LETTERS, "refusal"),
    ("<think>{}</think>I won\u2019t choose.", LETTERS, "refusal"),
    # Two final answers are none.
    (f"{A} {B}", LETTERS, "invalid"),
    (f"{A} or {B}", LETTERS, "invalid"),
    (f"Answer with {A} or {B}.", LETTERS, "invalid"),
    (f"```json\n{A}\n```\n```json\n{B}\n```", LETTERS, "invalid"),
    (f"[{A}, {B}]", LETTERS, "invalid"),
    (f"I decide: {A}, then {B}", LETTERS, "invalid"),
    ('{"choice": "A", "choice": "B"}', LETTERS, "invalid"),
    ('{"choice": ["A", "B"]}', LETTERS, "invalid"),
    ('{"first": {"choice": "A"}, "second": {"choice": "B"}}', LETTERS, "invalid"),
    ('{"choice": "A or B"}', LETTERS, "invalid"),
    ('{"choice": "A" or "B"}', LETTERS, "invalid"),
    (f"I say {A}. Or is it {{'choice': 'B'}}", LETTERS, "invalid"),
    ("{'choice': 'A', 'choice': 'B'}", LETTERS, "invalid"),
    # What is no option is none, however near.
    ('{"choice": "C"}', LETTERS, "invalid"),
    ('{"choice": "AB"}', LETTERS, "invalid"),
    ('{"choice": ""}', LETTERS, "invalid"),
    ('{"choice": "..."}', LETTERS, "invalid"),
    ('{"choice": null}', LETTERS, "invalid"),
    ('{"choice": true}', LETTERS, "invalid"),
    ('{"choice": 1}', LETTERS, "invalid"),
    ('{"choice": {"A": 1}}', LETTERS, "invalid"),
    ('{"choice": "route"}', LETTERS, "invalid"),
    ('{"choice": "I will take option A"}', LETTERS, "invalid"),
    ('{"choice": "\u0410"}', LETTERS, "invalid"),
    ('{"choice": "keep"}', MONEY, "invalid"),
    ('{"choice": "*"}', SIGNS, "invalid"),
    ('{"choice": 1.0}', NUMBERS, "invalid"),
    ('{"choice": "\ud83d"}', LETTERS, "invalid"),
    (f"{A} No: " + '{"choice": "C"}', LETTERS, "invalid"),
    # What is no object is none.
    ("A", LETTERS, "invalid"),
    ("I choose B because the fast route pays.", LETTERS, "invalid"),
    ('"choice": "B"', LETTERS, "invalid"),
    ('{"choice": "B"', LETTERS, "invalid"),
    ('{"choice" "B"}', LETTERS, "invalid"),
    ('{"option": "B"}', LETTERS, "invalid"),
    ('{"choices": "B"}', LETTERS, "invalid"),
    ("{}", LETTERS, "invalid"),
    ("{" * 5000, LETTERS, "invalid"),
    ('{"a":' * 5000, LETTERS, "invalid"),
    ("[" * 5000 + B, LETTERS, "read"),
    ('{"choice": ' + "9" * 5000 + "}", LETTERS, "invalid"),
]

CUT_OFF: list[tuple[str, str | int]] = [
    ("", "truncated"),
    ("<think>I was still thinking about " + A, "truncated"),
    ('{"choice": "', "truncated"),
    ('{"choice": "B"', "truncated"),
    ("I'm sorry, but I cannot", "truncated"),
    (f"The options are {A} and {B}. Let me", "truncated"),
    (f"I might say {A}. But then {B} would", "truncated"),
    (f"{B}\nThe reason is that", "truncated"),
    (f"<think>{A}</think>{B} beca", "truncated"),
    # Thoughts that the prompt had opened and that never ended: what they quote is no answer.
    (f"The format is {A}. Hmm, the", "truncated"),
    (f"Okay, the user wants {A} or something like it, and I", "truncated"),
    (f"I take {B}", 1),
    (f"<think>{A}</think> ```json {B}\n```", 1),
    (f"First {B}, and again {B}.", 1),
    (f"First {A}, no: {B}", "truncated"),
]


def test_there_are_many_adversarial_replies() -> None:
    assert len({reply for reply, *_ in (*READ, *NOT_READ, *CUT_OFF)}) >= 120


@pytest.mark.parametrize(("reply", "options", "place"), READ, ids=range(len(READ)))
def test_what_is_decided_is_read(reply: str, options: Sequence[Option], place: int) -> None:
    answer = read_choice(reply, options)
    assert (answer.action, answer.failed) == (options[place].action, None)


@pytest.mark.parametrize(("reply", "options", "failed"), NOT_READ, ids=range(len(NOT_READ)))
def test_what_is_not_decided_is_not_read(reply: str, options: Sequence[Option], failed: str) -> None:
    answer = read_choice(reply, options)
    if failed == "read":
        assert answer.action == (1.0,)
    else:
        assert (answer.action, answer.failed) == (None, failed)


@pytest.mark.parametrize(("reply", "found"), CUT_OFF, ids=range(len(CUT_OFF)))
def test_what_was_cut_off_is_read_where_an_object_ends_it_and_nothing_disagrees(reply: str, found: str | int) -> None:
    answer = read_choice(reply, LETTERS, finished=False)
    assert answer.failed == (found if isinstance(found, str) else None)
    assert answer.action == (None if isinstance(found, str) else LETTERS[found].action)


def test_the_first_match_of_the_released_code_would_be_wrong() -> None:
    """A8.3: a reply that quotes before it decides has another first object than last one."""
    reply = f"Either {A} or {B}; I weigh them. I take {B}"
    assert json.loads(reply[reply.index("{") : reply.index("}") + 1]) == {"choice": "A"}
    assert read_choice(reply, LETTERS).action == (1.0,)


def test_an_answer_that_cannot_be_read_is_none_of_the_options() -> None:
    """A8.5 and A8.11: neither a compliance nor a violation, and a truncated one is told apart."""
    for finished, failed in ((True, "invalid"), (False, "truncated")):
        answer = read_choice("Let me think about this at length", LETTERS, finished=finished)
        assert (answer.action, answer.failed) == (None, failed)


@pytest.mark.parametrize("options", [LETTERS, MONEY, NESTED, GREEK, SIGNS, NUMBERS, QUOTED, CASES])
def test_what_is_written_is_read_again(options: Sequence[Option]) -> None:
    for option in options:
        assert read_choice(written_choice(option), options).action == option.action
        assert json.loads(written_choice(option))["choice"] in choice_schema(options)["properties"]["choice"]["enum"]


FRAGMENTS = st.sampled_from(
    [
        A,
        B,
        "{",
        "}",
        '"',
        "'",
        "[",
        "]",
        ",",
        ":",
        "choice",
        "<think>",
        "</think>",
        "```json",
        "A",
        " or ",
        "\\",
        "\ud800",
    ]
)


@given(
    st.one_of(st.text(), st.text(st.characters(categories=["Cs", "Cc", "Ps", "Pe"])), st.lists(FRAGMENTS).map("".join)),
    st.booleans(),
)
@example('{"choice": "\\ud800"}', True)
@example("{" * 3000, False)
def test_no_text_raises(text: str, finished: bool) -> None:
    answer = read_choice(text, LETTERS, finished=finished)
    assert (answer.action is None) == (answer.failed is not None)
    assert answer.action in (None, (0.0,), (1.0,))


@given(st.lists(FRAGMENTS).map("".join), st.sampled_from([0, 1]))
def test_thoughts_change_nothing(thought: str, place: int) -> None:
    """Whatever is thought, what is written after it is the answer."""
    closed = thought.replace("</think>", "")
    reply = f"<think>{closed}</think>{written_choice(LETTERS[place])}"
    assert read_choice(reply, LETTERS).action == LETTERS[place].action


LONG = (
    "{" * 20_000,
    '{"a":' * 5_000,
    "<" + " " * 100_000,
    '{"choice": "' * 10_000,
    "{" + 'a:"' * 30_000 + "}",
    "{'choice': " + "'" * 50_000,
    "{a" + " " * 100_000,
    '[{"choice":' * 5_000,
    "<think>" * 20_000,
)


@pytest.mark.parametrize("text", LONG, ids=range(len(LONG)))
def test_long_texts_come_to_an_end(text: str) -> None:
    """Each would take minutes or hours where a pattern backtracks, or where every brace is read to the end."""
    assert read_choice(text, LETTERS).action is None
    assert read_choice(text + B, LETTERS).action in (None, (1.0,))
