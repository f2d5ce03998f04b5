"""Two nodes on this machine, one of them killed by its process id in mid-campaign: the same roots, the same tables."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agoranomos.campaigns.progress import Silence
from agoranomos.campaigns.verification import verify_campaign
from campaigns.cluster.conftest import TwoNodes
from campaigns.laboratory import MOCK, SCRIPTED, Lab

ray = pytest.importorskip("ray")

from agoranomos.campaigns.executors.ray import RayExecutor  # noqa: E402 (only where Ray is installed)

ASKING = MOCK.replace("seeds: 2", "seeds: 4").replace("rounds: 3", "rounds: 10")


def process_of(node: Any) -> subprocess.Popen[bytes]:
    """The node's own process; its workers end when it is gone."""
    process: subprocess.Popen[bytes] = node.all_processes["raylet"][0].process
    return process


def dying_with(node: Any, dead: Path) -> Callable[..., Any]:
    """Plays as ever, but on `node` kills that node first; elsewhere no run ends before that."""
    doomed, process = node.node_id, process_of(node).pid

    def play(*whole: Any) -> Any:  # sent to the nodes by its value, so it brings all that it needs
        import os
        import signal
        import threading

        import ray

        from agoranomos.campaigns import worker

        wait = threading.Event()
        if ray.get_runtime_context().get_node_id() == doomed:
            dead.touch()
            os.kill(process, signal.SIGKILL)
            wait.wait()
        while not dead.exists():
            wait.wait(0.02)
        return worker.play(*whole)

    return play


class Watched(RayExecutor):
    """Remembers what it tells, and the engines that it gives."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.engines: list[Any] = []
        super().__init__(self.told.append)

    def open_engine(self, *given: Any) -> Any:
        self.engines.append(super().open_engine(*given))
        return self.engines[-1]

    def nodes_of_copies(self) -> set[str]:
        """The ids of the nodes on which the copies of the last engine run."""
        copies = self.engines[-1]._copies
        return set(
            ray.get(
                [
                    copy.__ray_call__.remote(lambda _: __import__("ray").get_runtime_context().get_node_id())
                    for copy in copies
                ]
            )
        )


def until_known(node: Any) -> None:
    """Return when the head would place work on `node`: it is listed before the head has heard what it can hold."""
    strategy = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(node.node_id, soft=False)
    asked = ray.remote(num_cpus=0)(lambda: None).options(scheduling_strategy=strategy)
    while True:
        try:
            ray.get(asked.remote())
            return
        except ray.exceptions.TaskUnschedulableError:
            threading.Event().wait(0.1)


def until_noticed() -> None:
    """Return when Ray counts one node, the head: the next test begins with a cluster that is sound."""
    while sum(node["Alive"] for node in ray.nodes()) > 1:
        threading.Event().wait(0.1)


def play(lab: Lab, second_lab: Lab, text: str, executor: RayExecutor, progress: Silence) -> None:
    broken, whole = lab.plan(text), second_lab.plan(text)
    outcome = lab.run(broken, workers=None, executor=executor, progress=progress)
    assert (outcome.failures, outcome.stopped, outcome.finished) == ((), None, len(broken.runs()))
    second_lab.run(whole)
    assert lab.entries(broken) == second_lab.entries(whole)
    assert lab.tables(broken) == second_lab.tables(whole)
    assert verify_campaign(lab.folder(broken), lab.trusted()).first_fault is None
    assert not (lab.folder(broken).root / "abandoned").exists()


def test_scripted_runs_of_a_node_that_dies_are_played_elsewhere(
    lab: Lab, second_lab: Lab, two_nodes: TwoNodes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = two_nodes.add()
    executor = Watched()
    until_known(node)
    monkeypatch.setattr("agoranomos.campaigns.executors.ray_player.play", dying_with(node, tmp_path / "dead"))
    # Until its parent has heard of its end, a process that was killed still has an id, and its workers wait.
    threading.Thread(target=process_of(node).wait, daemon=True).start()
    try:
        play(lab, second_lab, SCRIPTED, executor, Silence())
        assert any("is gone; the run is played anew elsewhere" in line for line in executor.told)
        assert process_of(node).returncode == -signal.SIGKILL
        until_noticed()
    finally:
        executor.close()


def test_a_model_whose_node_dies_is_started_elsewhere_and_no_round_is_lost(
    lab: Lab, second_lab: Lab, two_nodes: TwoNodes
) -> None:
    node = two_nodes.add()
    executor = Watched()
    until_known(node)
    before: list[set[str]] = []

    class Killing(Silence):
        left = 20

        def advance(self) -> None:
            self.left -= 1
            # Ray may put both copies on one node: what matters is that one of them dies.
            if self.left <= 0 and not before and node.node_id in (nodes := executor.nodes_of_copies()):
                before.append(nodes)
                os.kill(process_of(node).pid, signal.SIGKILL)
                process_of(node).wait()

    try:
        play(lab, second_lab, ASKING, executor, Killing())
        assert len(before) == 1
        assert process_of(node).returncode == -signal.SIGKILL
        until_noticed()
    finally:
        executor.close()
