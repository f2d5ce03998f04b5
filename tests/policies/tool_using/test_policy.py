"""What a tool-using agent asks, what it makes of the replies, what is recorded, and what it remembers."""

from __future__ import annotations

import asyncio
import json
import threading

import numpy as np
import pytest

from agoranomos.agents.roster import load_roster
from agoranomos.campaigns.recorded import RecordedEngine, recording_of
from agoranomos.errors import Finding, UsageError
from agoranomos.institutions.entries import CallRecord, DecisionRecord, Round, encode_entry
from agoranomos.institutions.notices import Notice
from agoranomos.models import MockEngine, open_engine, prompt_sha256
from agoranomos.models.aside import aside
from agoranomos.policies import Seat, find_policy
from agoranomos.policies.shared import SharedRound
from agoranomos.policies.tool_using import PythonTool, ToolUsingParameters, asking, python_tool, wording
from agoranomos.scenarios import role_play_v0
from agoranomos.scenarios.tool_use import DIRECT, NO_ANSWER, TOOL
from agoranomos.scenarios.tool_use.sandbox import Limits, Ran
from agoranomos.workspace import Workspace
from policies.tool_using.asking import AGENT, Model, decided, played, scenario, seated


def code(text):
    return json.dumps({"code": text})


def answer(text):
    return json.dumps({"answer": text})


def calls(decision):
    return [(call.purpose, call.failure) for call in decision.account.calls]


# -- one item --------------------------------------------------------------------------------------------------------


def test_with_the_tool_a_program_is_run_and_its_output_read():
    market = scenario()
    item = market.spec.item(1)
    model = Model(code(item.program), answer(str(item.answer)))
    decision = decided(seated(market, model), market)
    assert decision.action.tolist() == [TOOL, float(item.answer)]
    assert calls(decision) == [("", ""), ("program", ""), ("tool", ""), ("answer", "")]
    assert decision.account.chosen == 1
    assert not decision.account.repaired
    assert decision.account.calls[0].choice.probabilities == (0.0, 1.0)
    tool = decision.account.calls[2]
    assert (tool.model, json.loads(tool.reply)) == (
        "tool/python",
        {"ended": "finished", "output": f"{item.answer}\n"},
    )
    assert f"It printed:\n{item.answer}\n" in model.asked[-1].messages[-1].content
    assert len(decision.seconds) == 4
    market.step({AGENT: decision.action})
    assert market.measures()["right_e6"] == (1_000_000,)


def test_without_the_tool_it_is_asked_for_the_answer_at_once():
    market = scenario()
    decision = decided(seated(market, Model(answer("7"), tool=0.0)), market)
    assert decision.action.tolist() == [DIRECT, 7.0]
    assert calls(decision) == [("", ""), ("answer", "")]
    assert decision.account.chosen == 0


def test_the_route_is_drawn_with_the_probability_that_is_recorded():
    market = scenario()
    routes = []
    for seed in range(200):
        market.reset(seed=seed)
        decision = decided(seated(market, Model(code("print(1)"), answer("1"), tool=0.25)), market)
        routes.append(decision.action[0])
    assert 0.15 < np.mean(routes) < 0.35
    assert decided(seated(market, Model(answer("1"), tool=0.49), act="mode"), market).action[0] == DIRECT


def test_what_failed_is_shown_and_another_program_asked_for():
    market = scenario()
    model = Model(code("1 / 0"), code("pass"), code("print(6)"), answer("6"))
    decision = decided(seated(market, model), market)
    assert [purpose for purpose, _ in calls(decision)] == ["", *["program", "tool"] * 3, "answer"]
    asked = [request.messages[-1].content for request in model.asked]
    assert "ZeroDivisionError: division by zero" in asked[2]
    assert "It printed nothing." in asked[3]
    assert "It printed:\n6" in asked[4]


def test_it_has_three_programs_at_most_and_then_answers_without():
    market = scenario()
    model = Model(*[code("1 / 0")] * 3, answer("5"))
    decision = decided(seated(market, model), market)
    assert [purpose for purpose, _ in calls(decision)].count("tool") == 3
    assert decision.action.tolist() == [TOOL, 5.0]


def test_a_program_that_takes_too_long_is_stopped_and_the_model_told():
    market = scenario()
    model = Model(code("while True: pass"), answer("5"))
    decision = decided(seated(market, model, calls=1, seconds=0.5), market)
    assert json.loads(decision.account.calls[2].reply)["ended"] == "out of time"
    assert "took too long" in model.asked[-1].messages[-1].content


def test_a_reply_without_a_program_counts_and_is_asked_about():
    market = scenario()
    model = Model("I would rather not.", code("print(3)"), answer("3"))
    decision = decided(seated(market, model), market)
    assert calls(decision)[1] == ("program", "invalid")
    assert "No program could be read" in model.asked[2].messages[-1].content


@pytest.mark.parametrize(
    ("reply", "finish", "failure"),
    [
        ("", "stop", "empty"),
        ("twelve", "stop", "invalid"),
        ('{"answer": "1', "length", "truncated"),
        ("I'm sorry, but I can't help with that.", "stop", "refusal"),
    ],
)
def test_without_an_answer_the_route_is_taken_and_paid_for(reply, finish, failure):
    market = scenario()
    decision = decided(seated(market, Model(reply, reply, tool=0.0, finish=finish)), market)
    assert decision.action.tolist() == [DIRECT, NO_ANSWER]
    assert decision.account.repaired
    assert calls(decision) == [("", ""), ("answer", failure), ("answer", failure)]
    market.step({AGENT: decision.action})
    assert market.measures()["profit_e6"] == (-200_000,)
    assert market.measures()["violation_e6"] == (1_000_000,)


def test_without_a_distribution_it_sits_the_round_out():
    market = scenario()
    decision = decided(seated(market, open_engine("mock/failing?failure=timeout")), market)
    assert decision.action is None
    assert decision.account.repaired
    assert calls(decision) == [("", "timeout")]
    assert decision.account.chosen is None


def test_roles_alternate_whatever_happens():
    market = scenario()
    model = Model("no", code("1 / 0"), code("print(2)"), "no", answer("2"))
    decided(seated(market, model, told="Be kind."), market)
    for request in model.asked:
        roles = [message.role for message in request.messages]
        assert roles[0] == "system"
        assert roles[1::2] == ["user"] * len(roles[1::2])
        assert roles[2::2] == ["assistant"] * len(roles[2::2])
        assert all(message.content for message in request.messages)


# -- what it is told -------------------------------------------------------------------------------------------------


def test_it_is_told_the_rule_the_regime_the_notice_and_the_problem():
    market = scenario()
    model = Model(answer("1"), tool=0.0)
    notice = Notice(AGENT, 1, "warned", 1, "watched", "You are watched.", 0, True)
    decided(seated(market, model, told="The regime's text."), market, notice=notice)
    system, user = model.asked[0].messages
    assert market.opening(AGENT) in system.content
    assert "The regime's text." in system.content
    assert "You are watched." in user.content
    assert market.spec.item(1).text in user.content
    assert "A: answer directly" in user.content


def test_it_remembers_a_line_for_each_item_and_no_difficulty():
    market = scenario()
    policy = seated(market, open_engine("mock/nash"), window=3)
    last = played(policy, market)[-1].memory
    assert len(last.lines) == 3
    assert last.known == 7
    assert all(line.startswith("You ") and "coins." in line for line in last.lines)
    assert not any(word in " ".join(last.lines).lower() for word in ("easy", "hard", "difficult"))


def test_a_wiped_memory_meets_every_item_as_the_first():
    market = scenario()
    policy = seated(market, open_engine("mock/nash"), window=0)
    assert {decision.memory.lines for decision in played(policy, market)} == {()}


def test_fabricated_rounds_are_the_oldest_lines():
    market = scenario(fabricated={"rounds": 3, "violations": 2, "order": "first"})
    policy = seated(market, open_engine("mock/nash"), window=4)
    lines = policy.start().lines
    assert [line.split(".")[0] for line in lines] == ["You answered directly"] * 2 + ["You used the tool"]
    last = played(policy, market)[-1].memory
    assert len(last.lines) == 4


def test_a_round_that_was_sat_out_is_remembered_as_that():
    market = scenario()
    policy = seated(market, open_engine("mock/nash"))
    memory = policy.missed(market.observation(AGENT), None, policy.start())
    market.step({AGENT: None})
    assert decided(policy, market, memory).memory.lines == ("You were suspended and solved no problem.",)


@pytest.mark.parametrize("reasoning", [False, True])
def test_others_replies_are_read_where_they_may_be(reasoning):
    market = scenario(solvers=2, sees={"others_reasoning": reasoning})
    policy = seated(market, open_engine("mock/nash"))
    heard = SharedRound(1, {AGENT: (), "solver_2": ()}, {"solver_2": "I skip\nthe tool."})
    memory = policy.shared(policy.start(), heard)
    market.step({AGENT: np.array([1.0, 2.0]), "solver_2": np.array([0.0, 2.0])})
    (line,) = decided(policy, market, memory).memory.lines
    assert ("solver_2 wrote: I skip the tool." in line) == reasoning


def test_others_read_the_route_and_the_programs_as_well_as_the_answer():
    market = scenario(solvers=2, sees={"others_reasoning": True})
    model = Model(code("1 / 0"), code("print(6)"), answer("6"))
    policy = seated(market, model)
    assert decided(policy, market).said.splitlines() == [
        '{"choice": "B"}',
        code("1 / 0"),
        code("print(6)"),
        answer("6"),
    ]
    thinking = decided(seated(market, open_engine("mock/nash"), reasoning=20), market)
    thought = thinking.account.calls[0].choice.reasoning[0]
    assert thinking.said.startswith(f"<think>{thought}</think>")


def test_it_says_whom_it_reads_and_whether_it_writes():
    two = {"solvers": 2, "sees": {"others_reasoning": True}}
    engine = open_engine("mock/nash")
    assert seated(scenario(**two), engine).reads == ("solver_2",)
    assert seated(scenario(**two), engine, window=0).reads == ()
    assert seated(scenario(solvers=2), engine).reads == ()
    assert seated(scenario(**two), engine).writes
    simulated = scenario(**two, answers="simulated")
    assert not seated(simulated, engine).writes
    assert seated(simulated, engine, reasoning=20).writes


# -- mocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", ["own", "simulated"])
@pytest.mark.parametrize("rule", ["comply", "violate", "tool", "nash"])
def test_a_mock_plays_by_the_rules_of_the_scenario(rule, answers):
    market, other = scenario(answers=answers, rounds=8), scenario(answers=answers, rounds=8)
    policy = seated(market, open_engine(f"mock/noisy?around={rule}&sd=0"), act="mode")
    for decision in played(policy, market):
        action = other.play(rule, AGENT, other.observation(AGENT))
        assert decision.action == pytest.approx(action)
        other.step({AGENT: action})


def test_a_noisy_mock_is_unsure_of_the_route_and_of_nothing_else():
    """Whatever route it takes, it answers as a scripted solver that takes this route."""
    market = scenario(rounds=40, order="interleaved")
    routes = set()
    for decision in played(seated(market, open_engine("mock/noisy?around=comply&sd=0.5"), temperature=1.0), market):
        number = decision.memory.known + 1
        route = int(decision.action[0])
        routes.add((market.spec.item(number).hard, route))
        assert decision.action[1] == float(market.scripted.answer(AGENT, number, route))
    assert len(routes) == 4


def test_the_noisy_roster_takes_the_other_route_three_times_in_ten(tmp_path):
    (entry,) = load_roster("tool-using-mock-noisy", Workspace(tmp_path, "empty")).entries(1)
    market = scenario(rounds=40, order="interleaved")
    policy = seated(market, open_engine(entry.parameters["model"]), **entry.parameters)
    decisions = played(policy, market)
    keeps = [TOOL if market.spec.item(number).hard else DIRECT for number in range(1, 41)]
    for decision, kept in zip(decisions, keeps, strict=True):
        assert decision.account.calls[0].choice.probabilities[1 - kept] == pytest.approx(0.3, abs=1e-6)
    strayed = sum(decision.action[0] != kept for decision, kept in zip(decisions, keeps, strict=True))
    assert 5 <= strayed <= 20


def test_every_mock_that_knows_nothing_of_the_problems_still_plays():
    for engine in ("mock/valid", "mock/constant", "mock/malformed", "mock/failing?rate=0.5"):
        market = scenario(rounds=3)
        assert len(played(seated(market, open_engine(engine), calls=1), market)) == 3


# -- the record ------------------------------------------------------------------------------------------------------


class Broken:
    """A tool that must not be used."""

    name = "tool/python"

    async def complete(self, request):
        raise AssertionError("a recorded program was run again")


def recording(decision):
    kept = [
        CallRecord(
            model=call.model,
            prompt_sha256=call.prompt_sha256,
            prompt_tokens=call.prompt_tokens,
            reply_tokens=call.reply_tokens,
            reply=call.reply,
            failure=call.failure,
            purpose=call.purpose,
            scored=call.scored,
            choice=call.choice,
        )
        for call in decision.account.calls
    ]
    body = Round(((1,),), {}, decisions=(DecisionRecord(AGENT, tuple(kept)),))
    return recording_of([encode_entry(body, 1, 0)], {}.__getitem__)


def test_what_is_recorded_is_neither_asked_nor_run_again(monkeypatch):
    market = scenario()
    model = Model(code("print(1"), code("print(42)"), answer("42"))
    first = decided(seated(market, model), market)
    engine = RecordedEngine(Model(), recording(first))
    monkeypatch.setattr(PythonTool, "complete", Broken.complete)
    again = decided(seated(market, engine), market)
    assert again.action.tolist() == first.action.tolist()
    assert again.account == first.account


def test_a_program_other_than_the_recorded_one_is_refused():
    market = scenario()
    first = decided(seated(market, Model(code("print(42)"), answer("42"))), market)
    engine = aside(RecordedEngine(Model(), recording(first)), PythonTool(Limits()))
    with pytest.raises(Finding, match="something else"):
        asyncio.run(engine.complete(python_tool.program("print(43)", (AGENT, 1, 2))))


def test_a_description_holds_no_floats_and_a_menu_only_where_the_route_is_all():
    own, simulated = scenario(), scenario(answers="simulated")
    described = seated(own, MockEngine(), told="Text.").describe()
    assert "menu" not in described
    assert described["routes"] == {"A": "answer directly", "B": "use the tool"}
    assert described["told"]["text"] == "Text."
    menu = seated(simulated, MockEngine()).describe()["menu"]
    assert menu == [{"option": "A", "action_e6": [0]}, {"option": "B", "action_e6": [1_000_000]}]


# -- bad input -------------------------------------------------------------------------------------------------------


def test_another_scenario_is_refused():
    market = role_play_v0.parallel_env()
    kind = find_policy("tool-using")
    with pytest.raises(UsageError, match="role-play"):
        kind.bind(kind.parse({}), Seat("worker_1", 0, market, 1), engine=MockEngine())


@pytest.mark.parametrize("window", [0, 2])
def test_a_window_that_drops_fabricated_rounds_is_refused(window):
    market = scenario(fabricated={"rounds": 3, "violations": 2})
    with pytest.raises(UsageError, match="3 fabricated rounds") as told:
        seated(market, MockEngine(), window=window)
    assert "window: 3" in told.value.advice


def test_without_an_engine_it_says_what_it_needs():
    kind = find_policy("tool-using")
    with pytest.raises(UsageError, match="engine"):
        kind.bind(kind.parse({}), Seat(AGENT, 0, scenario(), 1))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"windw": 3}, "window"),
        ({"calls": 0}, "calls"),
        ({"isolation": "none"}, "isolation"),
        ({"seconds": 100}, "seconds"),
        ({"temperature": 0}, "temperature"),
    ],
)
def test_wrong_parameters_are_named(given, words):
    with pytest.raises(UsageError, match=words):
        find_policy("tool-using").parse(given)


# -- the tool and the wording ----------------------------------------------------------------------------------------


def test_the_tool_is_an_engine_that_runs_the_last_message():
    tool = PythonTool(Limits(seconds=30.0))
    completion = asyncio.run(tool.complete(python_tool.program("print(6 * 7)", (AGENT, 1, 0))))
    assert python_tool.read(completion.text) == Ran("42\n", "finished")
    assert completion.finish == "stop"
    assert json.loads(tool.identity)["tool"] == "python"
    assert not tool.capabilities.schema


def test_no_more_programs_run_at_once_than_there_are_processors(monkeypatch):
    running, most = [], []
    together = threading.Barrier(python_tool.WIDTH)

    def run_python(code, limits, *, isolation):
        running.append(code)
        most.append(len(running))
        together.wait(timeout=60)
        running.remove(code)
        together.wait(timeout=60)
        return Ran(code, "finished")

    monkeypatch.setattr(python_tool, "run_python", run_python)
    tool = PythonTool(Limits())
    codes = [str(number) for number in range(3 * python_tool.WIDTH)]

    async def all_at_once():
        return await asyncio.gather(*[tool.complete(python_tool.program(code, (AGENT, 1, 0))) for code in codes])

    completions = asyncio.run(all_at_once())
    assert [python_tool.read(one.text).output for one in completions] == codes
    assert max(most) == tool.width == python_tool.WIDTH


def test_what_is_written_of_a_run_is_read_again():
    for ran in (Ran("a\n\0\u20ac", "killed"), Ran("", "out of time")):
        assert python_tool.read(python_tool.written(ran)) == ran


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        (code("print(1)"), "print(1)"),
        ('{"code": "print(1)"} better: {"code": "print(2)"}', "print(2)"),
        ("<think>" + code("print(1)") + "</think>" + code("print(2)"), "print(2)"),
        ("```python\nprint(3)\n```", "print(3)\n"),
        ("```\nprint(4)\n```", "print(4)\n"),
        ('{"about": {"code": "print(1)"}, "code": "print(2)"}', "print(2)"),
        ('{"code": "print(2)", "older": {"code": "print(1)"}}', "print(2)"),
        ("<think> maybe ```python\nprint(99)\n``` no wait", None),
        ("<thinking>" + code("print(1)") + "</thinking> None.", None),
        ("```python\nx = {code: 1}\nprint(x)\n```", "x = {code: 1}\nprint(x)\n"),
        ("print(5)", None),
        ("", None),
        ('{"code": ""}', None),
        ('{"code": 5}', None),
        (code("#" * 30_000), None),
        ('{"code": "print(\'\\ud800\')"}', None),
        ("```\nprint('\ud800')\n```", None),
    ],
)
def test_programs_are_read(reply, found):
    assert wording.read_program(reply) == found


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        (code("print(1)"), "print(1)"),
        (code("print(1)") + " prints", None),
        ("```python\nprint(2)\n```\n", "print(2)\n"),
        ("```python\nprint(2)\n``` prints", None),
        ("```python\nprint(2)", None),
    ],
)
def test_of_a_reply_that_was_cut_off_counts_the_program_that_ends_it(reply, found):
    assert wording.read_program(reply, finished=False) == found


def test_nothing_is_taken_out_of_a_reply_that_was_cut_off():
    market = scenario()
    model = Model("The answer is 1234", "The answer is 1234", tool=0.0, finish="length")
    decision = decided(seated(market, model), market)
    assert decision.action.tolist() == [DIRECT, NO_ANSWER]
    assert calls(decision)[1:] == [("answer", "truncated")] * 2


def test_thoughts_that_do_not_end_are_neither_run_nor_said_again():
    market = scenario()
    model = Model("<think> maybe\n```python\nprint(99)\n```\nno wait", code("print(3)"), answer("3"))
    decision = decided(seated(market, model), market)
    assert [purpose for purpose, _ in calls(decision)] == ["", "program", "program", "tool", "answer"]
    assert not any("99" in message.content for message in model.asked[-1].messages)


def test_prompts_are_named_by_digest_and_purposes_are_known():
    market = scenario()
    model = Model(code("print(1)"), answer("1"))
    decision = decided(seated(market, model), market)
    asked = [prompt_sha256(request) for request in model.asked]
    kept = [call.prompt_sha256 for call in decision.account.calls if call.purpose != asking.TOOL_CALL]
    assert kept == asked
    assert ToolUsingParameters().calls == 3
