"""Chances of alarms and delays: against enumeration of all histories, against simulation, and what is promised."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from agoranomos.statistics.early_warning import (
    Chart,
    alarm_by_round,
    alarm_within,
    calibrated,
    delay_after,
    first_alarms,
    statistics_of,
)

HORIZON, FALSE_ALARMS = 50, 0.05


def simulated(chart: Chart, rates: list[float], runs: int, seed: int, window: int | None = None) -> np.ndarray:
    counts = np.random.default_rng(seed).binomial(chart.agents, rates, (runs, len(rates)))
    return first_alarms(chart, statistics_of(chart, counts, window=window))


@pytest.mark.parametrize("agents", [1, 2])
def test_the_chance_of_an_alarm_is_that_of_all_histories_that_raise_one(agents: int) -> None:
    chart, rates = Chart(agents, 39, 130), [0.2, 0.3, 0.5, 0.1, 0.6]
    expected = np.zeros(5)
    for history in itertools.product(range(agents + 1), repeat=5):
        chances = [math.comb(agents, k) * p**k * (1 - p) ** (agents - k) for k, p in zip(history, rates, strict=True)]
        alarm = int(first_alarms(chart, statistics_of(chart, np.array(history))))
        if alarm:
            expected[alarm - 1 :] += math.prod(chances)
    np.testing.assert_allclose(alarm_by_round(chart, rates), expected, atol=1e-12)


@pytest.mark.parametrize("agents", [1, 2, 5, 8, 20])
def test_the_limit_is_the_lowest_that_keeps_false_alarms_as_rare_as_promised(agents: int) -> None:
    """Also where only some of them answer, of whom each counts for more: five of eight would pass 5% at all's limit."""
    chart = calibrated(agents, 0.2, 0.6, HORIZON, FALSE_ALARMS)

    def chances(limit: int) -> list[float]:
        return [
            float(alarm_by_round(Chart(answering, chart.reference, limit), [0.2] * HORIZON)[-1])
            for answering in range(1, agents + 1)
        ]

    assert max(chances(chart.limit)) <= FALSE_ALARMS
    assert max(chances(chart.limit - 1)) > FALSE_ALARMS


@pytest.mark.parametrize(("agents", "persistence"), [(1, 0.8), (3, 0.5), (8, 0.8)])
def test_with_persistence_false_alarms_are_as_rare_as_promised(agents: int, persistence: float) -> None:
    """Chains of two states that begin as they go on, simulated; a chart for independent moves alarms far more often."""
    rng, runs = np.random.default_rng(agents), 20_000
    begins = 0.2 * (1 - persistence) / 0.8
    moves = [rng.random((runs, agents)) < 0.2]
    for _ in range(HORIZON - 1):
        moves.append(rng.random((runs, agents)) < np.where(moves[-1], persistence, begins))
    counts = np.stack(moves, axis=-1).sum(axis=1)
    chart = calibrated(agents, 0.2, 0.6, HORIZON, FALSE_ALARMS, persistence)
    chance = alarm_within(chart, 0.2, HORIZON, persistence)
    found = (first_alarms(chart, statistics_of(chart, counts)) > 0).mean()
    assert chance <= FALSE_ALARMS
    assert abs(found - chance) < 4 * math.sqrt(chance * (1 - chance) / runs)
    blind = calibrated(agents, 0.2, 0.6, HORIZON, FALSE_ALARMS)
    assert (first_alarms(blind, statistics_of(blind, counts)) > 0).mean() > 2 * FALSE_ALARMS


def test_who_persists_as_often_as_the_baseline_is_independent_of_its_past() -> None:
    chart = Chart(4, 39, 150)
    for rounds in (1, 2, 9):
        independent = alarm_by_round(chart, [0.2] * rounds)[-1]
        assert alarm_within(chart, 0.2, rounds) == pytest.approx(independent, rel=1e-12)
        assert alarm_within(chart, 0.2, rounds, 0.2) == pytest.approx(independent, rel=1e-12)


@pytest.mark.parametrize("rounds", [200, 2000])
def test_the_chance_over_many_rounds_is_that_of_every_single_one(rounds: int) -> None:
    chart = Chart(3, 39, 400)
    assert alarm_within(chart, 0.2, rounds) == pytest.approx(alarm_by_round(chart, [0.2] * rounds)[-1], rel=1e-6)


def test_chances_far_below_rounding_are_told() -> None:
    """Two agents, each of whom breaks the rule in each of ten rounds: 0.01 to the power of twenty."""
    chart = Chart(2, 39, 1220)
    assert alarm_by_round(chart, [0.01] * 10)[-1] == pytest.approx(1e-40, rel=1e-9)
    assert alarm_within(chart, 0.01, 10) == pytest.approx(1e-40, rel=1e-9)


def test_rarer_false_alarms_take_higher_limits_also_below_rounding() -> None:
    limits = [calibrated(2, 0.2, 0.6, 20, chance).limit for chance in (1e-3, 1e-12, 1e-16, 1e-18, 1e-20)]
    assert limits == sorted(set(limits))


def test_what_would_take_minutes_to_calibrate_is_refused() -> None:
    with pytest.raises(ValueError, match="takes too long to calibrate"):
        calibrated(100, 0.2, 0.25, 2000, 0.001)


@pytest.mark.parametrize("agents", [1, 8])
def test_simulated_false_alarms_are_as_frequent_as_calculated(agents: int) -> None:
    chart, runs = calibrated(agents, 0.2, 0.6, HORIZON, FALSE_ALARMS), 20_000
    chance = alarm_by_round(chart, [0.2] * HORIZON)[-1]
    found = (simulated(chart, [0.2] * HORIZON, runs, 3) > 0).mean()
    assert abs(found - chance) < 4 * math.sqrt(chance * (1 - chance) / runs)
    windowed = (simulated(chart, [0.2] * HORIZON, runs, 3, window=8) > 0).mean()
    assert 0.5 * chance < windowed <= found  # a window forgets, and says nothing before it is full


def test_eight_agents_that_tip_are_found_within_three_rounds() -> None:
    chart = calibrated(8, 0.2, 0.6, HORIZON, FALSE_ALARMS)
    for change in range(HORIZON):
        median = delay_after(chart, 0.2, [0.6] * 20, change).median
        assert median is not None
        assert median <= 3
    alarms = simulated(chart, [0.2] * 20 + [0.6] * 30, 2_000, 5, window=6)
    after = alarms[(alarms == 0) | (alarms > 20)]
    delays = np.where(after == 0, 99, after - 20)
    assert np.median(delays) <= 3


@pytest.mark.parametrize("agents", [1, 8])
def test_delays_are_those_of_simulated_trajectories(agents: int) -> None:
    chart, runs = calibrated(agents, 0.2, 0.6, HORIZON, FALSE_ALARMS), 20_000
    expected = delay_after(chart, 0.2, [0.6] * 10, 10)
    alarms = simulated(chart, [0.2] * 10 + [0.6] * 10, runs, 7)
    kept = alarms[(alarms == 0) | (alarms > 10)]
    for rounds, chance in enumerate(expected.by, start=1):
        found = ((kept > 0) & (kept <= 10 + rounds)).mean()
        assert abs(found - chance) < 4 * math.sqrt(max(chance * (1 - chance), 1e-4) / len(kept))


def test_alarms_are_rarer_below_the_baseline_and_faster_beyond_the_rise() -> None:
    chart = calibrated(8, 0.2, 0.6, HORIZON, FALSE_ALARMS)
    chances = [alarm_by_round(chart, [rate] * HORIZON)[-1] for rate in (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)]
    assert chances == sorted(chances)
    medians = [delay_after(chart, 0.2, [rate] * 60, 10).median or 99 for rate in (0.3, 0.4, 0.5, 0.6, 0.8, 1.0)]
    assert medians == sorted(medians, reverse=True)


def test_larger_groups_are_warned_of_sooner() -> None:
    charts = [calibrated(agents, 0.2, 0.6, HORIZON, FALSE_ALARMS) for agents in (1, 2, 4, 8, 16)]
    medians = [delay_after(chart, 0.2, [0.6] * 60, 20).median or 99 for chart in charts]
    assert medians == sorted(medians, reverse=True)
    assert medians[-1] == 1


@pytest.mark.parametrize(
    "given",
    [
        (0, 0.2, 0.6, 50, 0.05),
        (8, 0.2, 0.6, 0, 0.05),
        (8, 0.2, 0.6, 50, 0.0),
        (8, 0.2, 0.6, 50, 1.0),
        (8, 0.2, 0.6, 50, 0.05, 0.1),
        (8, 0.2, 0.6, 50, 0.05, 1.0),
    ],
)
def test_what_cannot_be_calibrated_is_refused(given: Any) -> None:
    with pytest.raises(ValueError, match="was expected"):
        calibrated(*given)
