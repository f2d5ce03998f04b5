"""Every prompt of a run is written again from its log, or the run is said not to come out again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.logs import KeyStore
from agoranomos.models import Completion, EngineLost, MockEngine, Request
from agoranomos.reproduce.study import Executing, Study, plans_of, run_study
from agoranomos.workspace import find_workspace, state_folder
from campaigns.scenario_workshop import CAMPAIGN, Workshop, opened_workshop, rounds_of


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return opened_workshop(tmp_path, monkeypatch)


def spoken(capsys: pytest.CaptureFixture[str], run: Path, *words: str) -> Any:
    capsys.readouterr()
    assert run_command(["transcript", str(run), "--json", *words]) == 0
    return json.loads(capsys.readouterr().out)


MEMORIES: list[dict[str, Any]] = [
    {},
    {"memory": {"kind": "summary", "every": 2}, "reasoning": 8},
    {"memory": "shared", "orders": "rotated"},
    {"by": "reply", "model": "mock/malformed?rate=0.4", "constrained": True},
]


@pytest.mark.parametrize("parameters", MEMORIES)
def test_every_prompt_comes_again_word_for_word(
    workshop: Workshop, capsys: pytest.CaptureFixture[str], parameters: dict[str, Any]
) -> None:
    workshop.roster("agents", **parameters)
    regimes = "{free: {institution: tipping-escalating, told: antitrust-constitution, repeat: true}}"
    folder = workshop.run("agents", "--no-cache", market="three", regimes=regimes, seeds=1, rounds=8)
    asked = {each.caller: [[m.role, m.content] for m in each.messages] for each in workshop.asked}
    found = spoken(capsys, folder / "runs/free/0")
    again = {
        (one["agent"], one["round"], one["call"]): [[m["role"], m["content"]] for m in one["messages"]] for one in found
    }
    assert again == asked
    assert len(found) == len(workshop.asked)
    assert [one["round"] for one in found] == sorted(one["round"] for one in found)
    assert all(("reply" in one) != ("probabilities" in one) for one in found)


def test_it_reads_as_a_conversation(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    workshop.roster("agents")
    run = workshop.run("agents", "--no-cache", market="three", seeds=1, rounds=3) / "runs/free/0"
    capsys.readouterr()
    assert run_command(["transcript", str(run), "--agent", "worker_2"]) == 0
    said = capsys.readouterr().out
    assert said.count("--- worker_2, round ") == 3
    assert said.count("system: ") == 1
    assert said.count("user: ") == 3
    assert said.count("assistant: ") == 2
    assert "%, B: " in said
    assert "3 of 9 calls; every prompt has the digest that is recorded" in said
    assert run_command(["transcript", str(run), "--agent", "worker_9"]) == 2
    assert run_command(["transcript", str(run.parent)]) == 2
    assert len(spoken(capsys, run, "--round", "2")) == 3


def test_a_run_that_does_not_come_out_again_is_refused(
    workshop: Workshop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from agoranomos.policies.answering import conversation

    workshop.roster("agents")
    run = workshop.run("agents", "--no-cache", market="three", seeds=1, rounds=3) / "runs/free/0"
    monkeypatch.setattr(conversation, "asked", lambda notice, question: question + " Please.")
    assert run_command(["transcript", str(run)]) == 1
    assert "would ask something else than what is recorded" in capsys.readouterr().err


def test_a_changed_log_and_an_unfinished_one_are_refused(
    workshop: Workshop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.roster("agents", by="reply", constrained=True)
    run = workshop.run("agents", "--no-cache", market="three", seeds=1, rounds=3) / "runs/free/0"
    (file,) = sorted((run / "entries").glob("*.jsonl"))
    content = file.read_bytes()
    file.write_bytes(content.replace(b"worker_1", b"worker_0", 1))
    assert run_command(["transcript", str(run)]) == 1
    complete = MockEngine.complete

    async def lost(engine: MockEngine, request: Request) -> Completion:
        if request.caller[1] > 1:
            raise EngineLost("gone")
        return await complete(engine, request)

    monkeypatch.setattr(MockEngine, "complete", lost)
    unfinished = (
        workshop.run("agents", "--no-cache", "--anew", market="three", seeds=1, rounds=4, code=3) / "runs/free/0"
    )
    assert run_command(["transcript", str(unfinished)]) == 1
    assert "is not finished" in capsys.readouterr().err


def test_programs_that_were_run_are_told_and_not_run_again(
    workshop: Workshop, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workshop.run("tools", "--no-cache", market="tool-use", rosters="tool-using-mock", seeds=1)
    run = folder / "runs/free/0"
    calls = [call for body in rounds_of(run) for decision in body.decisions for call in decision.calls]
    assert any(call.purpose == "tool" for call in calls)

    def run_again(*given: Any, **named: Any) -> Any:
        raise AssertionError("a recorded program was run")

    monkeypatch.setattr("agoranomos.policies.tool_using.python_tool.run_python", run_again)
    assert len(spoken(capsys, run)) == len(calls)


def study_in(root: Path) -> Path:
    """The runs of a study that was made in the workspace `root`, with a roster and a campaign of its own."""
    agent = {"policy": "answering", "parameters": {"model": "mock/valid", "memory": "none"}}
    settings = {"name": "small", "market": "three", "regimes": "{free: {}}", "seeds": 1, "rounds": 3, "rosters": "A"}
    study = Study(
        "a paper",
        {},
        {"A.yaml": json.dumps({"kind": "roster", "version": 1, "agents": [agent]})},
        {"small.yaml": CAMPAIGN.format(**settings)},
    )
    plans = plans_of(study, root / "studies" / "small", find_workspace(root))
    done = run_study(study, plans, root / "studies" / "small", Executing(KeyStore(state_folder() / "keys"), 1))
    return done["small.yaml"].folder.root / "runs"


def test_a_run_of_a_study_is_read_and_forked_from_where_the_study_was_made(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = study_in(workshop.root)
    found = spoken(capsys, runs / "free/0")
    assert {one["agent"] for one in found} == {"worker_1", "worker_2", "worker_3"}
    assert len(found) == 9
    words = ["--institution", "tipping-audit", "--fork-at", "2"]
    assert run_command(["replay", str(runs / "free/0"), *words]) == 0


def test_a_run_of_another_workspace_is_read_in_that_one(
    workshop: Workshop, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    workshop.roster("agents")
    run = workshop.run("agents", "--no-cache", market="three", seeds=1, rounds=3) / "runs/free/0"
    here = spoken(capsys, run)
    (tmp_path / "elsewhere").mkdir()
    workshop.monkeypatch.chdir(tmp_path / "elsewhere")
    assert spoken(capsys, run) == here


def test_a_scenario_without_models_says_nothing(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    run = workshop.run("rule", "--no-cache", rosters="always-violate", seeds=1) / "runs/free/0"
    assert spoken(capsys, run) == []
