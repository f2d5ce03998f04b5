"""`agora reproduce institutional-ai`, `market-division` and LOCK, as a user gives them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command

SMALL = [
    "reproduce",
    "institutional-ai",
    "--seeds",
    "1",
    "--rounds",
    "6",
    "--roster",
    "divider-noisy",
    "--workers",
    "1",
]


def test_a_study_says_what_was_run_with_what_and_can_be_made_again(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command([*SMALL, "--no-corrections", "--out", "study"]) == 0
    out = capsys.readouterr().out
    assert "No language model took part" in out
    assert "divider-noisy: firm_1 is divider, firm_2 is divider." in out
    assert "3.10" in out  # the published mean tier stands beside ours
    assert run_command(["reproduce", "study/LOCK.json", "--offline"]) == 0
    assert "the same: 3 runs by their roots" in capsys.readouterr().out
    assert run_command(["reproduce", "study", "--offline", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["differing"] == []


def test_a_study_whose_tables_were_changed_is_told_from_what_its_logs_give(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command([*SMALL, "--no-corrections", "--out", "study"]) == 0
    lock = Path("study/LOCK.json")
    told = json.loads(lock.read_text())
    told["derived"] = {path: "0" * 64 if path == "report/tiers.csv" else sha for path, sha in told["derived"].items()}
    lock.write_text(json.dumps(told))
    capsys.readouterr()
    assert run_command(["reproduce", "study", "--offline"]) == 1
    assert "report/tiers.csv has other bytes" in capsys.readouterr().err


def test_the_papers_design_is_planned_in_full(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["reproduce", "institutional-ai", "--models", "mock/valid,mock/colluder,mock/best-response", "--dry-run"]
    assert run_command([*words, "--json"]) == 0
    (main,) = json.loads(capsys.readouterr().out)
    assert (main["runs"], main["rounds"]) == (270, 13_500)  # 90 runs a regime, 50 rounds: 27,000 calls, 3 tries each
    assert main["max_calls"] == 81_000
    assert run_command(["reproduce", "institutional-ai", "--dry-run"]) == 0
    out = capsys.readouterr().out
    assert "institutional-ai: 18 arms, 270 runs, 13500 rounds, at most 0 model calls" in out
    assert "institutional-ai-placebos" in out
    assert "institutional-ai-sweeps: 40 arms" in out
    assert not Path("institutional-ai").exists()


def test_placebos_and_sweeps_are_run_and_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([*SMALL, "--out", "study", "--json"]) == 0
    tables = json.loads(capsys.readouterr().out)["tables"]
    assert {"tiers", "comparisons", "labels", "enforcement", "outcomes", "accusations", "placebos"} <= tables.keys()
    assert {"sweep-learner-elevation", "sweep-divider-noisy-gain"} <= tables.keys()
    regimes = {cell["row"] for cell in tables["placebos"]["cells"]}
    assert {
        "ungoverned",
        "repeated",
        "institutional",
        "filler",
        "notice-only",
        "announced",
        "silent",
        "random",
        "hardened",
    } == regimes


def test_market_division_has_its_tests_beside_what_was_published(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "reproduce",
        "market-division",
        "--seeds",
        "1",
        "--rounds",
        "10",
        "--roster",
        "divider",
        "--roster",
        "nash",
    ]
    assert run_command([*words, "--market", "cournot-duopoly", "--out", "md"]) == 0
    out = capsys.readouterr().out
    assert "Division of goods in cournot-duopoly" in out
    assert "10 of 10" in out
    table = Path("md/report/division-cournot-duopoly.csv").read_text()
    assert "divider,both firms specialise,1.0,0.02" in table
    assert "nash,both firms specialise,0.0,0.0" in table
    assert run_command(["reproduce", "md", "--offline"]) == 0


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["institutional-ai", "--models", "mok/valid"], "unknown model"),
        (["institutional-ai", "--models", ","], "at least one model"),
        (["institutional-ai", "--models", "mock/valid", "--roster", "nash"], "two ways"),
        (["institutional-ai", "--roster", "nsh"], "Did you mean 'nash'"),
        (["institutional-ai", "--template", "cournot-cached"], "--template is for --models"),
        (["market-division", "--temperatures", "hot", "--models", "mock/valid"], "numbers were expected"),
        (["market-division", "--temperatures", "3", "--models", "mock/valid"], "from 0 to 2"),
        (["market-division", "--temperatures", "0,1"], "rosters without one have none"),
        (["LOCK.json", "--offline"], "there is no LOCK.json"),
        (["nothing/LOCK", "--offline"], "there is no nothing/LOCK"),
        (["institutional-ai", "--roster", "nsh", "--dry-run"], "error: arm ungoverned: unknown roster 'nsh'"),
        (["lock", "nothing", "--calls", "x"], "--calls goes with --offline"),
        (["institutionl-ai"], "No such command"),
    ],
)
def test_wrong_usage_is_told(home: Path, capsys: pytest.CaptureFixture[str], words: list[str], why: str) -> None:
    assert run_command(["reproduce", *words]) == 2
    assert why in capsys.readouterr().err


def test_another_study_in_the_same_folder_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([*SMALL, "--no-corrections", "--out", "study"]) == 0
    other = ["7" if word == "6" else word for word in SMALL]
    assert run_command([*other, "--no-corrections", "--out", "study"]) == 2
    assert "holds another study" in capsys.readouterr().err
