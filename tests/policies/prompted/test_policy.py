import asyncio
from dataclasses import replace

import numpy as np
import pytest

from agoranomos.errors import DocumentError, UsageError
from agoranomos.markets import cournot_v0
from agoranomos.models import Completion, failed, prompt_sha256
from agoranomos.policies import Seat
from agoranomos.policies.prompted import PROMPTED, Notes, PromptedParameters
from agoranomos.randomness import Randomness
from agoranomos.workspace import Workspace, library_root
from policies.prompted.asking import Script, decide, firm, notice, observation, reply


def test_a_usable_reply_is_the_move_and_overwrites_both_files():
    engine = Script(reply(60, 20, "new plans", "new insights"))
    decision = decide(firm(engine), observation(0), Notes("old", "old"))
    assert decision.action.tolist() == [60.0, 20.0]
    assert (decision.memory.plans, decision.memory.insights) == ("new plans", "new insights")
    assert not decision.account.repaired
    assert decision.seconds == (0.25,)
    call = decision.account.calls[0]
    assert (call.model, call.failure, call.prompt_tokens, call.reply_tokens) == ("script", "", 10, 5)
    assert call.prompt_sha256 == prompt_sha256(engine.requests[0])


def test_a_request_names_its_caller_and_its_own_seed():
    engine = Script("nothing", "nothing", reply())
    decide(firm(engine), observation(4))
    assert [request.caller for request in engine.requests] == [("firm_1", 5, attempt) for attempt in range(3)]
    assert engine.requests[0].seed == Randomness(7, 5, "firm_1").integer("model")
    assert len({request.seed for request in engine.requests}) == 3


def test_the_error_is_stated_and_the_beginning_of_the_prompt_stays():
    engine = Script(reply(80, 40), reply(-5, 10), reply(50, 50))
    decision = decide(firm(engine), observation(0))
    assert decision.action.tolist() == [50.0, 50.0]
    assert [call.failure for call in decision.account.calls] == ["out_of_range", "out_of_range", ""]
    assert not decision.account.repaired
    first, second, third = (request.messages[-1].content for request in engine.requests)
    assert second.startswith(first)
    assert third.startswith(first)
    assert "sum to 120" in second
    assert "capacity of 100" in second
    assert "negative" in third
    assert "sum to 120" not in third


@pytest.mark.parametrize(
    ("completion", "failure"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("I'm sorry, I can't help with that.", "refusal"),
        ("Let me make 30 of A.", "invalid"),
        ('{"chosen_quantities": {"A": 30}}', "invalid"),
        ('{"chosen_quantities": {"A": 30, "B": "many"}}', "invalid"),
        ('{"chosen_quantities": {"A": true, "B": 1}}', "invalid"),
        ('{"chosen_quantities": {"A": NaN, "B": 1}}', "invalid"),
        ('{"chosen_quantities": [30, 20]}', "invalid"),
        ('{"A": 30, "B": 20}', "invalid"),
        (Completion('{"chosen_quan', 9, 9, "length", 0.0), "truncated"),
        (reply(70, 31), "out_of_range"),
        (reply(-1, 5), "out_of_range"),
        (failed("timeout", "no reply", 1.0), "timeout"),
        (failed("error", "the server said no", 1.0), "error"),
        (Completion("", 0, 0, "error", 0.0), "error"),
    ],
)
def test_failures_are_counted_by_kind(completion, failure):
    decision = decide(firm(Script(completion, completion, completion)), observation(0))
    assert [call.failure for call in decision.account.calls] == [failure] * 3
    assert decision.account.repaired
    assert decision.action.min() >= 0
    assert decision.action.sum() <= 100 + 1e-9


def test_a_prompt_that_does_not_fit_is_not_asked_again():
    engine = Script(failed("overflow", "too long", 0.0, 9000))
    decision = decide(firm(engine), observation(0))
    assert [call.failure for call in decision.account.calls] == ["overflow"]
    assert decision.account.repaired


def test_what_a_server_says_of_its_own_troubles_is_not_told_to_the_model():
    engine = Script(failed("error", "secret trouble", 0.0), reply())
    decide(firm(engine), observation(0))
    assert engine.requests[0].messages == engine.requests[1].messages


def test_repair_projects_the_last_quantities_that_were_named():
    decision = decide(firm(Script(reply(90, 60, "bold"), "junk", "junk")), observation(2))
    np.testing.assert_allclose(decision.action, [60.0, 40.0])
    assert decision.memory.plans == "bold"


def test_repair_falls_back_on_the_last_own_move_then_on_half_the_capacity():
    policy = firm(Script(*["junk"] * 9))
    first = decide(policy, observation(0), Notes("kept"))
    assert first.action.tolist() == [25.0, 25.0]
    assert first.memory.plans == "kept"
    second = decide(policy, observation(1, (46.0, 27.0)), first.memory)
    assert second.action.tolist() == [46.0, 27.0]
    out = policy.missed(observation(2, (40.0, 20.0)), None, second.memory)
    third = decide(policy, observation(3, (0.0, 0.0), 0.0), out)
    assert third.action.tolist() == [40.0, 20.0]


def test_replies_are_found_in_fences_and_deeper_down():
    fenced = f"Here you are: {{ok}} ```json\n{reply(31, 22)}\n```"
    assert decide(firm(Script(fenced)), observation(0)).action.tolist() == [31.0, 22.0]
    nested = f'{{"answer": [{reply("31", "22.5")}]}}'
    assert decide(firm(Script(nested)), observation(0)).action.tolist() == [31.0, 22.5]


def test_fines_are_kept_apart_from_what_the_market_paid():
    policy = firm(Script(reply(), reply(), reply()))
    memory = decide(policy, observation(0)).memory
    memory = decide(policy, observation(1), memory, notice(2, fine=490.0)).memory
    memory = decide(policy, observation(2), memory, notice(3)).memory
    first, second = memory.history
    assert (first.gross, first.fine, first.net, first.cumulative_net) == (1400.0, 490.0, 910.0, 910.0)
    assert (second.gross, second.fine, second.cumulative_gross, second.cumulative_net) == (1400.0, 0.0, 2800.0, 2310.0)


def test_fines_outlive_the_window():
    policy = firm(Script(*[reply()] * 5), window=2)
    memory = policy.start()
    for n in range(5):
        memory = decide(policy, observation(n), memory, notice(n + 1, fine=100.0 if n == 1 else 0.0)).memory
    assert [seen.round for seen in memory.history] == [3, 4]
    assert memory.history[-1].cumulative_net == 4 * 1400.0 - 100.0


def test_a_suspended_round_is_a_line_and_costs_no_call():
    engine = Script(reply())
    policy = firm(engine)
    memory = policy.missed(observation(0), None, policy.start())
    memory = policy.missed(observation(1, (0.0, 0.0), 0.0), None, memory)
    memory = decide(policy, observation(2, (0.0, 0.0), 0.0), memory).memory
    assert [(seen.round, seen.suspended) for seen in memory.history] == [(1, True), (2, True)]
    assert "1: suspended, 0 units" in engine.requests[0].messages[-1].content


def test_a_round_is_remembered_once_however_often_it_is_seen():
    policy = firm(Script(reply(), reply()))
    memory = decide(policy, observation(1)).memory
    assert decide(policy, observation(1), memory).memory.history == memory.history


def test_numbers_as_text_are_asked_for_and_read_by_the_faithful_template():
    engine = Script(reply("46.7", "26.6", prefix="Product_"))
    decision = decide(firm(engine, template="cournot-faithful"), observation(0))
    assert decision.action.tolist() == [46.7, 26.6]
    chosen = engine.requests[0].schema["properties"]["chosen_quantities"]["properties"]
    assert {part["type"] for part in chosen.values()} == {"string"}


def test_parameters_reach_the_request():
    engine = Script(reply())
    decide(firm(engine, temperature=0.25, max_tokens=77), observation(0))
    assert (engine.requests[0].temperature, engine.requests[0].max_tokens) == (0.25, 77)
    assert engine.requests[0].schema["properties"]["chosen_quantities"]["properties"]["A"]["maximum"] == 100


def test_it_describes_model_template_and_what_it_is_told():
    silent, told = firm(Script()).describe(), firm(Script(), "  Be good.\n").describe()
    assert silent["model"] == "script"
    assert silent["template"]["name"] == "cournot-cached"
    assert len(silent["template"]["sha256"]) == 64
    assert "told" not in silent
    assert told["told"]["text"] == "Be good."
    assert {key: value for key, value in told.items() if key != "told"} == silent


def test_without_an_engine_it_takes_no_seat():
    market = cournot_v0.parallel_env()
    with pytest.raises(UsageError, match="needs an engine"):
        PROMPTED.bind(PromptedParameters(), Seat("firm_1", 0, market, 1))


def test_whole_numbers_need_a_capacity_of_one():
    market = cournot_v0.parallel_env(capacity=0.5)
    with pytest.raises(UsageError, match="whole numbers"):
        PROMPTED.bind(PromptedParameters(), Seat("firm_1", 0, market, 1), engine=Script())
    parameters = PromptedParameters(template="cournot-faithful")
    engine = Script(reply("0.25", "0.2", prefix="Product_"))
    policy = PROMPTED.bind(parameters, Seat("firm_1", 0, market, 1), engine=engine)
    decision = asyncio.run(policy.act(observation(0), None, policy.start(), Randomness(1, 1, "firm_1")))
    assert decision.action.tolist() == [0.25, 0.2]


def test_only_a_cournot_market_seats_it():
    class Other:
        spec = None

    with pytest.raises(UsageError, match="Other"):
        PROMPTED.bind(PromptedParameters(), Seat("firm_1", 0, Other(), 1), engine=Script())


def test_notes_are_values():
    policy = firm(Script(reply(), reply()))
    memory = decide(policy, observation(1)).memory
    assert decide(policy, observation(1)).memory == memory
    assert hash(memory) == hash(replace(memory))


def test_a_template_that_asks_for_the_unknown_is_refused_before_the_first_round(tmp_path):
    text = (library_root() / "policies" / "cournot-cached.md").read_text()
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "mine.md").write_text(text.replace("{{ insights", "{{ rival_costs"))
    market = cournot_v0.parallel_env()
    with pytest.raises(DocumentError, match="rival_costs"):
        PROMPTED.bind(
            PromptedParameters(template="mine"),
            Seat("firm_1", 0, market, 1),
            engine=Script(),
            workspace=Workspace(tmp_path, "lab"),
        )


def test_half_a_character_in_a_note_ends_up_in_no_prompt():
    """The escape is legal JSON, and what it stands for can be written nowhere."""
    half = reply(50, 30, "PLACE").replace("PLACE", "go on \\ud83d")
    engine = Script(half, reply())
    policy = firm(engine)
    first = decide(policy, observation(1))
    assert first.memory.plans == "go on ?"
    decide(policy, observation(2), memory=first.memory)
    assert "go on ?" in engine.requests[-1].messages[-1].content


def test_half_a_character_in_a_reply_is_not_recorded():
    engine = Script("no object \ud83d", reply(50, 30, "PLACE").replace("PLACE", "go \ud83d"))
    decision = decide(firm(engine), observation(1))
    assert [call.reply.count("?") for call in decision.account.calls] == [1, 1]
    assert all(call.reply.encode() for call in decision.account.calls)
    assert decision.memory.plans == "go ?"


@pytest.mark.parametrize(("word", "comes_forward"), [("true", True), ("false", False), ('"true"', False)])
@pytest.mark.parametrize("listens", [True, False])
def test_a_firm_comes_forward_where_its_template_lets_it(tmp_path, word, comes_forward, listens):
    text = (library_root() / "policies/cournot-cached.md").read_text()
    (tmp_path / "policies").mkdir()
    asked = text.replace("quantities: integer", "quantities: integer\nreports: true") if listens else text
    (tmp_path / "policies/mine.md").write_text(asked)
    engine = Script(reply()[:-1] + f', "report": {word}}}')
    market = cournot_v0.parallel_env()
    policy = PROMPTED.bind(
        PromptedParameters(template="mine"),
        Seat("firm_1", 0, market, 7),
        engine=engine,
        workspace=Workspace(tmp_path, "lab"),
    )
    decision = decide(policy, observation(0))
    assert decision.report == (comes_forward and listens)
    assert ("report" in engine.requests[0].schema["properties"]) == listens
