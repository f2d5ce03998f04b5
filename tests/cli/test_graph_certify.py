"""`agora graph certify`."""

from __future__ import annotations

import json

import pytest

from agoranomos.cli.entry import run_command

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


def test_its_json_holds_the_gains_and_the_plan(capsys):
    assert run_command([*LIMITED, "--json", "--tolerance", "0.06"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["holds"]
    assert found["best_plan"]["gain_per_round"] == pytest.approx(79.01, abs=0.01)
    assert found["best_plan"]["harmful_gain_per_round"] == pytest.approx(79.01, abs=0.01)
    assert len(found["best_plan"]["cycle"]) == 9
    assert found["critical"]["discount_factor"] == pytest.approx(0.36)
    assert found["searched"]["actions"] == ["nash", "division"]


def test_another_value_changes_the_finding(capsys):
    windows = [f"signals.{name}.window=1" for name in ("high_concentration", "specialisation", "recovered")]
    assert run_command([*LIMITED, *(part for one in windows for part in ("--set", one))]) == 1
    assert "59.26 a round more" in capsys.readouterr().out


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
        ([*LIMITED, "--states", "50"], "more than 50 states"),
        ([*LIMITED, "--set", "signals=1"], "signals"),
    ],
)
def test_wrong_usage_is_explained(capsys, arguments, message):
    assert run_command(arguments) == 2
    assert message in capsys.readouterr().err


def test_the_map_is_drawn_on_demand(capsys, tmp_path):
    picture = tmp_path / "map.svg"
    one_window = [f"signals.{name}.window=1" for name in ("high_concentration", "specialisation", "recovered")]
    settings = [part for one in one_window for part in ("--set", one)]
    assert run_command([*LIMITED, *settings, "-o", str(picture)]) == 1
    assert picture.read_text().startswith("<?xml")
    assert f"Written: {picture}" in capsys.readouterr().out
