"""A workspace in which models play scenarios through the command, and everything that they were asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.institutions.entries import Round, decode_entry
from agoranomos.institutions.parts import whole_entries
from agoranomos.logs import LogReader
from agoranomos.models import Completion, Distribution, MockEngine, Question, Request

CAMPAIGN = """\
kind: campaign
version: 1
name: {name}
market: {market}
rosters: [{rosters}]
regimes: {regimes}
seeds: {seeds}
rounds: {rounds}
"""


class Workshop:
    """A workspace of its own, and everything that its models were asked."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.asked: list[Request | Question] = []
        self.monkeypatch = monkeypatch
        for folder in ("campaigns", "agents", "scenarios"):
            (root / folder).mkdir()
        self.scenario("three", workers=3)
        (root / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
        complete, choose = MockEngine.complete, MockEngine.choose

        async def completed(engine: MockEngine, request: Request) -> Completion:
            self.asked.append(request)
            return await complete(engine, request)

        async def chosen(engine: MockEngine, question: Question) -> Distribution:
            self.asked.append(question)
            return await choose(engine, question)

        monkeypatch.setattr(MockEngine, "complete", completed)
        monkeypatch.setattr(MockEngine, "choose", chosen)

    def scenario(self, name: str, **keys: Any) -> None:
        document = {"kind": "scenario", "version": 1, "type": "role-play", "name": name, **keys}
        (self.root / "scenarios" / f"{name}.yaml").write_text(json.dumps(document))

    def roster(self, name: str, **parameters: Any) -> None:
        agents = [{"policy": "answering", "parameters": {"model": "mock/valid", **parameters}}]
        document = {"kind": "roster", "version": 1, "agents": agents}
        (self.root / "agents" / f"{name}.yaml").write_text(json.dumps(document))

    def run(self, name: str, *words: str, code: int = 0, **given: Any) -> Path:
        settings = {"market": "role-play", "regimes": "{free: {}}", "seeds": 2, "rounds": 6, "rosters": name}
        text = CAMPAIGN.format(name=name, **{**settings, **given})
        (self.root / "campaigns" / f"{name}.yaml").write_text(text)
        assert run_command(["run", name, *words]) == code
        found = sorted((self.root / "logs").glob(f"{name}-*"), key=lambda path: path.stat().st_mtime)
        return found[-1] if found else self.root


def opened_workshop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A workshop in a new workspace in `folder`, which is gone to, with keys of its own."""
    root = folder / "lab"
    root.mkdir()
    monkeypatch.setenv("AGORA_HOME", str(folder / "home"))
    monkeypatch.chdir(root)
    return Workshop(root, monkeypatch)


def entries(log: Path) -> Iterator[Any]:
    return (decode_entry(whole.line) for whole in whole_entries(LogReader(log).entries()))


def rounds_of(log: Path) -> list[Round]:
    return [entry.body for entry in entries(log) if isinstance(entry.body, Round)]
