"""`agora publish`: one file, checked by whoever has it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from cli.conftest import Record


def test_a_package_is_made_and_checked(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run_command(["publish", str(record.campaign), "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert Path(made["file"]).name == f"{record.campaign.name}.tar.gz"
    assert (record.campaign / "report" / "index.html").is_file()  # a package has a report
    words = ["publish", "--check", made["file"], "--root", made["root"], "--key", made["keys"][0]]
    assert run_command(words) == 0
    told = capsys.readouterr().out
    assert "4 runs verified, 0 faulty, 0 unfinished" in told
    assert "0 equal in other bytes" in told
    assert "not excluded by this check" in told
    assert run_command([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "verified"


def test_a_stranger_without_the_key_cannot_decide(
    record: Record, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["publish", str(record.campaign), "-o", "p.tar.gz"]) == 0
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "stranger"))
    capsys.readouterr()
    assert run_command(["publish", "--check", "p.tar.gz", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "undecided"
    assert run_command(["publish", "--check", "p.tar.gz"]) == 1
    assert "faults more" in capsys.readouterr().err


def test_what_was_damaged_is_not_published(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    entries = record.run / "entries" / "000000000000.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"round":3', b'"round":4', 1))
    assert run_command(["publish", str(record.campaign), "-o", "p.tar.gz"]) == 1
    assert not Path("p.tar.gz").exists()
    assert "not handed on" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["publish", "."], "no campaign's folder"),
        (["publish", "nothing"], "no campaign's folder"),
        (["publish", "--check", "nothing.tar.gz"], "no file"),
        (["publish", "--check", "x.tar.gz", "-o", "y.tar.gz"], "--out is for making"),
        (["publish", ".", "--root", "abc"], "--root goes with --check"),
        (["publish", "--check", "x.tar.gz", "--root", "abc"], "64 hexadecimal digits were expected"),
        (["publish", ".", "-o", "x.zip"], "the name of a .tar.gz file was expected"),
        (["publish", ".", "--level", "deep"], "unknown level 'deep'"),
        (["publish", "--check", "."], "is a folder"),
    ],
)
def test_wrong_usage_is_told(home: Path, capsys: pytest.CaptureFixture[str], words: list[str], why: str) -> None:
    assert run_command(words) == 2
    assert why in capsys.readouterr().err
