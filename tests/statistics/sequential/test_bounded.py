"""The bounded sequence: against a plain loop over bets, over a grid of means, and under the worst distributions."""

from __future__ import annotations

import numpy as np
import pytest

from agoranomos.statistics.sequential import BoundedSequence
from agoranomos.statistics.sequential.bounded import MOST_OF_CAPITAL


def _capital(values: list[float], mean: float, level: float = 0.95) -> float:
    """Waudby-Smith and Ramdas, equations 24 to 26, one value at a time."""
    up, down, seen, spread = 0.5, 0.5, 0.5, 0.25
    variance = 0.25
    for t, value in enumerate(values, 1):
        bet = np.sqrt(2 * np.log(2 / (1 - level)) / (variance * t * np.log(1 + t)))
        up *= 1 + min(bet, MOST_OF_CAPITAL / mean) * (value - mean)
        down *= 1 - min(bet, MOST_OF_CAPITAL / (1 - mean)) * (value - mean)
        seen += value
        spread += (value - seen / (t + 1)) ** 2
        variance = spread / (t + 1)
    return float(max(up, down))


def test_capital_is_that_of_a_plain_loop() -> None:
    values = list(np.random.default_rng(0).uniform(size=30))
    sequence = BoundedSequence(0, 1)
    for mean in (0.1, 0.35, 0.5, 0.9):
        assert sequence.log_evidence(values, mean) == pytest.approx(np.log(_capital(values, mean)), rel=1e-9, abs=1e-9)


def test_the_interval_holds_exactly_the_means_that_are_not_ruled_out() -> None:
    values = np.random.default_rng(1).beta(2, 5, 80)
    found = BoundedSequence(0, 1).interval(values)
    for mean in np.linspace(0.01, 0.99, 197):
        assert (found.low <= mean <= found.high) == (_capital(list(values), mean) < 20)


def test_the_range_may_lie_anywhere() -> None:
    values = np.random.default_rng(2).uniform(size=50)
    one, other = BoundedSequence(0, 1).interval(values), BoundedSequence(-4, 4).interval(8 * values - 4)
    assert other.low == pytest.approx(8 * one.low - 4)
    assert other.high == pytest.approx(8 * one.high - 4)


def test_values_that_are_all_equal_shut_the_interval_from_one_side_and_both() -> None:
    at_the_end, inside = BoundedSequence(0, 1).interval([1.0] * 60), BoundedSequence(0, 1).interval([0.5] * 400)
    assert at_the_end.high == 1.0
    assert at_the_end.low > 0.9
    assert 0.45 < inside.low < 0.5 < inside.high < 0.55


def test_no_value_leaves_the_whole_range() -> None:
    found = BoundedSequence(-4, 4).interval([])
    assert (found.low, found.high, found.reason) == (-4, 4, "no value")


def test_a_rare_far_tail_keeps_the_level() -> None:
    """Mean zero, but nine in ten values are a little above it: the sequence without assumptions still holds."""
    drawn = np.where(np.random.default_rng(3).uniform(size=(300, 150)) < 0.9, 0.1, -0.9)
    sequence = BoundedSequence(-1, 1)
    wrong = np.mean([max(sequence.log_evidence(row[:n]) for n in range(4, 151)) >= np.log(20) for row in drawn])
    assert wrong <= 0.05


@pytest.mark.parametrize("values", [[0.5, 1.5], [-0.1]])
def test_a_value_outside_the_range_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="from 0"):
        BoundedSequence(0, 1).interval(values)


@pytest.mark.parametrize(("low", "high", "level"), [(1, 1, 0.95), (0, 1, 0.0)])
def test_what_makes_no_sequence_is_refused(low: float, high: float, level: float) -> None:
    with pytest.raises(ValueError, match="level in"):
        BoundedSequence(low, high, level)
