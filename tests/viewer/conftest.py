"""Campaigns to look at, made once, and the app over a folder of them, asked without a socket."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from agoranomos.workspace import Workspace
from campaigns.laboratory import MOCK, Lab, make_lab

TOKEN = "t" * 32
PORT = 8000
HOST = f"127.0.0.1:{PORT}"

SCRIPTED = """
kind: campaign
version: 1
name: scripted
title: Firms that follow rules
market: cournot-duopoly
rosters: [nash-noisy, divider]
regimes:
  free: {}
  governed: {institution: cournot-antitrust}
seeds: 2
rounds: 12
outcome: price
"""


@dataclass(frozen=True)
class Made:
    """A workspace with two finished campaigns in `logs`: one of scripted firms, one of the mock engine."""

    lab: Lab
    scripted: Path
    mock: Path

    @property
    def logs(self) -> Path:
        return self.lab.logs

    @property
    def workspace(self) -> Workspace:
        return replace(self.lab.workspace, keys=self.lab.keys.folder)


def make(root: Path) -> Made:
    lab = make_lab(root)
    folders = []
    for text in (SCRIPTED, MOCK):
        made = lab.plan(text)
        lab.run(made)
        folders.append(lab.folder(made).root)
        lab.tables(made)
    return Made(lab, *folders)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Only to be read. Made in another thread: where Playwright is at work, an event loop runs in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(make, tmp_path_factory.mktemp("made")).result()


@pytest.fixture
def copied(made: Made, tmp_path: Path) -> Made:
    """A copy of the logs to do anything to."""
    shutil.copytree(made.logs, tmp_path / "logs", symlinks=True)
    lab = replace(made.lab, logs=tmp_path / "logs")
    return Made(lab, tmp_path / "logs" / made.scripted.name, tmp_path / "logs" / made.mock.name)


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page that stands for the built one."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>page</title>")
    (folder / "assets" / "app.js").write_text("export const one = 1;\n")
    return folder


@dataclass(frozen=True)
class Viewer:
    """The app, and a client that asks it."""

    app: Any
    client: Any

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(f"/{TOKEN}/api/{path}", **options)

    def json(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def run(self, campaign: Path | str, arm: str, seed: int, what: str) -> str:
        """The address of something of a run."""
        name = campaign if isinstance(campaign, str) else campaign.name
        return f"runs/{quote(name, safe='~')}/{quote(arm, safe='')}/{seed}/{what}"


@pytest.fixture
def over(page: Path) -> Iterator[Callable[..., Viewer]]:
    """The app over a folder; `workspace` gives the keys that are trusted."""
    from starlette.testclient import TestClient

    from agoranomos.viewer.app import viewer_app
    from agoranomos.viewer.routes import Shown, campaign_routes

    with ExitStack() as shown:

        def opened(root: Path, workspace: Workspace) -> Viewer:
            one = Shown(root, workspace)
            shown.callback(one.close)
            app = viewer_app(campaign_routes(one), token=TOKEN, port=PORT, page=page)
            return Viewer(app, TestClient(app, base_url=f"http://{HOST}", raise_server_exceptions=False))

        yield opened


@pytest.fixture
def viewer(made: Made, over: Callable[..., Viewer]) -> Viewer:
    """Over the campaigns that are only to be read."""
    return over(made.logs, made.workspace)
