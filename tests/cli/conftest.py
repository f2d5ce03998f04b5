"""One small campaign, run by the command itself, that tests may copy and damage."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command

CAMPAIGN = """\
kind: campaign
version: 1
name: small
market: cournot-duopoly
rosters: [divider]
regimes:
  ungoverned: {}
  institutional: {institution: cournot-antitrust}
seeds: 2
rounds: 12
"""


@dataclass(frozen=True)
class Record:
    """A workspace with a finished campaign in it, and the state folder with its keys."""

    root: Path
    home: Path

    @property
    def campaign(self) -> Path:
        return next((self.root / "logs").glob("small-*"))

    @property
    def run(self) -> Path:
        return self.campaign / "runs" / "institutional" / "0"


def _run_campaign(root: Path, home: Path) -> None:
    (root / "campaigns").mkdir(parents=True)
    (root / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    (root / "campaigns" / "small.yaml").write_text(CAMPAIGN)
    before, os.environ["AGORA_HOME"] = os.environ.get("AGORA_HOME"), str(home)
    here = Path.cwd()
    try:
        os.chdir(root)
        assert run_command(["run", "small", "--workers", "1"]) == 0
    finally:
        os.chdir(here)
        if before is None:
            del os.environ["AGORA_HOME"]
        else:
            os.environ["AGORA_HOME"] = before


@pytest.fixture(scope="session")
def original(tmp_path_factory: pytest.TempPathFactory) -> Record:
    place = tmp_path_factory.mktemp("record")
    _run_campaign(place / "lab", place / "home")
    return Record(place / "lab", place / "home")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty state folder, and an empty current folder."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("AGORA_TRACEBACK", raising=False)
    return tmp_path / "home"


@pytest.fixture
def record(original: Record, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """A copy of the record to do anything to; the current folder is its workspace."""
    shutil.copytree(original.root, tmp_path / "lab")
    shutil.copytree(original.home, home)
    monkeypatch.chdir(tmp_path / "lab")
    return Record(tmp_path / "lab", home)


@pytest.fixture(autouse=True)
def _no_terminal_size(monkeypatch: pytest.MonkeyPatch) -> None:
    # Importing readline exports the size that it believes the terminal has, and pytest's workers import it.
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.delenv("LINES", raising=False)
