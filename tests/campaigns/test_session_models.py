from __future__ import annotations

import asyncio
import threading

import pytest

from agoranomos.campaigns.session_models import SessionModels
from agoranomos.errors import UsageError
from agoranomos.models import BudgetSpent, Engine, Message, MockEngine, Request
from agoranomos.models.calls.traffic import Traffic
from campaigns.laboratory import MOCK, Lab

ROSTER = """
kind: roster
version: 1
agents:
  - {policy: prompted, parameters: {model: mock/valid, template: cournot-cached}}
  - {policy: prompted, parameters: {model: mock/constant, template: cournot-cached}}
"""


def mixed(lab: Lab):
    agents = lab.workspace.folder("agents")
    agents.mkdir(parents=True)
    (agents / "mixed.yaml").write_text(ROSTER)
    return lab.plan(MOCK.replace("mock-duopoly", "mixed"))


def request() -> Request:
    return Request((Message("user", "hello"),), 10, 1.0, 1)


def test_each_model_is_opened_once_off_the_loop_for_all_runs(lab: Lab) -> None:
    opened: list[tuple[str, bool]] = []
    said: list[str] = []

    def opener(name: str) -> Engine:
        opened.append((name, threading.current_thread() is threading.main_thread()))
        return MockEngine(name.removeprefix("mock/"))

    async def play() -> None:
        models = SessionModels(opener)
        runs = mixed(lab).runs()
        await models.open(runs, said.append)
        assert opened == [("mock/valid", False), ("mock/constant", False)]
        assert said == ["Opening mock/valid", "Opening mock/constant"]
        assert set(models.widths) == {"mock/valid", "mock/constant"}
        one, other = models.engines(runs[0]), models.engines(runs[1])
        assert list(one) == ["mock/valid", "mock/constant"]
        await one["mock/valid"].complete(request())
        await other["mock/constant"].complete(request())
        assert models.traffic.asked == 2
        models.stop(BudgetSpent("no more"))
        for engine in (*one.values(), *other.values()):
            with pytest.raises(BudgetSpent, match="no more"):
                await engine.complete(request())
        await models.idle()
        await models.close()

    asyncio.run(play())


def test_a_model_that_does_not_open_leaves_none_open_behind_it(lab: Lab) -> None:
    class Closing(MockEngine):
        closed = False

        async def close(self) -> None:
            self.closed = True

    first = Closing()

    def opener(name: str) -> Engine:
        if name == "mock/constant":
            raise UsageError("no such model")
        return first

    with pytest.raises(UsageError, match="no such model"):
        lab.run(mixed(lab), open_engine=opener)
    assert first.closed


def test_without_models_nothing_was_asked() -> None:
    models = SessionModels(MockEngine)
    assert models.traffic == Traffic()
    asyncio.run(models.close())
