"""`agora run` refuses arms that do not match before anything is written, and shows how they match without running."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command

ROSTER = """\
kind: roster
version: 1
agents: [{{policy: prompted, parameters: {{model: mock/valid, temperature: {temperature}}}}}]
"""

CAMPAIGN = """\
kind: campaign
version: 1
name: compared
market: cournot-duopoly
regimes:
  ungoverned: {}
  institutional: {institution: cournot-antitrust}
arms:
  free: {regime: ungoverned, roster: cool}
  governed: {regime: institutional, roster: hot}
seeds: 1
rounds: 3
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    root = tmp_path / "lab"
    for kind in ("agents", "campaigns"):
        (root / kind).mkdir(parents=True)
    (root / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    for name, temperature in (("cool", 0.2), ("hot", 0.9)):
        (root / "agents" / f"{name}.yaml").write_text(ROSTER.format(temperature=temperature))
    (root / "campaigns" / "compared.yaml").write_text(CAMPAIGN)
    monkeypatch.chdir(root)
    return root


def test_arms_that_do_not_match_are_refused_before_anything_is_written(lab: Path, capfd) -> None:
    assert run_command(["run", "compared"]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert f"{lab / 'campaigns' / 'compared.yaml'}:8:1: arms free and governed are compared" in err
    assert "-0.2\n+0.9\n" in err
    assert "`differs: [sampling.temperature]`" in err
    assert not (lab / "logs").exists()


def test_what_is_declared_runs(lab: Path, capfd) -> None:
    assert run_command(["run", "compared", "--set", "differs=[sampling.temperature]"]) == 0
    assert "2 of 2 runs are finished" in capfd.readouterr().out


def test_a_dry_run_shows_the_difference_and_ends_as_the_run_would(lab: Path, capfd) -> None:
    assert run_command(["run", "compared", "--dry-run"]) == 2
    out, err = capfd.readouterr()
    assert (
        "matched: of 1 pairs of compared arms 0 differ in their regimes alone, 0 in what is declared besides, 1" in out
    )
    assert "free and governed (two regimes), NOT DECLARED:\n  sampling.temperature of firm_1, firm_2\n" in out
    assert "`differs: [sampling.temperature]`" in err
    assert run_command(["run", "compared", "--dry-run", "--set", "differs=[sampling, memory]"]) == 0
    out = capfd.readouterr().out
    assert "free and governed (two regimes), declared:\n" in out
    assert "names what no compared arms differ in: memory" in out


def test_a_dry_run_as_json_holds_the_whole_diff(lab: Path, capfd) -> None:
    assert run_command(["run", "compared", "--dry-run", "--json", "--set", "differs=[sampling]"]) == 0
    (pair,) = json.loads(capfd.readouterr().out)["matched"]["pairs"]
    assert (pair["first"], pair["second"], pair["undeclared"]) == ("free", "governed", [])
    (found,) = pair["declared"]
    assert (found["aspect"], found["agents"]) == ("sampling.temperature", ["firm_1", "firm_2"])
    assert found["diff"][-2:] == ["-0.2", "+0.9"]


def test_a_dry_run_tells_what_the_regimes_put_into_the_prompts(lab: Path, capfd) -> None:
    assert run_command(["run", "cournot-mock", "--dry-run"]) == 0
    lines = capfd.readouterr().out.splitlines()
    (head,) = (line for line in lines if line.startswith("characters asked"))
    rows = {line.split()[0]: line.split()[1:] for line in lines[lines.index(head) + 1 :][:3]}
    first = {name: int(row[0].replace(",", "")) for name, row in rows.items()}
    told, notice = int(rows["constitutional"][1]), int(rows["institutional"][2])
    assert told > 500
    assert notice > 100
    # What an arm's prompt has more than the ungoverned one is its text, and one line break.
    assert first["constitutional"] - first["ungoverned"] == told + 1
    assert first["institutional"] - first["ungoverned"] == notice + 1
