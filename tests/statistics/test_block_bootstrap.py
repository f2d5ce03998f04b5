"""The circular block bootstrap against enumeration of all starts and against a plain loop."""

import itertools
import math

import numpy as np
import pytest

from agoranomos.statistics import circular_block_bootstrap


def generator() -> np.random.Generator:
    return np.random.default_rng(11)


def resampled(series: list[float], starts: tuple[int, ...], block: int) -> list[float]:
    n = len(series)
    joined = [series[(start + step) % n] for start in starts for step in range(block)]
    return joined[:n]


def test_equal_to_the_enumeration_of_all_starts():
    series, block, reference = [0.0, 1.0, 1.0, 4.0, 9.0], 3, 2.0
    means = [np.mean(resampled(series, starts, block)) for starts in itertools.product(range(5), repeat=2)]
    found = circular_block_bootstrap(series, reference, generator(), block=block, resamples=40_000)
    assert found.p == pytest.approx(np.mean([m <= reference for m in means]), abs=0.01)
    assert found.mean == 3.0
    assert np.mean(means) == pytest.approx(3.0)


def test_equal_to_a_plain_loop_over_the_same_starts():
    series = list(np.random.default_rng(3).normal(size=50))
    starts = generator().integers(0, 50, size=(200, 8))
    means = [np.mean(resampled(series, tuple(row), 7)) for row in starts]
    found = circular_block_bootstrap(series, 0.0, generator(), resamples=200)
    assert found.p == np.mean([m <= 0 for m in means])
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])))


def test_a_specialised_series_is_far_above_nash():
    series = 0.9 + 0.05 * np.sin(np.arange(50))
    assert circular_block_bootstrap(series, 3 / 11, generator()).p == 0.0


@pytest.mark.parametrize(
    ("series", "reason"),
    [
        ([], "no value"),
        ([1.0], "one value has no spread"),
        ([1.0] * 20, "all 20 values are equal"),
        ([1.0, 2.0] * 3, "6 values fit in one block of 7"),
    ],
)
def test_degenerate_cases_say_why(series, reason):
    found = circular_block_bootstrap(series, 0.0, generator())
    assert math.isnan(found.p)
    assert found.reason == reason


def test_a_block_holds_at_least_one_value():
    with pytest.raises(ValueError, match="block"):
        circular_block_bootstrap([1.0, 2.0], 0.0, generator(), block=0)
