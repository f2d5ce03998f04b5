"""The chart against the likelihood ratio that it sums up, in floating point and by definition."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from agoranomos.statistics.early_warning import UNITS, Chart, calibrated, first_alarms, reference_of, statistics_of


@pytest.mark.parametrize(("baseline", "to"), [(0.2, 0.6), (0.05, 0.3), (0.5, 0.9), (0.01, 0.99)])
def test_the_reference_is_where_both_shares_are_equally_likely(baseline: float, to: float) -> None:
    def ratio(share: float) -> float:
        return share * math.log(to / baseline) + (1 - share) * math.log((1 - to) / (1 - baseline))

    reference = reference_of(baseline, to) / UNITS
    assert ratio(reference - 0.005) <= 1e-12
    assert ratio(reference + 0.005) >= -1e-12


@pytest.mark.parametrize(("baseline", "to"), [(0.0, 0.5), (0.5, 0.5), (0.6, 0.2), (0.5, 1.0), (0.2, 0.201)])
def test_what_is_no_rise_is_refused(baseline: float, to: float) -> None:
    with pytest.raises(ValueError, match="a rise from"):
        reference_of(baseline, to)


def test_the_statistic_is_the_largest_sum_of_a_recent_stretch() -> None:
    chart, rng = Chart(agents=8, reference=39, limit=289), np.random.default_rng(1)
    counts = rng.binomial(8, 0.4, (20, 30))
    excess = UNITS * counts - 39 * 8
    found, windowed = statistics_of(chart, counts), statistics_of(chart, counts, window=5)
    for row, place in itertools.product(range(20), range(30)):
        stretches = [0, *(int(excess[row, start : place + 1].sum()) for start in range(place + 1))]
        assert found[row, place] == max(stretches)
        recent = [0, *(int(excess[row, start : place + 1].sum()) for start in range(max(place - 4, 0), place + 1))]
        assert windowed[row, place] == (max(recent) if place >= 4 else 0)
    one = 0
    for count, value in zip(counts[0].tolist(), found[0].tolist(), strict=True):
        one = chart.updated(one, count)
        assert (one, chart.alarms(one)) == (value, value >= 289)


def test_a_round_in_which_nobody_answered_says_nothing() -> None:
    chart = Chart(agents=4, reference=40, limit=200)
    assert chart.updated(150, 0, 0) == 150
    assert statistics_of(chart, np.array([4, 0, 1]), np.array([4, 0, 2])).tolist() == [240, 240, 260]


def test_alarms_are_counted_from_one_and_none_is_zero() -> None:
    chart = Chart(agents=1, reference=50, limit=100)
    counts = np.array([[1, 1, 0], [0, 0, 0], [0, 1, 1]])
    assert first_alarms(chart, statistics_of(chart, counts)).tolist() == [2, 0, 3]


def test_more_violations_than_answers_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and"):
        statistics_of(Chart(2, 50, 100), np.array([3]))


@pytest.mark.parametrize("agents", [1, 2, 3, 8, 31])
def test_soonest_is_how_fast_the_worst_is_found(agents: int) -> None:
    chart = calibrated(agents, 0.2, 0.6, 50, 0.05)
    everybody = np.full(60, agents)
    assert first_alarms(chart, statistics_of(chart, everybody)) == chart.soonest
