import asyncio

import pytest

from agoranomos.models import open_engine
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
    assert speeds[0].failures == 6


def test_every_model_that_is_listed_and_needs_no_file_opens():
    for listed in list_models():
        if listed.state == "built in":
            assert open_engine(listed.name).name == listed.name
    assert "smollm2" in {listed.name for listed in list_models()}
