"""Whatever happens, one message and one exit code."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agoranomos.cli import entry
from agoranomos.cli.entry import INTERRUPTED, READER_GONE, run_command
from agoranomos.errors import Finding, MachineError, UsageError


@pytest.fixture
def broken(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], int]:
    """Has `agora list` end in the given error."""

    def run(error: BaseException) -> int:
        def fail(*_: object) -> None:
            raise error

        monkeypatch.setattr("agoranomos.workspace.find_workspace", fail)
        return run_command(["list", "markets"])

    return run


@pytest.mark.parametrize(("error", "code"), [(Finding, 1), (UsageError, 2), (MachineError, 3)])
def test_our_own_errors_carry_their_code_and_advice(
    broken: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str], error: type[Finding], code: int
) -> None:
    assert broken(error("what happened", advice="what to do")) == code
    assert capsys.readouterr() == ("", "error: what happened\n  what to do\n")


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "The disk is full"), (errno.EACCES, "You may not"), (errno.EROFS, "read-only"), (errno.EIO, "")],
)
def test_the_disks_errors_are_the_machines(
    broken: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str], number: int, words: str
) -> None:
    assert broken(OSError(number, os.strerror(number), "logs/x")) == 3
    assert capsys.readouterr().err.startswith(f"error: logs/x: {os.strerror(number)}\n")
    assert broken(OSError(number, os.strerror(number))) == 3
    assert words in capsys.readouterr().err


def test_an_unexpected_error_is_one_message_with_the_way_to_its_traceback(
    broken: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert broken(ZeroDivisionError("division by zero")) == 3
    told = capsys.readouterr().err
    assert "ZeroDivisionError: division by zero" in told
    assert "AGORA_TRACEBACK=1" in told
    assert "Traceback" not in told
    monkeypatch.setenv("AGORA_TRACEBACK", "1")
    assert broken(ZeroDivisionError("division by zero")) == 3
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_memory_that_runs_out_has_its_advice(
    broken: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert broken(MemoryError()) == 3
    assert "out of memory\n  Lower --workers" in capsys.readouterr().err


def test_an_interruption_is_not_a_failure(
    broken: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert broken(KeyboardInterrupt()) == INTERRUPTED
    assert capsys.readouterr().err == "error: interrupted\n"


@pytest.mark.parametrize(
    "arguments",
    [["lst"], ["list"], ["list", "nonsense"], ["list", "markets", "--jsn"], ["run"], ["run", "x", "--limit", "0"], []],
)
def test_wrong_usage_is_2_and_prints_nothing_on_standard_output(
    home: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run_command(arguments) == 2
    out, told = capsys.readouterr()
    assert out == ""
    assert told.startswith(("error: ", "Usage: agora"))
    assert "Traceback" not in told


def test_a_misspelt_verb_is_answered_with_the_nearest(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["lst"]) == 2
    assert "list" in capsys.readouterr().err


def test_what_comes_from_files_cannot_command_the_terminal(
    broken: Callable[[BaseException], int], capsys: pytest.CaptureFixture[str]
) -> None:
    broken(UsageError("\x1b[2J\x9bwiped\u202e", advice="\x07"))
    assert capsys.readouterr().err == "error: \\x1b[2J\\x9bwiped\\u202e\n  \\x07\n"


def test_the_version_is_printed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from agoranomos import __version__

    assert run_command(["--version"]) == 0
    assert capsys.readouterr().out.strip() == __version__


def test_the_console_script_ends_the_process_with_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entry, "run_command", lambda arguments: 1)
    with pytest.raises(SystemExit) as ended:
        entry.main([])
    assert ended.value.code == 1


def test_a_reader_that_goes_away_is_met_with_silence(home: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", "from agoranomos.cli import main; main()", "list", "markets"]
    ended = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (READER_GONE, b"")
