"""`agora log attack` on a small record."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from agoranomos.campaigns.attack import checks
from agoranomos.cli import log_show
from agoranomos.cli.entry import run_command
from cli.conftest import Record


def attack(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run_command(["log", "attack", *map(str, arguments)])
    out, told = capsys.readouterr()
    return code, out, told


def digests(folder: Path) -> dict[str, str]:
    return {str(path): sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_every_forgery_of_a_run_is_found_by_what_should_find_it(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    before = digests(record.run)
    code, out, told = attack(capsys, record.run)
    assert (code, told) == (0, "")
    assert "two entries swapped" in out
    assert "Nobody sees content that was false" in out
    assert digests(record.run) == before


def test_with_the_key_alone_some_pass_and_the_table_says_what_they_need(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = attack(capsys, record.run, "--trust", "key", "--json")
    (shown,) = json.loads(out)["attacks"]
    assert (code, shown["held"], shown["missed"]) == (0, ["key", "output"], [])
    passed = [one["forgery"] for one in shown["forgeries"] if one["made"] and not one["found_with"]]
    assert "rewritten, signed again with the stolen run key" in passed
    assert "rolled back: cut, with the older checkpoint and journal" in passed
    assert "one bit of an entry flipped" not in passed


def test_a_campaign_is_forged_as_a_whole_and_in_its_longest_run(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    before = digests(record.campaign)
    code, out, told = attack(capsys, record.campaign, "--json")
    run, campaign = json.loads(out)["attacks"]
    assert (code, told, run["missed"], campaign["missed"]) == (0, "", [], [])
    assert run["log"] == str(record.run)
    alone = {one["forgery"]: "key" in one["found_with"] for one in campaign["forgeries"]}
    assert alone["a run's folder deleted"]
    assert not alone["run twenty times, the best shown as the first"]
    assert all(one["made"] for one in campaign["forgeries"])
    assert digests(record.campaign) == before


def test_a_folder_that_holds_one_campaign_stands_for_it(
    record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = attack(capsys, record.campaign.parent)
    assert code == 0
    assert "a run's folder deleted" in out or "deleted" in out
    for name in ("one", "two"):
        (tmp_path / "many" / name / "ledger").mkdir(parents=True)
    code, _, told = attack(capsys, tmp_path / "many")
    assert code == 2
    assert "holds 2 campaigns" in told
    assert "one, two" in told


def test_a_verifier_that_looks_away_is_found_out(
    record: Record, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "verify_run", lambda *arguments, **options: None)
    code, _, told = attack(capsys, record.run, "--trust", "key")
    assert code == 1
    assert "not found: JSON that reads the same, written otherwise and signed" in told
    assert "It should have been found with: the workspace's public key." in told


def test_a_command_that_obeys_what_stands_in_a_log_is_found_out(
    record: Record, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, _ = attack(capsys, record.run)
    assert (code, "nothing: it is written out" in out, "\x1b" in out) == (0, True, False)
    monkeypatch.setattr(log_show, "visible", lambda text: text)
    monkeypatch.setattr(log_show, "say", print)
    code, _, told = attack(capsys, record.run)
    assert (code, "not found: commands to the terminal in a name" in told) == (1, True)


def test_wrong_usage_is_explained(record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, told = attack(capsys, record.run, "--trust", "witnes")
    assert (code, "Did you mean 'witness'?" in told) == (2, True)
    code, _, told = attack(capsys, tmp_path)
    assert (code, "holds no log" in told) == (2, True)
