"""`agora graph placebo`: from a finished campaign to a placebo that finds as often, by draw."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.analysis.campaign import summarise
from agoranomos.cli.entry import run_command

CAMPAIGN = """
kind: campaign
version: 1
name: NAME
market: cournot-duopoly
rosters: [divider]
regimes:
  ungoverned: {}
  institutional: {institution: cournot-antitrust-worded}
MORE
seeds: SEEDS
rounds: 25
"""


@pytest.fixture
def folder(home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with one finished campaign."""
    monkeypatch.chdir(tmp_path)
    assert run_command(["init", "lab"]) == 0
    monkeypatch.chdir(tmp_path / "lab")
    return played("pilot", "", 2)


def played(name: str, more: str, seeds: int) -> Path:
    text = CAMPAIGN.replace("NAME", name).replace("MORE\n", more).replace("SEEDS", str(seeds))
    Path(f"campaigns/{name}.yaml").write_text(text)
    assert run_command(["run", name, "--workers", "1"]) == 0
    (found,) = Path("logs").glob(f"{name}-*")
    return found


def test_a_placebo_finds_as_often_and_the_report_says_so(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = "institutions/mine-random.yaml"
    assert run_command(["graph", "placebo", str(folder), "institutional", "--name", "mine-random", "-o", file]) == 0
    out = capsys.readouterr().out
    assert "institutional: 2 runs of 25 rounds under cournot-antitrust-worded" in out
    assert run_command(["graph", "lint", "mine-random"]) == 0
    found = played("drawn", "  random: {institution: mine-random}\n", 12)
    capsys.readouterr()
    analysis = summarise(found)
    (check,) = [one for one in analysis.checks if "by draw" in one.name]
    assert check.verdict == "passed", check.figures
    assert "findings a run, difference" in check.figures[0]
    arms = {summary.arm.name: summary for summary in analysis.arms}
    drawn, real = (arms[name].results.acts("case").mean() for name in ("random", "institutional"))
    assert drawn == pytest.approx(real, rel=0.35)
    assert "drawn" in arms["random"].arm.placebo


def test_a_placebo_at_another_rate_fails_the_check(folder: Path) -> None:
    """The rates of another roster are not those of this one."""
    more = "  random: {institution: cournot-antitrust-random}\n"
    found = played("often", more, 20)
    (check,) = [one for one in summarise(found).checks if "by draw" in one.name]
    assert check.verdict == "failed", check.figures


def test_json_and_the_printed_file_agree(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["graph", "placebo", str(folder), "institutional"]
    capsys.readouterr()
    assert run_command(command) == 0
    printed = capsys.readouterr().out
    assert run_command([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["text"] == printed
    assert told["placebo"] == "cournot-antitrust-worded-random"
    assert told["expected_per_100_agent_rounds"]["case"] == pytest.approx(
        told["measured_per_100_agent_rounds"]["case"], rel=0.05
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["institutionel"], "unknown arm 'institutionel'"),
        (["ungoverned"], "does not live under one institution"),
    ],
)
def test_arms_that_have_no_findings_are_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert run_command(["graph", "placebo", str(folder), *arguments]) == 2
    assert said in capsys.readouterr().err


def test_a_folder_that_is_none_is_refused(home: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "placebo", str(tmp_path), "institutional"]) == 2
    assert "holds no plan.json" in capsys.readouterr().err
