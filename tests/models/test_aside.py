"""Calls that a tool answers go through what stands before a model, and not through the model's own queue."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from agoranomos.campaigns.recorded import RecordedEngine, recording_of
from agoranomos.errors import AgoraError
from agoranomos.models import Message, MockEngine, Request
from agoranomos.models.aside import aside
from agoranomos.models.calls.model_queue import ModelQueue
from agoranomos.models.unopened import UnopenedEngine
from agoranomos.reproduce.answering import StoredEngine


def recorded(engine: Any) -> RecordedEngine:
    return RecordedEngine(engine, recording_of([], {}.__getitem__))


def test_it_stands_behind_what_stands_before_the_model():
    tool = UnopenedEngine("tool")
    assert aside(MockEngine(), tool) is tool
    queue = ModelQueue(MockEngine())
    assert aside(queue.lane("run"), tool) is tool
    before = aside(recorded(queue.lane("run")), tool)
    assert isinstance(before, RecordedEngine)
    assert before.engine is tool
    assert before.name == "tool"


def test_the_model_keeps_what_stands_before_it():
    model = MockEngine()
    engine = recorded(model)
    aside(engine, UnopenedEngine("tool"))
    assert engine.engine is model


def test_beside_a_model_that_is_not_open_no_tool_is_either():
    """So whoever plays a recorded run again runs no program that the record leaves out."""
    tool = MockEngine(name="tool")
    request = Request((Message("user", "print(1)"),), max_tokens=1, temperature=0.0, seed=0, caller=("solver_1", 1, 2))
    assert asyncio.run(aside(recorded(MockEngine()), tool).complete(request)).text
    with pytest.raises(AgoraError, match="'tool' is not open"):
        asyncio.run(aside(recorded(UnopenedEngine("model")), tool).complete(request))


def test_beside_a_store_of_a_model_s_answers_a_tool_works_them_out_again():
    tool = UnopenedEngine("tool")
    stored: Any = object()
    assert aside(StoredEngine(stored, stored), tool) is tool


def test_an_engine_that_hides_what_it_stands_before_is_refused():
    class Hiding:
        def __init__(self, engine: Any) -> None:
            self._engine = engine

    with pytest.raises(TypeError, match="Hiding stands before another engine"):
        aside(Hiding(MockEngine()), UnopenedEngine("tool"))
