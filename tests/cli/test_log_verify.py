"""`agora log verify` on records that are intact, and on records that were touched."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.logs import KeyStore
from cli.conftest import Record

ENTRIES = "entries/000000000000.jsonl"


def verify(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run_command(["log", "verify", *map(str, arguments)])
    out, told = capsys.readouterr()
    return code, out, told


def lines_of(run: Path) -> list[bytes]:
    return (run / ENTRIES).read_bytes().splitlines(keepends=True)


def test_an_intact_run_is_verified_and_says_what_is_not_excluded(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, told = verify(capsys, record.run)
    assert (code, told) == (0, "")
    assert out.startswith("verified: lab/small-")
    assert "12 rounds judged again under cournot-antitrust" in out
    assert "every judgement is byte-equal" in out
    assert "not excluded by this check:\n  - rollback" in out


def test_without_an_institution_there_is_nothing_to_judge(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = verify(capsys, record.campaign / "runs" / "ungoverned" / "0")
    assert code == 0
    assert "12 rounds without an institution: nothing to judge" in out


def test_a_campaign_is_verified_with_its_ledger(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    for place in (record.campaign, record.campaign.name, record.root / "logs"):
        code, out, told = verify(capsys, place)
        assert (code, told) == (0, "")
        assert [row.split()[1:5] for row in out.splitlines() if row.startswith("all ")] == [["4", "4", "0", "0"]]
    code, out, _ = verify(capsys, record.campaign, "--json")
    assert code == 0
    found = json.loads(out)
    assert found["verdict"] == "verified"
    assert {run["verdict"] for run in found["runs"]} == {"verified"}
    assert len(found["runs"]) == 4


def test_a_ledger_segment_is_verified_by_itself(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = verify(capsys, record.campaign / "ledger", "--json")
    assert (code, json.loads(out)["replay"]) == (0, None)


def test_a_copy_elsewhere_needs_the_public_key(
    record: Record, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vkey = KeyStore(record.home / "keys").trusted()[0].vkey
    (tmp_path / "key.txt").write_text(f"# the laboratory's\n{vkey}\n")
    copy = shutil.copytree(record.run, tmp_path / "copy")
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "strangers-home"))
    code, _, told = verify(capsys, copy)
    assert code == 1
    assert told.startswith("error: undecided: the log is consistent in itself")
    assert verify(capsys, copy, "--key", vkey)[0] == 0
    assert verify(capsys, copy, "--key", tmp_path / "key.txt")[0] == 0
    campaign = shutil.copytree(record.campaign, tmp_path / "campaign")
    assert verify(capsys, campaign, "--key", vkey)[0] == 0
    assert verify(capsys, campaign)[2].startswith("error: undecided: ")


def test_one_changed_byte_is_named_with_its_entry(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    lines = lines_of(record.run)
    lines[5] = lines[5].replace(b'"hhi_e6":[', b'"hhi_e6":[1', 1)
    (record.run / ENTRIES).write_bytes(b"".join(lines))
    code, out, told = verify(capsys, record.run)
    assert (code, out) == (1, "")
    assert told.startswith("error: tampered: ")
    assert "entry 5" in told
    code, out, _ = verify(capsys, record.run, "--json")
    assert (code, json.loads(out)["verdict"], json.loads(out)["entry"]) == (1, "tampered", 5)
    code, out, told = verify(capsys, record.campaign)
    assert code == 1
    assert "error: tampered: runs/institutional/0: " in told
    assert "entry 5" in told
    code, out, _ = verify(capsys, record.campaign, "--json")
    assert [run["verdict"] for run in json.loads(out)["runs"]].count("tampered") == 1


def _without_the_last_line(lines: list[bytes]) -> list[bytes]:
    return lines[:-1]


def _with_two_lines_swapped(lines: list[bytes]) -> list[bytes]:
    return [*lines[:3], lines[4], lines[3], *lines[5:]]


@pytest.mark.parametrize(
    ("change", "entry"), [(_without_the_last_line, -1), (_with_two_lines_swapped, 3)], ids=["last line", "swapped"]
)
def test_missing_and_swapped_lines_are_named(
    record: Record, capsys: pytest.CaptureFixture[str], change: Callable[[list[bytes]], list[bytes]], entry: int
) -> None:
    lines = lines_of(record.run)
    (record.run / ENTRIES).write_bytes(b"".join(change(lines)))
    code, out, _ = verify(capsys, record.run, "--json")
    assert code == 1
    assert json.loads(out)["entry"] == entry % len(lines)


def test_another_institution_than_the_recorded_one_is_a_finding(
    record: Record, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from agoranomos.workspace import library_root

    text = (library_root() / "institutions" / "cournot-antitrust.yaml").read_text()
    assert verify(capsys, record.run, "--institution", "cournot-antitrust")[0] == 0
    edited = tmp_path / "edited.yaml"
    edited.write_text(text.replace("at_least: 0.48", "at_least: 0.47"))
    assert edited.read_text() != text
    code, _, told = verify(capsys, record.run, "--institution", edited)
    assert code == 1
    assert "entry 0" in told
    assert "semantic digest" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "no such log: nowhere"),
        (["agora.yaml"], "is a file"),
        (["campaigns"], "holds no log"),
        (["CAMPAIGN", "--institution", "cournot-antitrust"], "for the log of one run"),
        (["RUN", "--institution", "cournot-antitrust", "--no-replay"], "needs the replay"),
        (["RUN", "--key", "nonsense"], "neither a public key"),
        (["RUN", "--key", ""], "neither a public key"),
        (["RUN", "--key", "."], "neither a public key"),
        (["RUN", "--institution", "cournot-antitrst"], "Did you mean 'cournot-antitrust'"),
    ],
)
def test_wrong_usage_is_told(
    record: Record, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    places = {"CAMPAIGN": str(record.campaign), "RUN": str(record.run)}
    code, out, told = verify(capsys, *(places.get(word, word) for word in arguments))
    assert (code, out) == (2, "")
    assert words in told


def test_only_what_holds_a_log_is_proposed_for_one_that_is_not_there(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    (record.run.parent / "notes").mkdir(exist_ok=True)
    code, _, told = verify(capsys, record.run.parent / "notse")
    assert (code, "notes" in told.replace("notse", "")) == (2, False)
    arm = record.run.parent.name
    assert f"Did you mean '{arm}'?" in verify(capsys, record.run.parents[1] / f"{arm}x")[2]
    (record.run.parent / "notes").rmdir()


def test_without_the_replay_only_bytes_are_checked(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = verify(capsys, record.run, "--no-replay")
    assert code == 0
    assert "judged again" not in out


def _remove_a_run(campaign: Path) -> None:
    shutil.rmtree(campaign / "runs" / "institutional" / "1")


def _put_a_run_in_the_place_of_another(campaign: Path) -> None:
    _remove_a_run(campaign)
    shutil.copytree(campaign / "runs" / "institutional" / "0", campaign / "runs" / "institutional" / "1")


def _add_a_run(campaign: Path) -> None:
    shutil.copytree(campaign / "runs" / "institutional" / "0", campaign / "runs" / "institutional" / "7")


def _edit_the_plan(campaign: Path) -> None:
    plan = campaign / "plan.json"
    plan.write_text(plan.read_text().replace('"rounds":12', '"rounds":13', 1))


def _empty_the_plan(campaign: Path) -> None:
    (campaign / "plan.json").write_text("{}")


def _break_the_plan(campaign: Path) -> None:
    (campaign / "plan.json").write_text("{")


def _edit_the_ledger(campaign: Path) -> None:
    entries = campaign / "ledger" / ENTRIES
    entries.write_bytes(entries.read_bytes().replace(b'"attempt":1', b'"attempt":2', 1))


def _remove_the_ledger(campaign: Path) -> None:
    shutil.rmtree(campaign / "ledger")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (_remove_a_run, "damaged: runs/institutional/1: the run's log is missing"),
        (_put_a_run_in_the_place_of_another, "tampered: runs/institutional/1: "),
        (_add_a_run, "tampered: runs/institutional/7: the ledger knows no such run"),
        (_edit_the_plan, "tampered: ledger: the ledger was signed for another plan"),
        (_empty_the_plan, "it holds no plan"),
        (_break_the_plan, "it is not JSON"),
        (_edit_the_ledger, "tampered: ledger: "),
        (_remove_the_ledger, "damaged: ledger: there is no ledger"),
    ],
)
def test_a_campaign_whose_parts_do_not_fit_together_is_named(
    record: Record, capsys: pytest.CaptureFixture[str], damage: Callable[[Path], None], words: str
) -> None:
    damage(record.campaign)
    code, _, told = verify(capsys, record.campaign)
    assert code == 1
    assert words in told


def test_an_unfinished_campaign_is_no_fault(
    home: Path, tmp_path: Path, original: Record, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(original.root, tmp_path / "lab", ignore=shutil.ignore_patterns("logs"))
    monkeypatch.chdir(tmp_path / "lab")
    assert run_command(["run", "small", "--limit", "1", "--workers", "1"]) == 0
    code, out, _ = verify(capsys, "logs", "--json")
    assert code == 0
    assert [run["verdict"] for run in json.loads(out)["runs"]].count("unfinished") == 3
