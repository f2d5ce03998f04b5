"""`agora code` as a user gives it: what is printed, what is refused, and what stays as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from analysis.reasons.planting import plant
from campaigns.laboratory import Lab, make_lab


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lab:
    monkeypatch.setenv("AGORA_HOME", str(tmp_path))
    return make_lab(tmp_path)


def test_shares_are_printed_and_the_report_has_its_section(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    folder = plant(lab)
    assert run_command(["code", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "20 texts of 4 runs, 0 replies withheld" in said
    assert "no behaviour" in said
    assert "20.0%" in said
    assert run_command(["report", str(folder)]) in {0, 1}
    assert "What agents wrote, not what they did" in (folder / "report" / "index.html").read_text()


def test_json_has_shares_and_agreement(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    folder = plant(lab)
    assert run_command(["code", str(folder), "--judge", "mock/valid", "--limit", "3", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["judge"]["texts"] == 3
    assert (said["judge"]["limit"], said["judge"]["seed"]) == (3, 0)
    assert {one["code"] for one in said["judge"]["agreement"]} == set(said["codebook"]["codes"])
    assert all(
        sum(one[k] for k in ("both", "rules_only", "judge_only", "neither")) == 3 for one in said["judge"]["agreement"]
    )
    shares = {(one["arm"], one["source"], one["code"]): one for one in said["shares"]}
    assert shares["free", "plans", "threshold"]["share"]["point"] == 0.5


def test_what_is_withheld_is_told(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    folder = plant(lab, "privacy=committed")
    assert run_command(["code", str(folder), "--judge", "mock/valid"]) == 0
    assert "0 texts of 4 runs, 24 replies withheld" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "no such folder: nowhere"),
        (["."], "is no campaign's folder: it holds no plan.json"),
        (["CAMPAIGN", "--limit", "3"], "--limit is for a judge"),
        (["CAMPAIGN", "--seed", "3"], "--seed is for a judge"),
        (["CAMPAIGN", "--judge", "mock/valid", "--seed", "3"], "--seed draws a sample"),
        (["CAMPAIGN", "--judge", "mock/vlid"], "mock/valid"),
        (["CAMPAIGN", "--codebook", "none.yaml"], "no such file: none.yaml"),
        (["CAMPAIGN", "--judge", "mock/valid", "--limit", "0"], "--limit"),
    ],
)
def test_what_makes_no_sense_is_refused(
    lab: Lab, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    folder = plant(lab)
    monkeypatch.chdir(lab.workspace.root)
    assert run_command(["code", *(str(folder) if a == "CAMPAIGN" else a for a in arguments)]) == 2
    assert said in capsys.readouterr().err
    assert not (folder / "tables" / "reasons.parquet").exists()
