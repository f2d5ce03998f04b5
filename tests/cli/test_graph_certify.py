"""`agora graph certify`."""

from __future__ import annotations

import json

import pytest

from agoranomos.cli.entry import run_command

FINED = """\
kind: institution
version: 1
name: fined-at-once
initial: free
states: {free: {label: FREE}}
signals: {dear: {statistic: mean, measure: price_elevation, window: 1, at_least: 0.5, goods: mean}}
events: {offence: {when: dear, accuses: R}}
transitions: [{rule: R, from: free, to: free, on: offence, fine: {rate: 0, floor: 300}}]
"""
FAITHFUL = ["graph", "certify", "cournot-antitrust", "--market", "cournot-duopoly"]
LIMITED = [*FAITHFUL, "--plans", "nash,division"]


def test_it_says_the_finding_in_a_sentence_and_shows_the_plan(capsys, tmp_path):
    traces, picture = tmp_path / "best.traces.yaml", tmp_path / "map.png"
    assert run_command([*LIMITED, "--traces", str(traces)]) == 1
    said = capsys.readouterr().out
    assert said.startswith(
        "Under cournot-antitrust the best plan earns each firm 79.01 a round more than Nash play (5.5%)"
    )
    assert "consumers lose 197.53 a round" in said
    assert "and then 9 for ever" in said
    assert "(2 joint actions, 5,278 states, window 6)" in said
    assert "Not spoken of: quantities between those named" in said
    assert run_command(["graph", "test", "cournot-antitrust", str(traces)]) == 0
    assert not picture.exists()


@pytest.fixture
def fined(tmp_path):
    path = tmp_path / "fined.yaml"
    path.write_text(FINED)
    return ["graph", "certify", str(path), "--market", "cournot-duopoly"]


def test_its_json_holds_the_gains_and_the_plan(capsys, fined):
    # A round of division earns 355.56 more than Nash and is fined 300.
    assert run_command([*fined, "--plans", "nash,division", "--json", "--tolerance", "0.04"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["holds"]
    assert found["best_plan"]["gain_per_round"] == pytest.approx(55.56, abs=0.01)
    assert found["best_plan"]["harmful_gain_per_round"] == pytest.approx(55.56, abs=0.01)
    assert found["best_plan"]["fines_per_round"] == 300
    assert [one["action"] for one in found["best_plan"]["cycle"]] == ["division"]
    assert found["critical"]["discount_factor"] == pytest.approx(0.36)
    assert found["critical"]["detection"] == [{"fine": 300, "probability": pytest.approx(355.56 / 300, abs=1e-3)}]
    assert found["searched"]["actions"] == ["nash", "division"]


def test_another_value_changes_the_finding(capsys, fined):
    assert run_command([*fined, "--plans", "nash,division", "--set", "transitions.0.fine.floor=400"]) == 0
    assert "no plan that was tried earns a firm more than Nash play" in capsys.readouterr().out


def test_by_default_it_finds_the_corner_under_the_threshold(capsys, fined):
    assert run_command([*fined, "--json", "--set", "transitions.0.fine.floor=4000"]) == 1
    found = json.loads(capsys.readouterr().out)
    # Specialised and parked just under an elevation of 0.5: 1711.11 + 177.78 / 2 - 88.89 / 4.
    assert found["best_plan"]["gain_per_round"] == pytest.approx(1777.78 - 1444.44, abs=0.01)
    assert found["best_plan"]["harmful_gain_per_round"] == pytest.approx(66.67, abs=0.01)


def test_with_audits_averages_are_expected_ones(capsys, fined):
    settings = ["--set", "audits={looked: {probability: 0.25}}", "--set", "events.offence.when=dear && looked"]
    assert run_command([*fined, "--plans", "nash,division", *settings]) == 1
    said = capsys.readouterr().out
    assert "280.56 a round more than Nash play" in said  # 355.56 less a quarter of 300
    assert "pays 75.00 in fines" in said
    assert "where no audit takes place" in said


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*FAITHFUL, "--plans", "nash,divison"], "unknown outcome"),
        ([*FAITHFUL, "--plans", ","], "names no outcome"),
        ([*FAITHFUL, "--plans", "division"], "no plan keeps prices at or below Nash's"),
        ([*FAITHFUL, "--grid", "-1"], "a positive step"),
        ([*FAITHFUL, "--grid", "0.01"], "too fine"),
        ([*LIMITED, "--grid", "50"], "exclude each other"),
        ([*LIMITED, "--tolerance", "-0.1"], "a share of Nash profit"),
        ([*LIMITED, "-o", "map.pdf"], "neither in .png nor in .svg"),
        ([*LIMITED, "--set", "signals=1"], "signals"),
    ],
)
def test_wrong_usage_is_explained(capsys, arguments, message):
    assert run_command(arguments) == 2
    assert message in capsys.readouterr().err


def test_it_stops_at_a_number_of_states(capsys, fined):
    assert run_command([*fined, "--states", "1", "--set", "signals.dear.window=3"]) == 2
    assert "more than 1 states" in capsys.readouterr().err


def test_the_map_is_drawn_on_demand(capsys, tmp_path, fined):
    picture = tmp_path / "map.svg"
    assert run_command([*fined, "--plans", "nash,division", "-o", str(picture)]) == 1
    assert picture.read_text().startswith("<?xml")
    assert f"Written: {picture}" in capsys.readouterr().out
