"""Models that use a tool, through the command: programs in the log, resumes that run none again, calls withheld."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from agoranomos.cli.entry import run_command
from agoranomos.institutions.entries import Round, decode_entry
from agoranomos.institutions.parts import whole_entries
from agoranomos.logs import LogReader
from agoranomos.models import Completion, EngineLost, Request
from agoranomos.policies.tool_using import PythonTool

CAMPAIGN = """\
kind: campaign
version: 1
name: tools
market: few
regimes: {alone: {}}
rosters: [solving]
seeds: 1
rounds: 4
"""


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "lab"
    for folder in ("campaigns", "agents", "scenarios"):
        (root / folder).mkdir(parents=True)
    (root / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    few = {"kind": "scenario", "version": 1, "type": "tool-use", "name": "few", "items": 4, "order": "hard-first"}
    (root / "scenarios/few.yaml").write_text(json.dumps(few))
    agent = {"policy": "tool-using", "parameters": {"model": "mock/noisy?around=comply&sd=0"}}
    (root / "agents/solving.yaml").write_text(json.dumps({"kind": "roster", "version": 1, "agents": [agent]}))
    (root / "campaigns/tools.yaml").write_text(CAMPAIGN)
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every program that is run."""
    ran: list[str] = []
    complete = PythonTool.complete

    async def counted(tool: PythonTool, request: Request) -> Completion:
        ran.append(request.messages[-1].content)
        return await complete(tool, request)

    monkeypatch.setattr(PythonTool, "complete", counted)
    return ran


def run(root: Path, *words: str, code: int = 0) -> Path:
    assert run_command(["run", "tools", "--no-cache", *words]) == code
    return max((root / "logs").glob("tools-*"), key=lambda path: path.stat().st_mtime, default=root)


def lines(folder: Path) -> list[bytes]:
    return [whole.line for whole in whole_entries(LogReader(folder / "runs/alone/0").entries())]


def rounds(folder: Path) -> Iterator[Round]:
    for line in lines(folder):
        body: Any = decode_entry(line).body
        if isinstance(body, Round):
            yield body


def test_programs_and_what_they_printed_are_in_the_log_and_the_tables(lab: Path, programs: list[str]) -> None:
    folder = run(lab)
    decisions = [body.decisions[0] for body in rounds(folder)]
    purposes = [[call.purpose for call in decision.calls] for decision in decisions]
    assert purposes == [["", "program", "tool", "answer"]] * 2 + [["", "answer"]] * 2
    assert len(programs) == 2
    calls = pq.read_table(folder / "tables/calls.parquet").to_pylist()
    assert [call["model"] for call in calls if call["purpose"] == "tool"] == ["tool/python"] * 2
    choices = pq.read_table(folder / "tables/choices.parquet").to_pylist()
    assert len(choices) == 8
    chosen = [choice for choice in choices if choice["chosen"]]
    assert [choice["round"] for choice in chosen] == [1, 2, 3, 4]
    assert all(choice["probability"] > 0.99 for choice in chosen)
    assert run_command(["log", "verify", str(folder)]) == 0
    assert run_command(["replay", str(folder)]) == 0
    assert run_command(["report", str(folder), "--json"]) == 0


def test_no_program_is_run_to_compare_arms_or_to_estimate_what_they_take(lab: Path, programs: list[str]) -> None:
    (lab / "policies").mkdir()
    (lab / "policies/constitution.md").write_text("Be thorough.")
    two = CAMPAIGN.replace("{alone: {}}", "{alone: {}, told: {told: constitution}}")
    (lab / "campaigns/tools.yaml").write_text(two)
    run(lab, "--dry-run")
    assert programs == []
    run(lab)
    ran = len(programs)
    assert ran > 0
    run(lab)
    assert len(programs) == ran


@pytest.mark.parametrize("privacy", ["", "privacy: committed\n"])
def test_a_run_that_broke_off_is_resumed_without_running_a_recorded_program(
    lab: Path, programs: list[str], monkeypatch: pytest.MonkeyPatch, privacy: str
) -> None:
    (lab / "campaigns/tools.yaml").write_text(CAMPAIGN + privacy)
    whole = run(lab, "--anew")
    wanted = lines(whole)
    shutil.rmtree(whole)
    all_of_them = list(programs)
    programs.clear()
    complete = PythonTool.complete

    async def lost(tool: PythonTool, request: Request) -> Completion:
        if len(programs) == 1:
            raise EngineLost("the machine went away")
        return await complete(tool, request)

    monkeypatch.setattr(PythonTool, "complete", lost)
    run(lab, "--anew", code=3)
    assert programs == all_of_them[:1]
    monkeypatch.setattr(PythonTool, "complete", complete)
    folder = run(lab)
    assert programs == all_of_them
    again = lines(folder)
    assert len(again) == len(wanted)
    if not privacy:
        assert again == wanted
