"""The engine passes what every engine passes, and its dice are loaded as they say."""

import math

import pytest
from agoranomos.conformance import EngineConformance
from agoranomos.conformance.engine_asking import probabilities, question, weigh
from agoranomos.errors import UsageError
from agoranomos.models import open_engine


class TestFairDice(EngineConformance):
    @pytest.fixture
    def engine(self):
        return open_engine("dice/fair")


class TestLoadedDice(EngineConformance):
    @pytest.fixture
    def engine(self):
        return open_engine("dice/loaded?face=low&weight=4")


def test_the_loaded_face_is_as_probable_as_its_weight_says():
    (answer,) = weigh(open_engine("dice/loaded?face=high&weight=6"), [question("How much?", ["low", "high"])])
    assert probabilities(answer) == pytest.approx([1 / 7, 6 / 7])
    (answer,) = weigh(open_engine("dice/loaded"), [question("How much?", ["low", "high"], temperature=2.0)])
    assert probabilities(answer)[1] == pytest.approx(math.sqrt(6) / (1 + math.sqrt(6)))


def test_there_are_two_kinds_of_dice():
    with pytest.raises(UsageError, match="dice/marked"):
        open_engine("dice/marked")
