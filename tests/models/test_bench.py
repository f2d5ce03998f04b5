import asyncio

import pytest

from agoranomos.errors import UsageError
from agoranomos.models import Capabilities, WrappedEngine, open_engine
from agoranomos.models.bench import bench
from agoranomos.models.catalogue import list_models


def test_speeds_are_of_every_batch_against_the_first():
    speeds = asyncio.run(bench(open_engine("mock/valid"), batches=(1, 3), rounds=2))
    assert [speed.batch for speed in speeds] == [1, 3]
    assert speeds[0].speed_up == 1.0
    for speed in speeds:
        assert speed.failures == 0
        assert speed.seconds_per_decision == pytest.approx(speed.seconds / (speed.batch * speed.rounds))
        assert speed.decisions_per_second == pytest.approx(1 / speed.seconds_per_decision)
    assert speeds[1].speed_up == pytest.approx(speeds[1].decisions_per_second / speeds[0].decisions_per_second)


def test_failures_are_counted():
    speeds = asyncio.run(bench(open_engine("mock/failing"), batches=(2,), rounds=3))
    assert speeds[0].failures == 12


def test_choices_are_measured_where_there_are_any():
    class Speechless(WrappedEngine):
        capabilities = Capabilities(scores="none")

    class Lettered(WrappedEngine):
        capabilities = Capabilities(scores="letters")

        async def choose(self, question):
            assert question.labelled
            return await super().choose(question)

    mock = open_engine("mock/valid")
    assert asyncio.run(bench(mock, batches=(2,), rounds=2))[0].choices_per_second > 0
    assert asyncio.run(bench(Lettered(mock), batches=(2,), rounds=2))[0].choices_per_second > 0
    speechless = asyncio.run(bench(Speechless(mock), batches=(2,), rounds=2))[0]
    assert (speechless.choices_per_second, speechless.failures) == (None, 0)


def test_a_mock_that_plays_a_market_has_none_to_play_here():
    with pytest.raises(UsageError, match="sits in a market"):
        asyncio.run(bench(open_engine("mock/nash"), batches=(1,), rounds=1))


def test_every_model_that_is_listed_and_needs_no_file_opens():
    for listed in list_models():
        if listed.state == "built in":
            assert open_engine(listed.name).name == listed.name
    assert "smollm2" in {listed.name for listed in list_models()}
