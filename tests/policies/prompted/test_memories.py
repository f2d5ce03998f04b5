"""Each memory shows what it is to show and no more, in both templates that fit every memory."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agoranomos.documents import Source, parse_document
from agoranomos.errors import DocumentError, UsageError
from agoranomos.models import Completion
from agoranomos.policies.document import PolicyDocument, choose_policy
from agoranomos.policies.prompted import PROMPTED, Notes, PromptedParameters
from agoranomos.policies.prompted.template import parse_template
from agoranomos.workspace import Workspace
from policies.prompted.asking import Script, decide, firm, observation, reply
from policies.prompted.remembered import Answering, is_summary, played, shared_round, shown_rounds, text_of

TEMPLATES = ("cournot-memory", "market-memory")


def asked(template: str, rounds: int, **parameters: Any) -> Answering:
    engine = Answering()
    played(firm(engine, template=template, **parameters), rounds)
    return engine


@pytest.mark.parametrize("template", TEMPLATES)
def test_without_memory_every_round_is_met_as_the_first(template: str) -> None:
    engine = asked(template, 4, memory="none")
    assert len({request.messages for request in engine.requests[1:]}) == 1
    last = engine.requests[-1]
    assert shown_rounds(last) == []
    assert "1400" not in text_of(last)
    assert "Rounds" not in text_of(last)
    assert "PLANS" not in json.dumps([message.content for message in last.messages])


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_window_shows_the_last_rounds_and_no_notes(template: str) -> None:
    engine = asked(template, 7, memory="window", window=3)
    assert [shown_rounds(request) for request in engine.requests] == [
        [],
        [1],
        [1, 2],
        [1, 2, 3],
        [2, 3, 4],
        [3, 4, 5],
        [4, 5, 6],
    ]
    assert "new_content" not in engine.requests[-1].schema["properties"]
    assert "PLANS" not in json.dumps([message.content for message in engine.requests[-1].messages])


@pytest.mark.parametrize("template", TEMPLATES)
def test_notes_are_carried_on_and_nothing_else_carries_them(template: str) -> None:
    for memory, carried in (("notes", True), ("window", False), ("shared", False)):
        engine = Answering(lambda request: reply(plans="try more of A", insights="A pays"))
        played(firm(engine, template=template, memory=memory), 2)
        said = text_of(engine.requests[-1])
        assert ("PLANS.txt: try more of A" in said) is carried
        assert ("INSIGHTS.txt: A pays" in said) is carried
        assert ("new_content" in engine.requests[-1].schema["properties"]) is carried


def test_notes_in_a_template_of_before_are_the_same_memory() -> None:
    plain, named = Script(reply(), reply()), Script(reply(), reply())
    for engine, parameters in ((plain, {}), (named, {"memory": "notes"})):
        policy = firm(engine, **parameters)
        decide(policy, observation(1), decide(policy, observation(0)).memory)
    assert plain.requests == named.requests


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_shared_memory_shows_what_the_others_did(template: str) -> None:
    engine = asked(template, 3, memory="shared", window=1)
    said = text_of(engine.requests[-1])
    assert shown_rounds(engine.requests[-1]) == [2]
    assert "2, firm_2:" in said
    assert "firm_1:" not in said
    assert "1, firm_2:" not in said


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("show", ["final", "full"])
def test_replies_of_others_are_shown_where_all_is_shared_and_cannot_pass_for_rounds(template: str, show: str) -> None:
    engine = Answering()
    policy = firm(engine, template=template, memory={"kind": "shared", "show": show})
    memory = decide(policy, observation(0)).memory
    told = shared_round(1, replies={"firm_1": "mine", "firm_2": '<think>if A\n2: is dear</think>{"m":\n"I hold back"}'})
    decide(policy, observation(1), policy.shared(memory, told))
    said = text_of(engine.requests[-1])
    assert ("thought: if A 2: is dear" in said) is (show == "full")
    assert ('replied: {"m": "I hold back"}' in said) is (show == "full")
    assert "mine" not in said
    assert shown_rounds(engine.requests[-1]) == [1]


def test_an_agent_that_sat_out_is_shown_so() -> None:
    engine = Answering()
    policy = firm(engine, template="market-memory", memory="shared")
    memory = decide(policy, observation(0)).memory
    memory = policy.shared(memory, shared_round(1, actions_e6={"firm_1": (1, 1), "firm_2": ()}))
    decide(policy, observation(1), memory)
    assert "1, firm_2: sat out" in text_of(engine.requests[-1])


def test_what_is_shared_of_a_round_that_the_agent_sat_out_is_kept() -> None:
    engine = Answering()
    played(firm(engine, template="cournot-memory", memory="shared"), 4, suspended=(2, 3))
    assert "2: suspended" in text_of(engine.requests[-1])
    assert "2, firm_2:" in text_of(engine.requests[-1])
    assert "3, firm_2:" in text_of(engine.requests[-1])


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_summary_takes_the_place_of_the_rounds_in_it(template: str) -> None:
    engine = asked(template, 6, memory={"kind": "summary", "every": 2})
    asked_for = [(request.caller[1:], is_summary(request), shown_rounds(request)) for request in engine.requests]
    assert asked_for == [
        ((1, 0), False, []),
        ((2, 0), False, [1]),
        ((3, 0), True, [1, 2]),
        ((3, 1), False, []),
        ((4, 0), False, [3]),
        ((5, 0), True, [3, 4]),
        ((5, 1), False, []),
        ((6, 0), False, [5]),
    ]
    assert "Your summary of rounds 1 to 2: of 2 rounds\n" in text_of(engine.requests[5])
    assert "Your summary of rounds 1 to 4: of 2 rounds\n" in text_of(engine.requests[-1])
    assert "Choose" not in text_of(engine.requests[2])


def test_calls_for_a_summary_are_accounted_for_and_the_move_keeps_its_seed() -> None:
    with_summary, without = Answering(), Answering()
    third = played(firm(with_summary, template="cournot-memory", memory={"kind": "summary", "every": 2}), 3)[-1]
    played(firm(without, template="cournot-memory", memory="window"), 3)
    assert [(call.purpose, call.failure) for call in third.account.calls] == [("summary", ""), ("", "")]
    assert len(third.seconds) == 2
    assert with_summary.requests[3].seed == without.requests[2].seed
    assert with_summary.requests[2].seed != with_summary.requests[3].seed


@pytest.mark.parametrize(
    ("bad", "failure"),
    [
        (Completion('{"summary": "cut', 9, 9, "length", 0.1), "truncated"),
        (Completion("", 9, 0, "error", 0.1, "no reply in time", "timeout"), "timeout"),
        ("", "empty"),
        ("I'm sorry, I can't do that.", "refusal"),
        ('{"summary": ""}', "invalid"),
        ('{"summary": 7}', "invalid"),
        (json.dumps({"summary": "x" * 17}), "out_of_range"),
    ],
)
def test_a_summary_that_fails_is_data_and_is_asked_for_again(bad: Completion | str, failure: str) -> None:
    engine = Answering(lambda request: bad if is_summary(request) else reply())
    memory = {"kind": "summary", "every": 2, "characters": 16}
    decisions = played(firm(engine, template="cournot-memory", memory=memory), 4)
    assert [[(call.purpose, call.failure) for call in d.account.calls] for d in decisions] == [
        [("", "")],
        [("", "")],
        [("summary", failure), ("", "")],
        [("summary", failure), ("", "")],
    ]
    assert shown_rounds(engine.requests[-1]) == [1, 2, 3]
    assert not any(decision.account.repaired for decision in decisions)


def test_the_longest_summary_is_within_its_schema_and_fits_its_budget() -> None:
    engine = asked("cournot-memory", 3, memory={"kind": "summary", "every": 2, "characters": 50})
    request = next(request for request in engine.requests if is_summary(request))
    assert request.schema["properties"]["summary"]["pattern"].endswith("{0,50}$")
    assert len(json.dumps({"summary": "x" * 50})) <= request.max_tokens


def test_rounds_leave_a_window_in_strides() -> None:
    engine = asked("cournot-memory", 14, memory="window", window=6, stride=3)
    shown = [shown_rounds(request) for request in engine.requests]
    assert [rounds[0] for rounds in shown[1:]] == [1, 1, 1, 1, 1, 1, 4, 4, 4, 7, 7, 7, 10]
    assert all(rounds[-1] == number for number, rounds in enumerate(shown[1:], 1))
    assert max(map(len, shown)) == 6


def test_profits_and_fines_add_up_also_of_rounds_that_are_not_remembered() -> None:
    engine = Answering()
    policy = firm(engine, template="cournot-memory", memory="window", window=1)
    memory = Notes()
    from policies.prompted.asking import notice

    for number in range(4):
        memory = decide(policy, observation(number), memory, notice(number + 1, fine=100.0 if number else 0.0)).memory
    assert "fine 100, net 1300, total 3900" in text_of(engine.requests[-1])


@pytest.mark.parametrize("memory", ["none", "window", "summary", "shared"])
def test_a_template_that_speaks_of_other_memories_is_refused(memory: str) -> None:
    with pytest.raises(
        UsageError, match=rf"cournot-cached is for agents whose memory is notes, not {memory}"
    ) as refused:
        firm(Script(), memory=memory)
    assert "cournot-memory" in refused.value.advice


def test_a_template_for_summaries_needs_the_words_that_ask_for_one() -> None:
    head = "---\nkind: prompt\nversion: 1\nquantities: integer\nmemory: [summary]\n"
    head += "limits: {thoughts: 1, plans: 1, insights: 1}\nmax_tokens: 90\n---\n"
    body = "{% block user %}{% endblock %}{% block retry %}{% endblock %}"
    with pytest.raises(DocumentError, match="block `summary` is missing"):
        parse_template(Source("mine.md", head + body), "mine")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"memory": "windw"}, "window"),
        ({"memory": {"kind": "summary", "evry": 2}}, "evry"),
        ({"memory": {"every": 2}}, "kind"),
        ({"memory": {"kind": "summary", "every": 9}, "window": 8}, "never holds"),
        ({"stride": 5, "window": 4}, "stride"),
        ({"overflow": {"drop": "newest"}}, "oldest"),
        ({"overflow": "drop"}, "`fail` or `{drop: oldest}` was expected"),
        ({"overflow": None}, "`fail` or `{drop: oldest}` was expected"),
        ({"top_p": 0.0}, "top_p"),
    ],
)
def test_faulty_parameters_are_named(given: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as refused:
        PROMPTED.parse(given)
    assert words in str(refused.value)


def test_a_fault_in_a_file_has_its_line(tmp_path) -> None:
    text = "kind: policy\nversion: 1\ntype: prompted\nparameters:\n  memory: {kind: summary, evry: 3}\n"
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "mine.yaml").write_text(text)
    parse_document(Source("mine.yaml", text), PolicyDocument)
    with pytest.raises(DocumentError, match="evry") as refused:
        choose_policy("mine", Workspace(tmp_path, "w"))
    assert refused.value.place.endswith("mine.yaml:5:27")


def test_what_is_not_asked_for_is_not_described() -> None:
    before = {"model", "template", "window", "max_tokens", "temperature", "attempts"}
    assert PromptedParameters().model_dump(mode="json").keys() == before
    assert firm(Script()).describe()["parameters"].keys() == before
    asked_for = firm(Script(), template="cournot-memory", memory="window", top_p=0.5).describe()["parameters"]
    assert asked_for["memory"] == {"kind": "window"}
    assert asked_for["top_p"] == "0.5"


def test_parameters_come_back_from_what_is_written_of_them() -> None:
    given = PromptedParameters(
        memory={"kind": "summary", "every": 4}, overflow={"drop": "oldest"}, stride=2, reasoning=9, top_p=0.9
    )
    assert PromptedParameters.model_validate(given.model_dump(mode="json")) == given
    assert PromptedParameters.model_validate(PromptedParameters().model_dump(mode="json")) == PromptedParameters()


def test_the_most_calls_count_summaries_and_prompts_that_do_not_fit() -> None:
    assert PromptedParameters().most_calls == 3
    assert PromptedParameters(attempts=2, memory="summary").most_calls == 3
    assert PromptedParameters(attempts=1, window=30, overflow={"drop": "oldest"}).most_calls == 6
