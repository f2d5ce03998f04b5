"""`agora probe`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command

PRICES = ["probe", "--market", "bertrand-calvano", "--after", "30"]
ROSTER = "kind: roster\nversion: 1\nagents:\n  - {policy: POLICY}\n"


def roster(policy: str) -> list[str]:
    Path("agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    Path("agents").mkdir(exist_ok=True)
    Path("agents/mine.yaml").write_text(ROSTER.replace("POLICY", policy))
    return ["--roster", "mine"]


def test_a_verdict_in_words_and_a_table(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([*PRICES, *roster("punish-and-return"), "--out", "figures/probe.svg"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("bertrand-calvano: collusive\n")
    assert "then play returns" in out
    assert out.count("as before") == 2
    assert "wrote figures/probe.svg" in out
    assert Path("figures/probe.svg").stat().st_size > 1000
    assert err == ""


def test_json_for_one_agent_under_an_institution(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [*PRICES, *roster("benchmark"), "--institution", "bertrand-audit", "--agent", "firm_2", "--json"]
    assert run_command([*words, "--seeds", "2", "--at", "12"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["verdict"] == "untempted"  # a look in one of the rounds takes more than both deviations bring
    assert told["gain_in_its_round"] < 0.0
    assert told["institution"] == "bertrand-audit"
    assert [(one["agent"], one["seed"], one["round"]) for one in told["deviations"]] == [
        ("firm_2", 0, 12),
        ("firm_2", 1, 12),
    ]


def test_runs_that_went_different_ways_are_told_apart(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["probe", "--market", "bertrand-calvano", "--roster", "grim-trigger", "--seeds", "6", "--at", "20"]
    assert run_command([*words, "--after", "20"]) == 0
    assert "one by one: " in capsys.readouterr().out


def test_names_are_whole_in_80_columns(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    words = ["probe", "--market", "procurement-first-price", "--roster", "procurement-rotation", "--at", "10"]
    assert run_command([*words, "--after", "10", "--agent", "supplier_4"]) == 0
    out = capsys.readouterr().out
    assert "supplier_4" in out
    assert "10*" in out
    assert "*: play was not steady before" in out
    assert "…" not in out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--agent", "firm_9"], "firm_9"),
        (["--at", "2"], "at least 5 rounds"),
        (["--at", "2000000000"], "1000000"),
        (["--after", "2000000000"], "1000000"),
        (["--discount", "1.5"], "discount of 1.5"),
        (["--out", "probe.gif"], ".gif"),
        (["--institution", "nowhere"], "nowhere"),
    ],
)
def test_wrong_usage_is_exit_code_2(words: list[str], why: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([*PRICES, *roster("nash"), *words]) == 2
    assert why in capsys.readouterr().err


def test_language_models_are_asked_only_as_often_as_is_said(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["probe", "--market", "cournot-duopoly", "--roster", "mock-duopoly", "--after", "5"]
    assert run_command(words) == 2
    assert "Give --at" in capsys.readouterr().err
    assert run_command([*words, "--at", "6"]) == 0
    assert "cournot-duopoly: " in capsys.readouterr().out


def test_progress_is_for_terminals(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert run_command([*PRICES, *roster("nash"), "--json"]) == 0
    assert "1 of 2 deviations" in capsys.readouterr().err
