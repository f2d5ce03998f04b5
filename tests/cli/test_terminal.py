"""Plain where nobody watches."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.table import Table

from agoranomos.cli.terminal import PLAIN_WIDTH, complain, console, say, say_json, show, visible


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@given(st.text())
def test_no_control_character_gets_through(text: str) -> None:
    shown = visible(text)
    assert all(letter.isprintable() or letter in "\n\t" or ord(letter) > 0x9F for letter in shown)
    assert "\x1b" not in shown
    shown.encode()


def test_printable_text_is_left_alone() -> None:
    assert visible("Ü → 3 €\n\tok") == "Ü → 3 €\n\tok"


def test_a_pipe_gets_no_colour_and_room_for_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    pipe = io.StringIO()
    screen = console(pipe)
    screen.print("[bold]x[/bold]", style="red")
    assert pipe.getvalue() == "[bold]x[/bold]\n"
    assert screen.width == PLAIN_WIDTH


def test_a_terminal_gets_colour_unless_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    watched = Terminal()
    console(watched).print("x", style="red")
    assert "\x1b[31m" in watched.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Terminal()
    console(plain).print("x", style="red")
    assert "\x1b[31m" not in plain.getvalue()


def test_errors_are_red_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    watched = Terminal()
    monkeypatch.setattr("sys.stderr", watched)
    complain("what")
    assert watched.getvalue() == "\x1b[31merror:\x1b[0m what\n"
    monkeypatch.setenv("NO_COLOR", "1")
    complain("what", "one\ntwo")
    assert watched.getvalue().endswith("\nerror: what\n  one\n  two\n")


def test_json_is_ascii_and_finite(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"b": "\x9b é", "a": [1, None]})
    printed = capsys.readouterr().out
    assert printed.isascii()
    assert list(json.loads(printed)) == ["b", "a"]
    with pytest.raises(ValueError, match="not JSON compliant"):
        say_json(float("nan"))


def test_a_line_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    say("a\x1bb")
    assert capsys.readouterr().out == "a\\x1bb\n"


def test_a_table_that_is_too_wide_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    table = Table("name", "file", box=None, pad_edge=False)
    table.add_row("n" * 25, "f" * 25)
    show(table)
    out = capsys.readouterr().out
    assert (out.count("n"), out.count("f")) == (25 + len("n"), 25 + len("f"))
    assert all(len(line) <= 30 for line in out.splitlines())
