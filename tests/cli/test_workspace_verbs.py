"""`agora init`, `agora list` and `agora doctor`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli import checks
from agoranomos.cli.checks import Check, examine
from agoranomos.cli.entry import run_command
from agoranomos.logs import KeyStore
from agoranomos.models.weights import KNOWN_WEIGHTS


def test_init_says_what_it_made_and_what_comes_next(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["init", "mylab"]) == 0
    assert "Made workspace 'mylab'" in capsys.readouterr().out
    assert Path("mylab/agora.yaml").is_file()
    assert run_command(["init", "mylab"]) == 0
    assert "nothing is missing" in capsys.readouterr().out
    Path("mylab/README.md").unlink()
    assert run_command(["init", "mylab"]) == 0
    assert "Completed workspace 'mylab'" in capsys.readouterr().out


def test_init_leaves_other_folders_alone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("thesis.tex").write_text("")
    assert run_command(["init", "."]) == 2
    assert "nothing was changed" in capsys.readouterr().err


def test_list_shows_names_with_their_origin(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run_command(["init", "mylab"])
    Path("mylab/institutions/mine.yaml").write_text("")
    capsys.readouterr()
    assert run_command(["list", "institutions", "--json"]) == 0
    library = {item["name"]: item["origin"] for item in json.loads(capsys.readouterr().out)}
    assert library["cournot-antitrust"] == "library"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir("mylab")
        assert run_command(["list", "institutions"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["mine", "workspace", "institutions/mine.yaml"] in rows


def test_list_says_when_there_is_nothing(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["list", "logs"]) == 0
    assert "No logs" in capsys.readouterr().out


def by_name(found: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in found}


def test_doctor_finds_a_sound_machine_sound(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["doctor"]) == 0
    assert "Nothing to mend." in capsys.readouterr().out
    assert run_command(["doctor", "--json"]) == 0
    found = {check["name"]: check for check in json.loads(capsys.readouterr().out)}
    assert found["workspace"]["verdict"] == "note"
    assert found["keys"]["verdict"] == "ok"
    assert found["model"]["advice"].endswith("agora models pull smollm2")
    assert "a write and sync takes" in found["disk here"]["detail"]


def test_doctor_shows_the_public_key_and_finds_loose_modes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    signing = KeyStore(home / "keys").signing_key("workspace")
    assert signing.vkey in by_name(list(examine()))["key"].detail
    (home / "keys" / "workspace.key").chmod(0o644)
    assert run_command(["doctor"]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "may be read or changed by others" in out
    assert "1 to mend." in out


def test_doctor_says_which_key_others_need(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keys = KeyStore(home / "keys")
    shown = {role: keys.signing_key(role).vkey for role in ("ledger", "workspace")}
    assert run_command(["doctor"]) == 0
    out = "".join(capsys.readouterr().out.split())
    assert f"{shown['workspace']}(public;giveittowhoeverchecksyourlogs)" in out
    assert f"{shown['ledger']}(public;itsignsledgers" in out
    assert run_command(["doctor", "--json"]) == 0
    details = [check["detail"] for check in json.loads(capsys.readouterr().out) if check["name"] == "key"]
    assert details == [
        f"{shown[role]} (public; give it to whoever checks your logs)" for role in ("ledger", "workspace")
    ]


def test_doctor_finds_damaged_weights(home: Path) -> None:
    weights = KNOWN_WEIGHTS["smollm2"]
    weights.path.parent.mkdir(parents=True)
    weights.path.write_bytes(b"cut short")
    check = next(check for check in examine() if check.name == "model")
    assert (check.verdict, check.advice) == ("finding", "Run: agora models pull smollm2")


def test_doctor_finds_an_invalid_workspace_file(home: Path) -> None:
    Path("agora.yaml").write_text("kind: workspace\nversion: 1\n")
    check = by_name(list(examine()))["workspace"]
    assert check.verdict == "finding"
    assert "name is missing" in check.detail


def test_doctor_finds_missing_and_outdated_packages(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"numpy": "1.0", "torch": "0.1"}
    real = checks.version

    def version(name: str) -> str:
        if name == "scipy":
            raise checks.PackageNotFoundError(name)
        return found.get(name) or real(name)

    monkeypatch.setattr(checks, "version", version)
    answers = by_name(list(examine()))
    assert answers["package"].verdict == "finding"
    assert "numpy 1.0 is not >=2.0" in answers["package"].detail
    assert "scipy is missing" in answers["package"].detail
    assert answers["extra local"].verdict == "note"
    assert "torch 0.1 is not" in answers["extra local"].detail


def test_doctor_says_whether_campaigns_can_go_to_a_cluster(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, missing = checks.version, {"ray"}

    def version(name: str) -> str:
        if name in missing:
            raise checks.PackageNotFoundError(name)
        return "2.60.0" if name == "ray" else real(name)

    monkeypatch.setattr(checks, "version", version)
    answer = by_name(list(examine()))["extra ray"]
    assert (answer.verdict, answer.advice.endswith("pip install 'agoranomos[ray]'")) == ("note", True)
    missing.clear()
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    answer = by_name(list(examine()))["extra ray"]
    assert (answer.verdict, answer.detail) == ("ok", "ray 2.60.0; RAY_ADDRESS is 10.0.0.1:6379")


def test_doctor_finds_a_disk_that_cannot_be_written(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path) -> float:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(checks, "_sync_milliseconds", refuse)
    assert by_name(list(examine()))["disk here"].verdict == "finding"
    monkeypatch.setattr(checks, "_sync_milliseconds", lambda folder: 80.0)
    assert by_name(list(examine()))["disk here"].verdict == "note"
