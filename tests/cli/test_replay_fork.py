"""`agora replay --fork-at`: forks of one run and of a campaign, their text and JSON, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from campaigns.laboratory import MOCK

OTHER = ["--institution", "cournot-antitrust-hardened"]

SCRIPTED = """\
kind: campaign
version: 1
name: scripted
market: cournot-duopoly
rosters: [divider]
regimes:
  ungoverned: {}
  institutional: {institution: cournot-antitrust}
seeds: 2
rounds: 12
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    root = tmp_path / "lab"
    (root / "campaigns").mkdir(parents=True)
    (root / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    (root / "campaigns" / "scripted.yaml").write_text(SCRIPTED)
    (root / "campaigns" / "small.yaml").write_text(MOCK)
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def campaign(lab: Path, capfd) -> Path:
    assert run_command(["run", "scripted", "--workers", "1"]) == 0
    capfd.readouterr()
    return next((lab / "logs").glob("scripted-*"))


def test_a_campaign_is_forked_and_its_forks_are_runs_like_others(campaign: Path, capfd) -> None:
    assert run_command(["replay", str(campaign), *OTHER, "--fork-at", "5"]) == 0
    out = capfd.readouterr().out
    assert "4 forks after round 5: up to there every entry came out as recorded" in out
    assert "for no others" in out
    rows = [line.split() for line in out.splitlines()]
    assert [row[1:3] for row in rows if row and row[0] == "institutional"] == [["as", "recorded"]]
    forks = campaign / "forks" / "cournot-antitrust-hardened@5"
    assert sorted(path.name for path in (forks / "runs").iterdir()) == ["institutional", "ungoverned"]
    assert run_command(["replay", str(forks)]) == 0
    assert "4 runs, 48 rounds: every judgement came out as recorded" in capfd.readouterr().out
    assert run_command(["log", "verify", str(forks / "runs" / "ungoverned" / "1")]) == 0
    assert "none, cournot-antitrust-hardened from round 6" in capfd.readouterr().out
    assert run_command(["log", "show", str(forks / "runs" / "ungoverned" / "1")]) == 0
    shown = capfd.readouterr().out
    assert "forked from lab/scripted-" in shown
    assert "from round 6: cournot-antitrust-hardened" in shown
    assert run_command(["log", "verify", str(campaign)]) == 0


def test_json_tells_what_came_after(campaign: Path, tmp_path: Path, capfd) -> None:
    place = str(campaign / "runs" / "ungoverned" / "0")
    other = ["--institution", "cournot-antitrust", "--fork-at", "3"]
    assert run_command(["replay", place, *other, "--out", str(tmp_path / "here"), "--json"]) == 0
    (said,) = json.loads(capfd.readouterr().out)
    assert said["fork_at"] == 3
    assert said["after"]["recorded"]["cases"] == 0 < said["after"]["forked"]["cases"]
    assert said["after"]["forked"]["rounds"] == 9
    assert Path(said["log"]).is_relative_to(tmp_path / "here")
    assert said["origin"].endswith("/ungoverned/0/cournot-antitrust@3-1")


def test_the_same_institution_begins_anew_where_that_is_asked(campaign: Path, capfd) -> None:
    place = str(campaign / "runs" / "institutional" / "0")
    same = ["replay", place, "--institution", "cournot-antitrust", "--fork-at", "8", "--json"]
    assert run_command(same) == 0
    (said,) = json.loads(capfd.readouterr().out)
    assert said["after"]["recorded"] == said["after"]["forked"]
    assert run_command([*same, "--anew"]) == 0
    (said,) = json.loads(capfd.readouterr().out)
    assert said["after"]["recorded"] != said["after"]["forked"]
    assert run_command(same) == 2
    assert "is there already" in capfd.readouterr().err


def test_runs_of_models_are_forked(lab: Path, capfd) -> None:
    assert run_command(["run", "small"]) == 0
    place = next((lab / "logs").glob("small-*")) / "runs" / "free" / "0"
    capfd.readouterr()
    assert run_command(["replay", str(place), *OTHER, "--fork-at", "1"]) == 0
    out, err = capfd.readouterr()
    assert "1 fork after round 1" in out
    assert "Opening mock" in err


def test_runs_that_share_a_file_are_forked_too(lab: Path, capfd) -> None:
    assert run_command(["run", "scripted", "--workers", "1", "--packs"]) == 0
    campaign = next((lab / "logs").glob("scripted-*"))
    assert list((campaign / "packs").glob("*/*.zip"))
    assert not (campaign / "runs" / "institutional" / "1").exists()
    capfd.readouterr()
    assert run_command(["replay", str(campaign), *OTHER, "--fork-at", "5"]) == 0
    assert "4 forks after round 5" in capfd.readouterr().out
    place = str(campaign / "runs" / "institutional" / "1")
    assert run_command(["replay", place, "--institution", "cournot-antitrust", "--fork-at", "5", "--json"]) == 0
    (said,) = json.loads(capfd.readouterr().out)
    assert said["after"]["recorded"] == said["after"]["forked"]
    assert Path(said["log"]) == campaign.resolve() / "forks" / "cournot-antitrust@5" / "runs" / "institutional" / "1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--fork-at", "3"], "a fork goes on under another institution"),
        ([*OTHER, "--out", "x"], "--out is for forks"),
        ([*OTHER, "--anew"], "--anew is for forks"),
        ([*OTHER, "--fork-at", "12"], "the run has 12 rounds"),
    ],
)
def test_wrong_usage_is_said_before_anything_runs(campaign: Path, arguments: list[str], message: str, capfd) -> None:
    assert run_command(["replay", str(campaign), *arguments]) == 2
    assert message in capfd.readouterr().err
    assert not (campaign / "forks").exists()


def test_a_run_without_its_campaign_is_not_forked(campaign: Path, tmp_path: Path, capfd) -> None:
    import shutil

    copy = shutil.copytree(campaign / "runs" / "ungoverned" / "0", tmp_path / "alone")
    assert run_command(["replay", str(copy), *OTHER, "--fork-at", "3"]) == 2
    assert "a fork needs the campaign's plan" in capfd.readouterr().err
