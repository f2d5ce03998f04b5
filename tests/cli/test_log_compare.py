"""`agora log compare`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.logs import LogWriter, SigningKey
from logs.building import ORIGIN, RUN, WORKSPACE, entries, entry


def write_log(folder: Path, lines: list[bytes], key: SigningKey = RUN) -> Path:
    log = LogWriter.create(folder, key.name, key=key, certifier=WORKSPACE, durable="close")
    log.append(lines)
    log.close()
    return folder


@pytest.fixture
def mine(home: Path, tmp_path: Path) -> Path:
    return write_log(tmp_path / "mine", entries(9))


@pytest.fixture
def theirs(mine: Path, tmp_path: Path) -> Path:
    return write_log(tmp_path / "theirs", [*entries(4), *(entry(index, "b") for index in range(4, 7))])


def compare(*arguments: object, key: str = WORKSPACE.vkey) -> int:
    return run_command(["log", "compare", *map(str, arguments), "--key", key])


def test_one_history_is_said_and_which_is_longer(
    mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = write_log(tmp_path / "part", entries(6))
    assert compare(mine, part) == 0
    out = capsys.readouterr().out
    assert f"one history of {ORIGIN}" in out
    assert f"{part}: 6 entries, a beginning; 3 entries fewer" in out
    assert f"{mine}: 9 entries, all of it" in out
    assert compare(mine, part / "checkpoint", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], [one["size"] for one in found["copies"]]) == ("one history", [6, 9])


def test_two_histories_are_shown_and_proved(
    mine: Path, theirs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evidence = tmp_path / "fork.json"
    assert compare(mine, theirs, "--evidence", evidence) == 1
    shown = capsys.readouterr()
    assert f"fork: {ORIGIN} signed two histories, 7 entries in {theirs} and 9 in {mine}" in shown.err
    assert "they agree in their first 4 entries; entry 4 differs" in shown.out
    for folder in (mine, theirs):
        for line in (folder / "checkpoint").read_text().split("\n")[:3]:
            assert f"  {line}\n" in shown.out
    assert compare(mine, theirs, "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["agree"], found["evidence"]) == ("fork", 4, None)
    # Whoever has the evidence and the key checks it without either log.
    assert compare(evidence) == 1
    assert "signed two histories, of 7 and of 9 entries" in capsys.readouterr().err
    assert compare(evidence, "--json") == 1
    assert json.loads(capsys.readouterr().out)["sizes"] == [7, 9]
    evidence.write_bytes(evidence.read_bytes().replace(b'"consistency_proof": [', b'"consistency_proof": [ "", '))
    assert compare(evidence) == 1
    assert "signed two histories" not in capsys.readouterr().err


def test_without_a_trusted_key_nothing_is_decided(mine: Path, theirs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(mine, theirs, key=SigningKey.from_seed("workspace", b"x" * 32).vkey) == 1
    assert "signed by no key that was given" in capsys.readouterr().err
    assert run_command(["log", "compare", str(mine), str(theirs)]) == 1
    assert "--key" in capsys.readouterr().err


def test_what_cannot_be_compared_is_undecided(mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    part = write_log(tmp_path / "part", entries(6))
    assert compare(mine / "checkpoint", part / "checkpoint", key=RUN.vkey) == 1
    assert "undecided: " in capsys.readouterr().err
    assert compare(mine / "checkpoint", part / "checkpoint", "--json", key=RUN.vkey) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "undecided"


def test_different_logs_and_wrong_places_are_wrong_use(
    mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_log(tmp_path / "other", entries(3), SigningKey.from_seed("lab/other", b"o" * 32))
    (tmp_path / "empty").mkdir()
    for places, message in (
        ((mine, other), "different logs"),
        ((mine,), "two copies are needed"),
        ((mine, tmp_path / "nothing"), "there is no such log"),
        ((mine, tmp_path / "empty"), "is not one log"),
    ):
        assert compare(*places) == 2
        assert message in capsys.readouterr().err


def test_of_a_campaign_the_ledgers_are_compared(
    theirs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    campaign = tmp_path / "campaign"
    campaign.mkdir()
    (campaign / "plan.json").write_text("{}")
    theirs.rename(campaign / "ledger")
    assert compare(campaign, tmp_path / "mine") == 1
    assert "fork: " in capsys.readouterr().err
