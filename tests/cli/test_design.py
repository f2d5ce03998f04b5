"""`agora design`: the contract it finds, what it says beside it, how it is played, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import agoranomos.contracts
from agoranomos.cli.design_run import Compared, play
from agoranomos.cli.design_text import number
from agoranomos.cli.entry import run_command
from agoranomos.contracts.predicted import Moments
from agoranomos.contracts.reading import read_question
from agoranomos.scenarios.hidden_action.contract import Contract
from agoranomos.workspace import Workspace

CONTRACT = """\
kind: contract
version: 1
name: mine
technology:
  levels:
    - {name: low, cost: 0, success: 0.4}
    - {name: high, cost: 2, success: 0.8}
"""

LOST = """\
kind: contract
version: 1
name: lost
technology:
  levels:
    - {name: low, cost: 0, success: 0.25}
    - {name: middle, cost: 1, success: 0.3}
    - {name: high, cost: 2.5, success: 1}
  outside_option: 1
  liability: 0.5
wanted: high
instruments: [bonus, inspection, fine]
bounds: {inspection: 0.2, fine: 1}
"""
"""A bonus of 3.33 keeps the effort and loses the worker; 3.5 keeps both."""


def written(text, name="mine"):
    Path("contracts").mkdir(exist_ok=True)
    Path(f"contracts/{name}.yaml").write_text(text)
    return f"contracts/{name}.yaml"


def answered(capsys, *words):
    assert run_command(["design", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.fixture(autouse=True)
def _here(home):
    """An empty folder and an empty state folder."""


def test_the_shipped_contract_is_a_bonus_of_five(capsys):
    found = answered(capsys, "hidden-effort")
    assert found["contract"] == {"wage": 0, "bonus": 5, "inspection": 0, "fine": 0}
    assert (found["cost"], found["agency_cost"], found["rent"], found["profit"]) == (4, 2, 2, 12)
    assert found["of_which"] == {"wages": 0, "bonuses": 4, "inspections": 0}
    assert found["binding"] == ["not low"]
    assert found["first_best"] == {"surplus": 14, "cost_of_wanted": 2}
    assert [level["surplus"] for level in found["levels"]] == [8, 14]
    beside = {tuple(one["instruments"]): one for one in found["beside"]}
    assert beside["wage", "inspection"]["contract"] == {"wage": 5, "bonus": 0, "inspection": 0.4, "fine": 0}
    assert beside["wage", "inspection"]["cost"] == pytest.approx(5.4)


def test_the_table_says_what_the_json_says(capsys):
    assert run_command(["design", "hidden-effort-fined"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "wage 0, bonus 2.5 for a success, inspection with probability 0.25, fine 5.5" in said
    assert "costs 2.25 a worker and round: wages 0, bonuses 2, inspections 0.25" in said
    assert "binding: not low, outside option, liability" in said
    assert "bonus alone 0 5 0 0 4 2" in said
    assert "effort that can be seen 2 2 0" in said


def test_more_levels_are_solved_by_linear_programmes(capsys):
    found = answered(capsys, "three-levels")
    assert found["method"] == "linear programmes"
    assert found["contract"]["bonus"] == pytest.approx(2.6 / 0.6)
    assert found["wanted"] == "careful"


def test_what_cannot_be_done_ends_with_a_finding_and_what_would_do(capsys):
    file = written(CONTRACT + "instruments: [wage, inspection]\nbounds: {wage: 5, inspection: 0.25}\n")
    assert run_command(["design", file]) == 1
    told = capsys.readouterr()
    assert "no contract makes high a best response" in told.err
    assert "bound on inspection at least 0.4" in told.err
    assert "out of reach: not low by 0.75" in told.out
    assert run_command(["design", file, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["contract"] is None
    assert found["why"]["broken"] == ["not low"]
    assert {"bound": "bound on wage", "how": "at least", "value": pytest.approx(8)} in found["why"]["would_do"]


ROUNDED = {
    "edge": (
        "levels: [{name: low, cost: 2.0, success: 0.2}, {name: high, cost: 2.3, success: 1.0}]",
        "margin: 0.3",
        {"high": 2.6, "low": 2.3},
    ),
    "lowcrash": (
        "levels: [{name: low, cost: 0.1, success: 0.4}, {name: high, cost: 2, success: 0.8}]\n  outside_option: 0.2",
        "least_wage: 0.3\nbounds: {wage: 0.3, bonus: 0}",
        {"high": None, "low": 0.3},
    ),
}


@pytest.mark.parametrize("name", ROUNDED)
def test_amounts_that_are_equal_but_for_rounding_are_no_error_of_the_program(name, capsys):
    technology, rest, costs = ROUNDED[name]
    file = written(f"kind: contract\nversion: 1\nname: mine\nwanted: high\ntechnology:\n  {technology}\n{rest}\n")
    assert run_command(["design", file, "--json"]) == (1 if costs["high"] is None else 0)
    found = json.loads(capsys.readouterr().out)
    assert {one["level"]: one.get("cost") for one in found["levels"]} == pytest.approx(costs)


def test_rounding_is_not_told_as_an_amount(capsys):
    assert number(1.28253e-12, 1.0) == number(-4e-10, 1.0) == number(3e-7, 1000.0) == "0"
    assert (number(3e-7, 1.0), number(2e-9), number(1 / 3)) == ("3e-07", "2e-09", "0.333333")
    file = written(LOST)
    assert run_command(["design", file]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "costs 3.5 a worker and round" in said
    assert "agency cost 0: the worker has 0 beyond its outside option" in said


def test_a_contract_whose_best_reply_is_another_level_is_not_as_predicted(capsys, monkeypatch):
    file, place = written(LOST), Workspace(Path.cwd(), "lab")
    question = read_question(file, place)
    short = Contract(bonus=3.33)  # nobody takes it, as it predicts
    played = play(question, short, place, Path("logs"))
    best = played.plays[0]
    assert (best.name, best.accepted.measured, best.effort) == ("best-reply", 0, None)
    assert all(each.agrees for each in (best.accepted, best.cost))
    assert not best.agrees
    assert all(each.agrees for each in played.plays[1:])
    assert not played.as_predicted
    design = agoranomos.contracts.design
    given = lambda problem: replace(design(problem), contract=short)  # noqa: E731
    monkeypatch.setattr(agoranomos.contracts, "design", given)
    assert run_command(["design", file, "--run", "--logs", "logs"]) == 1
    told = capsys.readouterr()
    assert "best-reply" in told.out
    assert "the best reply to the contract is not high" in told.err


@pytest.mark.parametrize("name", ["hidden-effort-fined", "three-levels"])
def test_what_is_played_is_what_was_predicted(name, capsys):
    found = answered(capsys, name, "--run", "--logs", "logs")
    played = found["played"]
    assert played["as_predicted"]
    by_name = {one["play"]: one for one in played["plays"]}
    wanted = [level["level"] for level in found["levels"]].index(found["wanted"])
    assert by_name["best-reply"]["effort"]["measured"] == wanted
    assert by_name["diligent"]["cost"]["predicted"] == pytest.approx(found["cost"])
    assert by_name["best-reply"]["cost"] == by_name["diligent"]["cost"]
    assert by_name["shirker"]["effort"]["measured"] == 0
    assert by_name["random"]["accepted"]["predicted"] < 1
    for one in by_name.values():
        apart = abs(one["cost"]["measured"] - one["cost"]["predicted"])
        assert 0 < apart < 4.5 * one["cost"]["standard_error"]
    assert (Path(played["folder"]) / "campaign.yaml").is_file()
    again = answered(capsys, name, "--run", "--logs", "logs")
    assert again == found  # the same folder: nothing is played twice
    assert len(list(Path("logs").iterdir())) == 1
    assert run_command(["log", "verify", played["folder"]]) == 0


def test_a_play_that_is_not_as_predicted_is_found():
    assert Compared(Moments(4.0, 2.0), 4.2, 1000).agrees
    assert not Compared(Moments(4.0, 2.0), 4.4, 1000).agrees
    assert Compared(Moments(1.0, 0.0), 1.0, 1000).agrees
    assert not Compared(Moments(1.0, 0.0), 0.999, 1000).agrees


def test_a_wrong_prediction_is_found_in_what_was_played(tmp_path):
    question = read_question("hidden-effort", Workspace(Path.cwd(), "lab"))
    contract = Contract(bonus=5)
    honest = play(question, contract, Workspace(Path.cwd(), "lab"), Path("logs"))
    assert honest.as_predicted
    best = honest.plays[0]
    wrong = replace(best, cost=replace(best.cost, predicted=Moments(5.0, best.cost.predicted.deviation)))
    assert not replace(honest, plays=(wrong,)).as_predicted


def test_a_scenario_with_several_workers_and_a_principal_is_played_with_the_contract(capsys):
    Path("scenarios").mkdir()
    Path("scenarios/crew.yaml").write_text(
        "kind: scenario\nversion: 1\ntype: hidden-action\nname: crew\nworkers: 3\nprincipal: seat\n"
        "menu: [{wage: 1}, {bonus: 2}]\n"
    )
    file = written("kind: contract\nversion: 1\nname: mine\nscenario: crew\noutside_option: 3\nliability: 1\n")
    found = answered(capsys, file, "--run", "--logs", "logs")
    assert found["played"]["as_predicted"]
    assert found["played"]["plays"][0]["effort"]["measured"] == 1


def test_least_effort_is_designed_and_not_played(capsys):
    file = written(CONTRACT + "wanted: low\n")
    assert answered(capsys, file)["cost"] == 0
    assert run_command(["design", file, "--run", "--logs", "logs"]) == 2
    assert "nothing to shirk" in capsys.readouterr().err


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_figure_is_drawn(suffix, capsys):
    assert run_command(["design", "hidden-effort", "--out", f"cost{suffix}"]) == 0
    assert f"wrote cost{suffix}" in capsys.readouterr().out
    first = Path(f"cost{suffix}").read_bytes()
    assert len(first) > 5000
    if suffix == ".svg":
        assert b"bound on inspections" in first
        assert b"wage, inspection" in first


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["hidden-effort", "--out", "cost.jpg"], "unknown kind of figure '.jpg'"),
        (["hidden-effort", "--logs", "logs"], "--logs goes with --run"),
        (["hiden-effort"], "unknown contract 'hiden-effort'"),
        (["contracts/none.yaml"], "none.yaml"),
    ],
)
def test_wrong_usage_is_told(words, message, capsys):
    assert run_command(["design", *words]) == 2
    assert message in capsys.readouterr().err


def test_contracts_are_listed_and_have_a_schema(capsys):
    assert run_command(["list", "contracts", "--json"]) == 0
    assert "hidden-effort" in {one["name"] for one in json.loads(capsys.readouterr().out)}
    assert run_command(["graph", "schema", "contract"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert {"technology", "scenario", "wanted", "instruments", "bounds"} <= set(schema["properties"])
