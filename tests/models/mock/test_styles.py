"""Every style answers as its title says, and takes the options that it has and no others."""

import asyncio
import json
import math

import pytest

from agoranomos.conformance.engine_asking import SCHEMA, ask, request, said
from agoranomos.errors import UsageError
from agoranomos.models import Message, MockEngine, Question, Request, check_engine_name, open_engine
from agoranomos.models.mock.styles import STYLES

ASKED = (Message("user", "How much do you make?"),)


def by(rule_replies, **options):
    """A request whose agent brings these rules along."""

    def player(rule):
        if rule not in rule_replies:
            raise UsageError(f"no {rule} here")
        return rule_replies[rule]

    return Request(ASKED, 96, 1.0, options.get("seed", 1), SCHEMA, ("firm_1", 1, 0), player=player)


def question(options, rule_options, **how):
    return Question(ASKED, tuple(options), player=lambda rule: rule_options[rule], **how)


def chosen(engine, asked):
    return [math.exp(log) for log in asyncio.run(engine.choose(asked)).log_probabilities]


RULES = {
    rule: {"note": rule, "chosen": {"A": number, "B": 1}}
    for rule, number in (("nash", 40), ("best-response", 50), ("colluder", 30))
}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_played_as_the_agent_brings_it_along(rule):
    (completion,) = ask(open_engine(f"mock/{rule}"), [by(RULES)])
    assert json.loads(completion.text) == RULES[rule]
    shares = chosen(open_engine(f"mock/{rule}"), question(["a", "b", "c"], {rule: "b"}))
    assert shares == pytest.approx([1 / 1002, 1000 / 1002, 1 / 1002])


@pytest.mark.parametrize("style", ["nash", "best-response", "colluder", "noisy"])
def test_a_rule_needs_an_agent_in_a_market(style):
    engine = open_engine(f"mock/{style}")
    with pytest.raises(UsageError, match="asked by nobody who sits in a market"):
        ask(engine, [request("x", 1)])
    with pytest.raises(UsageError, match="asked by nobody who sits in a market"):
        chosen(engine, Question(ASKED, ("a", "b")))
    with pytest.raises(UsageError, match="none of"):
        chosen(engine, question(["a", "b"], {style if style != "noisy" else "nash": "c"}))
    (words,) = ask(engine, [request("x", 1, schema=None)])
    assert words.text.replace(" ", "").isalpha()


def test_noise_is_around_the_rule_that_is_named():
    engine = open_engine("mock/noisy?around=colluder&sd=0.1")
    drawn = [json.loads(c.text)["chosen"]["A"] for c in ask(engine, [by(RULES, seed=seed) for seed in range(400)])]
    mean = sum(drawn) / len(drawn)
    deviation = math.sqrt(sum((a - mean) ** 2 for a in drawn) / len(drawn))
    assert mean == pytest.approx(30, abs=4 * 3 / 20)
    assert deviation == pytest.approx(3, rel=0.15)
    assert drawn == [json.loads(c.text)["chosen"]["A"] for c in ask(engine, [by(RULES, seed=s) for s in range(400)])]
    still = open_engine("mock/noisy?sd=0")
    assert json.loads(ask(still, [by(RULES)])[0].text) == RULES["nash"]


def test_a_style_takes_its_own_options_and_no_others():
    for name, listed in STYLES.items():
        given = {"rate": "0.5", "failure": "empty", "around": "nash", "sd": "0.1", "replies": "file"}
        for option, value in given.items():
            engine_name = f"mock/{name}?{option}={value}"
            if name == "scripted" and option == "replies":
                check_engine_name(engine_name)
            elif option in listed.options and name != "scripted":
                open_engine(engine_name)
            else:
                with pytest.raises(UsageError, match=f"mock/{name} has no option '{option}'"):
                    check_engine_name(engine_name)
    with pytest.raises(UsageError, match="mock/scripted needs a file"):
        check_engine_name("mock/scripted")
    with pytest.raises(UsageError, match="mock/vlid") as refused:
        MockEngine("vlid")
    assert "mock/valid" in refused.value.advice


def test_slow_takes_a_second_and_spread_makes_calls_differ(monkeypatch):
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    ask(open_engine("mock/slow"), [request("x", 1)])
    assert waits == [1.0]
    waits.clear()
    ask(open_engine("mock/slow?delay_ms=200&spread=0.5"), [request("x", seed) for seed in range(300)])
    assert all(0.1 <= wait <= 0.3 for wait in waits)
    assert min(waits) < 0.11
    assert max(waits) > 0.29
    waits.clear()
    asyncio.run(open_engine("mock/slow?delay_ms=7").choose(Question(ASKED, ("a", "b"))))
    assert waits == [0.007]


def test_what_is_thought_first_stands_before_the_same_kind_of_answer():
    (completion,) = ask(MockEngine(), [Request(ASKED, 96, 1.0, 4, SCHEMA, reasoning=8)])
    thoughts, _, answer = completion.text.removeprefix("<think>").partition("</think>")
    assert thoughts
    assert len(thoughts) <= 32
    plain = ask(MockEngine(), [Request(ASKED, 96, 1.0, 4, SCHEMA)])[0]
    assert answer == plain.text
    assert completion.reply_tokens > plain.reply_tokens


def test_a_text_that_a_schema_asks_for_is_json():
    (completion,) = ask(MockEngine(), [request("x", 1, schema={"enum": ["a", "b"]})])
    assert json.loads(completion.text) in ("a", "b")
    assert said(completion) == said(ask(MockEngine(), [request("x", 1, schema={"enum": ["a", "b"]})])[0])
