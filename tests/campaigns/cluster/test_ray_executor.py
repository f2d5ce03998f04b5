"""The Ray executor where nothing dies: options, secrets, errors, and the command."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.errors import AgoraError, MachineError
from agoranomos.models import Message, Request
from agoranomos.workspace import Workspace
from campaigns.cluster.conftest import TwoNodes
from campaigns.laboratory import MOCK, SCRIPTED, Lab

ray = pytest.importorskip("ray")

from agoranomos.campaigns.executors.ray import RayExecutor  # noqa: E402 (only where Ray is installed)
from agoranomos.campaigns.executors.ray_connection import connect, unlike  # noqa: E402


@pytest.fixture
def executor(two_nodes: TwoNodes) -> Any:
    made = RayExecutor(print)
    yield made
    made.close()


@pytest.mark.parametrize("text", [SCRIPTED + "signatures: actors\n", MOCK + "privacy: committed\n"])
def test_signed_and_withheld_runs_are_the_same_on_a_cluster(
    text: str, lab: Lab, executor: RayExecutor, tmp_path: Path
) -> None:
    made, local = lab.plan(text), Lab(lab.workspace, lab.keys, tmp_path / "local")
    outcome = lab.run(made, workers=2, executor=executor)
    assert (outcome.finished, outcome.failures) == (len(made.runs()), ())
    local.run(made)
    assert lab.entries(made) == local.entries(made)
    assert lab.tables(made) == local.tables(made)


def test_a_run_that_fails_on_a_node_fails_with_its_own_error(lab: Lab, executor: RayExecutor) -> None:
    made = lab.plan(SCRIPTED, "seeds=1", "rosters=[nash]")

    def refuse(*whole: object) -> None:  # sent to the node by its value
        from agoranomos.errors import MachineError

        raise MachineError("the policy failed", advice="Mend it.")

    player = executor.player(None, None, 1, None)  # type: ignore[arg-type]
    player._task = ray.remote(num_cpus=1)(refuse)  # type: ignore[attr-defined]
    player._secrets = type("None", (), {"signing": lambda self, run: None})()  # type: ignore[attr-defined]
    with pytest.raises(MachineError, match="the policy failed") as caught:
        asyncio.run(player.play(made.runs()[0], Path("nowhere"), "o"))
    assert caught.value.advice == "Mend it."


def test_an_engine_on_a_node_answers_as_one_here(lab: Lab, executor: RayExecutor) -> None:
    from agoranomos.models import open_engine

    here, there = open_engine("mock/valid"), executor.open_engine("mock/valid", lab.workspace)
    assert (there.name, there.identity, there.capabilities) == (here.name, here.identity, here.capabilities)
    schema = {
        "type": "object",
        "properties": {"q": {"type": "integer", "minimum": 0, "maximum": 99}},
        "required": ["q"],
    }
    request = Request((Message("user", "How many?"),), 20, 1.0, 7, schema)
    one, other = (asyncio.run(engine.complete(request)) for engine in (here, there))
    assert one.text == other.text
    asyncio.run(there.close())


def test_what_opening_a_model_raises_on_a_node_is_raised_here(executor: RayExecutor, tmp_path: Path) -> None:
    with pytest.raises(AgoraError):  # as it is, and not wrapped into one of Ray's
        executor.open_engine("gguf/nothing-here.gguf", Workspace(tmp_path, "lab"))


def test_a_model_behind_a_server_is_asked_by_the_driver(
    executor: RayExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    monkeypatch.setattr(
        "agoranomos.campaigns.executors.ray.open_engine", lambda name, workspace: opened.append(name) or "here"
    )
    name = "openai/some?base_url=http://127.0.0.1:9/v1"
    assert executor.open_engine(name, Workspace(tmp_path, "lab")) == "here"
    assert opened == [name]


def test_the_command_runs_on_the_cluster(
    two_nodes: TwoNodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    (tmp_path / "small.yaml").write_text(SCRIPTED)
    words = ["run", "small.yaml", "--executor", "ray", "--set", "seeds=1", "--out", "out"]
    assert run_command(words) == 0
    assert "6 of 6 runs are finished" in capsys.readouterr().out
    assert not ray.is_initialized()


def test_without_ray_the_advice_is_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MachineError, match="not installed") as caught:
        connect()
    assert caught.value.advice == "pip install 'agoranomos[ray]'"


def test_a_node_with_another_release_is_named() -> None:
    here = {"python": "3.11.7", "packages": {"numpy": "2.1.0", "torch": "2.13.0"}}
    assert unlike(here, {"python": "3.11.7", "packages": {"numpy": "2.1.0"}}) == []
    assert unlike(here, {"python": "3.12.1", "packages": {"numpy": "2.2.0", "torch": "2.13.0"}}) == [
        "python 3.12.1 there, 3.11.7 here",
        "numpy 2.2.0 there, 2.1.0 here",
    ]
