"""`agora log show`."""

from __future__ import annotations

import json

import pytest

from agoranomos.cli.entry import run_command
from cli.conftest import Record


def shown(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    capsys.readouterr()
    assert run_command(["log", "show", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def test_every_entry_is_a_line_and_nothing_is_called_verified(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    out = shown(capsys, record.run)
    entries = json.loads(shown(capsys, record.run, "--json"))
    assert f"{len(entries)} of {len(entries)} entries; not verified" in out
    assert [entry["seq"] for entry in entries] == list(range(len(entries)))
    assert "cournot-duopoly, cournot-antitrust, seed 0, 12 rounds" in out
    assert "case against firm_1" in out
    assert "fine under P2_independent_decision" in out


def test_filters_narrow_it_down(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    sanctions = json.loads(shown(capsys, record.run, "--kind", "sanction", "--agent", "firm_2", "--json"))
    assert sanctions
    assert {(entry["kind"], entry["body"]["agent"]) for entry in sanctions} == {("sanction", "firm_2")}
    assert {entry["round"] for entry in json.loads(shown(capsys, record.run, "--round", 7, "--json"))} == {7}


def test_a_misspelt_filter_is_an_error_and_not_an_empty_answer(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    for option, word, nearest in (("--kind", "sanktion", "sanction"), ("--agent", "frm_1", "firm_1")):
        assert run_command(["log", "show", str(record.run), option, word]) == 2
        assert f"Did you mean '{nearest}'" in capsys.readouterr().err


def test_a_ledger_segment_is_shown_too(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    out = shown(capsys, record.campaign / "ledger")
    assert "planned" in out
    assert "campaign=small" in out


def test_a_campaign_is_not_one_log(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["log", "show", str(record.campaign)]) == 2
    assert "is not one log" in capsys.readouterr().err


def test_what_agents_wrote_cannot_command_the_terminal(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    entries = record.run / "entries" / "000000000000.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b'"agent":"firm_1"', b'"agent":"\\u001b[2Jfirm_1"'))
    assert "\x1b" not in shown(capsys, record.run)


def test_lines_that_are_no_entries_are_a_finding(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    entries = record.run / "entries" / "000000000000.jsonl"
    lines = entries.read_bytes().splitlines(keepends=True)
    for damage in (b"{not json\n", b"[1]\n"):
        entries.write_bytes(b"".join([*lines[:2], damage, *lines[3:]]))
        assert run_command(["log", "show", str(record.run)]) == 1
        assert "entry 2 is" in capsys.readouterr().err


def test_the_last_few_entries(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    whole = json.loads(shown(capsys, record.run, "--json"))
    assert json.loads(shown(capsys, record.run, "--tail", 3, "--json")) == whole[-3:]
    sanctions = [entry for entry in whole if entry["kind"] == "sanction"]
    assert json.loads(shown(capsys, record.run, "--tail", 2, "--kind", "sanction", "--json")) == sanctions[-2:]
    assert json.loads(shown(capsys, record.run, "--tail", 10_000, "--json")) == whole
    out = shown(capsys, record.run, "--tail", 1)
    assert f"1 of {len(whole)} entries; not verified" in out


def test_a_filter_that_nothing_passes_gives_an_empty_array(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(shown(capsys, record.run, "--round", 99, "--json")) == []
    assert "0 of" in shown(capsys, record.run, "--round", 99)


def test_a_log_whose_writer_died_is_shown_with_what_is_not_signed(
    record: Record, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = record.run / "entries" / "000000000000.jsonl"
    size = len(entries.read_bytes().splitlines())
    (record.run / "checkpoint").unlink()
    with entries.open("ab") as file:
        file.write(b'{"body":{},"kind":"round","round":13,"seq":%d}\n{"body":' % size)
    out = shown(capsys, record.run)
    assert f"{size + 1} of {size + 1} entries; 1 of them are not signed" in out
    assert f"entry {size + 1}: its line in entries/000000000000.jsonl is cut short" in out
    assert len(json.loads(shown(capsys, record.run, "--tail", 2, "--json"))) == 2


def test_signed_entries_that_are_gone_are_a_finding(record: Record, capsys: pytest.CaptureFixture[str]) -> None:
    entries = record.run / "entries" / "000000000000.jsonl"
    lines = entries.read_bytes().splitlines(keepends=True)
    entries.write_bytes(b"".join(lines[:-1]))
    assert run_command(["log", "show", str(record.run)]) == 1
    assert f"entry {len(lines) - 1} is missing: {len(lines)} are signed" in capsys.readouterr().err
    entries.write_bytes(b"".join(lines)[:-5])
    assert run_command(["log", "show", str(record.run)]) == 1
    assert "is cut short" in capsys.readouterr().err
    (record.run / "checkpoints" / "000.notes").unlink()
    assert "not signed" in shown(capsys, record.run, "--tail", 1)
