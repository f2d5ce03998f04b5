"""`agora graph check`: what it prints, writes and returns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.workspace import library_root

FAITHFUL, HARDENED = "cournot-antitrust", "cournot-antitrust-hardened"


def planted(folder: Path, before: str, after: str) -> Path:
    """The hardened ladder with a small change."""
    text = (library_root() / "institutions" / f"{HARDENED}.yaml").read_text()
    assert before in text
    path = folder / "changed.yaml"
    path.write_text(text.replace(before, after))
    return path


def test_what_is_sound_passes(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "check", HARDENED, "--market", "cournot-duopoly"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{HARDENED}: 1,585 standings, 4,755 judged rounds\n")
    assert out.endswith("nothing found\n")


def test_a_free_warning_is_told_with_its_play(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "check", FAITHFUL]) == 1
    out = capsys.readouterr().out
    assert "free-offence: An agent can be accused over and over again, and never pay.\n" in out
    assert "cournot-antitrust.yaml:71:5: error: active -> warning" in out
    assert "      1      high_concentration  active -> warning            warning, 5 rounds left\n" in out
    assert out.endswith("1 error, 3 warnings\n")


def test_a_warning_alone_is_no_failure(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = planted(tmp_path, "on: violation, when: warned == 0", "on: violation, cooldown: 1, when: warned == 0")
    assert run_command(["graph", "check", str(path)]) == 0
    assert capsys.readouterr().out.endswith("0 errors, 1 warning\n")


def test_json_holds_every_finding_with_its_trace(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "check", FAITHFUL, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["institution"], told["complete"], told["limits"]) == (FAITHFUL, True, [])
    assert (told["standings"], told["judged_rounds"]) == (17_330, 51_990)
    first = told["findings"][0]
    assert (first["rule"], first["level"], first["line"], first["column"]) == ("free-offence", "error", 71, 5)
    assert first["place"].endswith(":71:5")
    assert len(first["trace"]["rounds"]) == 6
    assert told["findings"][1]["trace"] is None


def test_sarif_is_written_beside_the_text(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "found.sarif"
    assert run_command(["graph", "check", FAITHFUL, "--sarif", str(path)]) == 1
    log = json.loads(path.read_text())
    assert log["version"] == "2.1.0"
    assert log["runs"][0]["results"][0]["ruleId"] == "free-offence"


def test_counterexamples_are_written_for_graph_test(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They pass against the institution they were found in, and fail against one that is mended."""
    traces = tmp_path / "found.traces.yaml"
    assert run_command(["graph", "check", FAITHFUL, "--write-traces", str(traces)]) == 1
    assert run_command(["graph", "test", FAITHFUL, str(traces)]) == 0
    text = (library_root() / "institutions" / f"{FAITHFUL}.yaml").read_text()
    mended = tmp_path / "cournot-antitrust.yaml"
    mended.write_text(
        text.replace("on: violation, lasts: 5, cooldown: 1}", "on: violation, lasts: 5, fine: {rate: 0.1}}")
    )
    assert run_command(["graph", "test", str(mended), str(traces)]) == 1


def test_nothing_is_written_where_there_is_no_counterexample(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    traces = tmp_path / "none.yaml"
    assert run_command(["graph", "check", HARDENED, "--write-traces", str(traces)]) == 0
    assert not traces.exists()
    assert "no counterexample to write" in capsys.readouterr().out


def test_names_of_written_traces_differ(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from agoranomos.cli.graph_check import _distinct
    from agoranomos.institutions.traces import Trace, TraceRound

    twice = [Trace(name="x" * 120, rounds=(TraceRound(),))] * 3
    names = [trace.name for trace in _distinct(twice)]
    assert len(set(names)) == 3
    assert all(len(name) <= 120 for name in names)


def test_a_limit_is_said_in_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "check", FAITHFUL, "--max-standings", "100"]) == 0
    out = capsys.readouterr().out
    assert "standings (not all of them)" in out
    assert "note: Stopped after" in out


@pytest.mark.parametrize("option", ["--sarif", "--write-traces"])
def test_a_file_that_cannot_be_written_is_an_error_in_words(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert run_command(["graph", "check", FAITHFUL, option, str(tmp_path / "missing" / "file")]) == 3
    assert "cannot write" in capsys.readouterr().err


def test_a_file_that_is_no_institution_is_refused(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text("kind: institution\nversion: 1\nname: broken\n")
    assert run_command(["graph", "check", str(path)]) == 2
    assert "broken.yaml:" in capsys.readouterr().err


def test_progress_is_shown_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from agoranomos.cli import graph_check

    assert graph_check._progress() is None
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    show = graph_check._progress()
    assert show is not None
    show(5, 1_000)
    show(1_000, 1_000)
    err = capsys.readouterr().err
    assert "5 of 1,000 standings judged" in err
    assert err.endswith("\r\x1b[K")
