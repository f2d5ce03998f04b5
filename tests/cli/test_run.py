from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from agoranomos.campaigns import CampaignFolder
from agoranomos.cli import run as verb
from agoranomos.cli.entry import run_command
from agoranomos.logs import DiskStorage
from agoranomos.markets import Cournot
from campaigns.laboratory import MOCK, SCRIPTED


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    root = tmp_path / "lab"
    (root / "campaigns").mkdir(parents=True)
    (root / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    (root / "campaigns" / "small.yaml").write_text(MOCK)
    (root / "campaigns" / "scripted.yaml").write_text(SCRIPTED)
    monkeypatch.chdir(root)
    return root


def test_a_campaign_runs_and_the_same_command_again_keeps_it(lab: Path, capfd) -> None:
    assert run_command(["run", "scripted", "--workers", "1"]) == 0
    out, err = capfd.readouterr()
    assert "12 of 12 runs are finished" in out
    assert "governed.ladder-gamer" in out
    assert "Next:  agora report" in out
    assert "\x1b" not in out + err
    assert run_command(["run", "scripted", "--workers", "1"]) == 0
    assert "12 of 12 runs are finished (12 of them before)" in capfd.readouterr().out
    (folder,) = (lab / "logs").iterdir()
    assert {path.name for path in folder.iterdir()} >= {
        "campaign.yaml",
        "plan.json",
        "env.json",
        "status.json",
        "tables",
    }


def test_json_and_out_and_limit(lab: Path, tmp_path: Path, capfd) -> None:
    assert run_command(["run", "small", "--out", str(tmp_path / "elsewhere"), "--limit", "2", "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert said["runs"] == {"planned": 2, "kept": 0, "finished": 2, "failed": 0}
    assert said["failures"] == []
    assert Path(said["folder"]).parent == tmp_path / "elsewhere"


def test_another_plan_after_the_first_run_is_refused_unless_it_is_said_what_is_meant(lab: Path, capfd) -> None:
    assert run_command(["run", "small", "--set", "seeds=1"]) == 0
    capfd.readouterr()
    more = ["run", "small", "--set", "seeds=2"]
    assert run_command(more) == 2
    err = capfd.readouterr().err
    assert "holds 2 runs of campaign small under another plan (campaign.seeds: 1 -> 2; seeds: [0] -> [0,1])" in err
    assert "--deviate" in err
    assert "--anew" in err
    assert len(list((lab / "logs").iterdir())) == 1
    assert run_command([*more, "--deviate", "the first two runs were to try it out"]) == 0
    assert "4 of 4 runs are finished (2 of them before)" in capfd.readouterr().out
    assert len(list((lab / "logs").iterdir())) == 1
    assert run_command(more) == 0  # the same command again, also without saying why
    assert run_command(["run", "small", "--set", "seeds=1"]) == 2
    assert "has deviated from it" in capfd.readouterr().err
    assert run_command(["log", "verify", str(next((lab / "logs").iterdir()))]) == 0


def test_a_dry_run_shows_the_plan_and_writes_nothing(lab: Path, capfd) -> None:
    assert run_command(["run", "small", "--dry-run", "--set", "rounds=4"]) == 0
    out = capfd.readouterr().out
    assert "2 arms, 4 runs, 16 rounds, at most 96 model calls" in out
    assert "cournot-antitrust" in out
    assert run_command(["run", "small", "--dry-run", "--json"]) == 0
    said = json.loads(capfd.readouterr().out)
    assert (said["runs"], said["rounds"], said["max_calls"]) == (4, 12, 72)
    assert said["folder"] == f"small-{said['digest'][:8]}"
    assert not (lab / "logs").exists()


def test_rounds_that_were_set_say_whom_they_do_not_reach(lab: Path, capfd) -> None:
    own = SCRIPTED.replace("rosters: [", "rosters: [{roster: divider, rounds: 5}, ", 1)
    assert own != SCRIPTED
    (lab / "campaigns" / "own.yaml").write_text(own)
    assert run_command(["run", "own", "--dry-run", "--set", "rounds=4"]) == 0
    assert "--set rounds does not reach those with rounds of their own: divider (5)." in capfd.readouterr().err
    assert run_command(["run", "own", "--dry-run"]) == 0
    assert "does not reach" not in capfd.readouterr().err


def test_another_experiment_has_a_folder_of_its_own(lab: Path, capfd) -> None:
    assert run_command(["run", "small", "--limit", "1"]) == 0
    for _ in range(2):
        assert run_command(["run", "small", "--limit", "1", "--set", "rounds=4", "--anew"]) == 0
    assert len(list((lab / "logs").iterdir())) == 2
    assert run_command(["run", "small", "--limit", "1", "--set", "rounds=5", "--deviate", "longer"]) == 2
    assert "not a deviation but another experiment: arm free is changed, and it has been run" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message", "advice"),
    [
        (["smal"], "unknown campaign 'smal'", "small"),
        (["missing/small.yaml"], "missing/small.yaml", ""),
        (["small", "--set", "ruonds=3"], "unknown key 'ruonds'", "rounds"),
        (["small", "--executor", "rey"], "unknown executor 'rey'", "Did you mean 'ray'?"),
        (["small", "--limit", "0"], "limit", ""),
        (["small", "--track", "mlfow"], "there is no tracker 'mlfow'", "mlflow"),
        (["small", "--workers", "none"], "workers", ""),
        (["small", "--wrokers", "2"], "wrokers", ""),
        ([], "CAMPAIGN", ""),
    ],
)
def test_wrong_usage_has_one_message_and_exit_code_2(
    lab: Path, capfd, arguments: list[str], message: str, advice: str
) -> None:
    assert run_command(["run", *arguments]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert message in err
    assert advice in err
    assert "Traceback" not in err


def test_a_folder_that_cannot_be_written_is_the_machine_s_fault(lab: Path, capfd) -> None:
    (lab / "logs").write_text("a file")
    assert run_command(["run", "small"]) == 3
    err = capfd.readouterr().err
    assert "cannot write the campaign's folder" in err
    assert "--out" in err


def test_an_edited_plan_is_a_finding(lab: Path, capfd) -> None:
    assert run_command(["run", "small", "--limit", "1"]) == 0
    (folder,) = (lab / "logs").iterdir()
    plan = json.loads((folder / "plan.json").read_bytes())
    plan["arms"][0]["rounds"] = 5
    (folder / "plan.json").write_text(json.dumps(plan))
    assert run_command(["run", "small"]) == 1
    assert "was changed after it was written (arms[free].rounds: 5 -> 3)" in capfd.readouterr().err
    (folder / "plan.json").write_text("{")
    assert run_command(["run", "small"]) == 1
    (folder / "plan.json").write_text("[]")
    assert run_command(["run", "small"]) == 1


def test_failed_runs_end_with_one_message_and_exit_code_3(lab: Path, capfd, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = DiskStorage.replace

    def full(self, path, data, *, sync):
        if "/governed/" in str(path):
            raise OSError(28, "No space left on device")
        replace(self, path, data, sync=sync)

    monkeypatch.setattr(DiskStorage, "replace", full)
    assert run_command(["run", "small"]) == 3
    out, err = capfd.readouterr()
    assert "2 of 4 runs are finished" in out
    assert "run governed/0 failed" in err
    assert "2 runs failed; everything that was recorded is kept" in err
    monkeypatch.undo()


def test_a_full_disk_exits_3_a_changed_code_exits_1_and_then_the_run_is_finished(
    lab: Path, capfd, monkeypatch: pytest.MonkeyPatch
) -> None:
    fdatasync, left = DiskStorage.fdatasync, [12]

    def filling(self, handle):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        fdatasync(self, handle)

    with monkeypatch.context() as patch:
        patch.setattr(DiskStorage, "fdatasync", filling)
        assert run_command(["run", "small", "--limit", "1"]) == 3
    err = capfd.readouterr().err
    assert "No space left on device" in err
    assert "free some space" in err
    with monkeypatch.context() as patch:
        measures = Cournot.measures
        patch.setattr(Cournot, "measures", lambda self: {**measures(self), "welfare_e6": 1})
        assert run_command(["run", "small", "--limit", "1"]) == 1
    assert "resume refused" in capfd.readouterr().err
    assert run_command(["run", "small", "--limit", "1"]) == 0


def test_ctrl_c_says_how_to_go_on_and_exits_130(lab: Path, capfd, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*given, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr("agoranomos.campaigns.execute", interrupted)
    assert run_command(["run", "small"]) == 130
    err = capfd.readouterr().err
    assert "the same command again goes on from there" in err
    monkeypatch.undo()


def test_two_drivers_are_refused_with_the_process_that_works_there(lab: Path, capfd) -> None:
    assert run_command(["run", "small", "--limit", "1"]) == 0
    (folder,) = (lab / "logs").iterdir()
    capfd.readouterr()
    with CampaignFolder(folder).locked():
        assert run_command(["run", "small"]) == 2
    assert f"(process {os.getpid()})" in capfd.readouterr().err


def test_executors_are_those_that_exist() -> None:
    assert verb.EXECUTORS == ("local", "ray")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--deviate", "longer", "--anew"], "two answers to one question"),
        (["--deviate", " "], "a reason was expected"),
        (["--deviate", ""], "a reason was expected"),
    ],
)
def test_another_plan_is_meant_in_one_way_and_with_a_reason(
    words: list[str], why: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["run", "cournot-scripted", "--dry-run", *words]) == 2
    assert why in capfd.readouterr().err
