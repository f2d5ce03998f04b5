"""`agora graph edit` as a person starts it: it says where it is, serves the file, and ends when it is interrupted."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.viewer.app import PAGE
from agoranomos.viewer.editing_template import template

COMMAND = [sys.executable, "-c", "from agoranomos.cli import main; main()", "graph", "edit"]
PATIENCE_S = 120
"""Seconds in which what is waited for has come, however busy the machine is."""


@pytest.mark.skipif(not (PAGE / "index.html").is_file(), reason="needs the built page")
def test_it_serves_the_file_until_it_is_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(template("mine"))
    process = subprocess.Popen(
        [*COMMAND, "mine.yaml", "--no-open"],
        cwd=tmp_path,
        env={**os.environ, "AGORA_HOME": str(tmp_path / "home")},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("mine.yaml is edited at http://127.0.0.1:")
        address = line.split(" is edited at ")[1].strip()
        assert address.endswith("/#/edit")
        with urllib.request.urlopen(address.split("#")[0] + "api/edit", timeout=PATIENCE_S) as answer:
            assert json.load(answer)["text"] == template("mine")
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == "stopped\n"
        assert process.wait(PATIENCE_S) == 0
    finally:
        process.kill()
        process.wait(PATIENCE_S)
    assert path.read_text() == template("mine")


@pytest.mark.parametrize(
    ("arguments", "said", "advice"),
    [
        (["cournot-antitrus"], "unknown institution 'cournot-antitrus'", "Did you mean 'cournot-antitrust'?"),
        (["nowhere/mine.yaml"], "no such file: nowhere/mine.yaml (--new begins one)", ""),
        (["nothere.yaml"], "no such file: nothere.yaml (--new begins one)", ""),
        (["/nowhere/mine.yaml"], "no such file: /nowhere/mine.yaml (--new begins one)", ""),
        (["nowhere/other.yaml", "--new"], "no such folder: nowhere", "Make it first"),
        (["cournot-antitrust", "--out", "nowhere/other.yaml"], "no such folder: nowhere", "Make it first"),
        (["mine", "--new"], "is there already", "agora graph edit mine"),
        (["mine", "--out", "mine.txt"], "does not end in .yaml", ""),
    ],
)
def test_what_it_cannot_edit_is_told_before_it_serves(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
    advice: str,
) -> None:
    (tmp_path / "institutions").mkdir()
    (tmp_path / "institutions" / "mine.yaml").write_text(template("mine"))
    monkeypatch.chdir(tmp_path)
    assert run_command(["graph", "edit", *arguments]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert advice in told
