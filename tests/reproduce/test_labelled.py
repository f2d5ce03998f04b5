"""Intervals are over labels: closed forms, and what happens where labels do not differ."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from agoranomos.reproduce.labelled import (
    difference_over_labels,
    mean_over_labels,
    share_over_labels,
    spread_over_labels,
)

SAMPLE = {"a": [1.0, 3.0], "b": [4.0, 4.0], "c": [6.0, 8.0]}


def test_the_mean_is_that_of_labels_with_two_degrees_of_freedom() -> None:
    found = mean_over_labels(SAMPLE)
    means = np.array([2.0, 4.0, 7.0])
    assert found.point == means.mean()
    assert found.high - found.point == pytest.approx(stats.t.ppf(0.975, 2) * means.std(ddof=1) / math.sqrt(3))
    assert found.n == 3


def test_one_label_is_judged_by_its_runs() -> None:
    found = mean_over_labels({"a": [1.0, 2.0, 6.0]})
    assert (found.point, found.n) == (3.0, 3)
    assert math.isfinite(found.low)


def test_differences_are_between_the_same_labels() -> None:
    other = {"a": [1.0, 1.0], "b": [1.0], "d": [100.0]}
    found = difference_over_labels(SAMPLE, other)
    assert (found.point, found.n) == (2.0, 2)  # 2 - 1 and 4 - 1; c and d have no twin
    alone = difference_over_labels({"a": [3.0, 5.0]}, {"a": [1.0, 2.0]})
    assert (alone.point, alone.n) == (2.5, 2)  # by pairs of runs: 2 and 3


def test_shares_stay_within_nothing_and_all() -> None:
    found = share_over_labels(SAMPLE, lambda value: value >= 4)
    assert found.point == pytest.approx(2 / 3)
    assert 0.0 <= found.low < found.high <= 1.0
    assert share_over_labels(SAMPLE, lambda value: value > 0).reason


def test_the_spread_leaves_out_one_label_at_a_time() -> None:
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(300):
        sample = {str(label): list(rng.normal(size=15)) for label in range(6)}
        found = spread_over_labels(sample)
        hits += found.low <= 1.0 <= found.high
    assert hits > 270  # 95% nominal; a jackknife of so few labels is a little short
    assert spread_over_labels({"a": [1.0]}).reason
    assert spread_over_labels({"a": [1.0, 2.0], "b": [1.0, 2.0]}).reason
