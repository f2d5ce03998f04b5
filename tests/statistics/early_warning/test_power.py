"""What is measured of both tests of tipping, on a sample of what `benchmarks/tipping_power.py` goes through."""

from __future__ import annotations

import numpy as np
import pytest

from agoranomos.statistics.early_warning import alarm_by_round, calibrated, delay_after
from agoranomos.statistics.early_warning.power import World, called_tipping, warned


def test_change_points_find_tipping_and_leave_drift_and_nothing_alone() -> None:
    assert called_tipping(World("tipping", agents=64), 100, 1).point >= 0.95
    for agents in (8, 64):
        assert called_tipping(World("none", agents), 100, 1).point <= 0.02
        assert called_tipping(World("drift", agents), 100, 1).point <= 0.05


def test_of_a_single_group_of_eight_about_half_of_the_tips_are_found() -> None:
    """Each of the first two rounds must lie 0.2 above the level before, and a round of eight is a coarse figure."""
    assert 0.45 <= called_tipping(World("tipping"), 400, 1).point <= 0.7


def test_a_tipping_group_of_eight_is_warned_of_within_three_rounds() -> None:
    chart = calibrated(8, 0.2, 0.6, 50, 0.05)
    for window in (None, 6):
        found = warned(World("tipping"), chart, 1000, 2, window=window)
        assert found.median is not None
        assert found.median <= 3
        assert found.warned.point > 0.99
    nothing = warned(World("none", tip=51), chart, 1000, 2)
    assert nothing.false.point <= 0.05
    assert nothing.median is None


@pytest.mark.parametrize("high", [0.4, 0.6])
def test_simulated_delays_are_the_exact_ones(high: float) -> None:
    chart = calibrated(8, 0.2, 0.6, 50, 0.05)
    found = warned(World("tipping", high=high), chart, 4000, 3)
    exact = delay_after(chart, 0.2, [high] * 25, 25)
    assert found.median is not None
    assert exact.median is not None
    assert abs(found.median - exact.median) <= 1
    assert found.false.low <= alarm_by_round(chart, [0.2] * 25)[-1] <= found.false.high


def test_moves_are_those_of_the_world() -> None:
    moves = World("tipping", agents=4, rounds=10, low=0.0001, high=0.9999, tip=4).moves(50, 0)
    assert moves.shape == (50, 4, 10)
    assert np.mean(moves[:, :, :3]) < 0.05 < 0.95 < np.mean(moves[:, :, 3:])
