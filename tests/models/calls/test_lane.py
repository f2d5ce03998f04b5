"""A lane is an engine like any other."""

from __future__ import annotations

from typing import ClassVar

import pytest

from agoranomos.conformance.engine import EngineConformance
from agoranomos.models import Engine, MockEngine, WrappedEngine
from agoranomos.models.calls.model_queue import ModelQueue


class Narrow(WrappedEngine):
    """A mock that takes three calls at once."""

    width = 3


class TestLane(EngineConformance):
    exempt: ClassVar[dict[str, str]] = {
        "test_an_engine_that_is_closed_answers_with_failures": "closing a lane closes nothing: the engine serves others"
    }

    @pytest.fixture
    def engine(self) -> Engine:
        return ModelQueue(Narrow(MockEngine())).lane("free/0")
