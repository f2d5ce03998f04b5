"""Means over labels: runs of one label may depend on each other, so that labels, and not runs, carry an interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy import stats

from agoranomos.analysis.arms import ArmSummary, value_of
from agoranomos.analysis.runs import RunResult
from agoranomos.statistics import Interval, mean_interval

Measure = Callable[[RunResult], float]
Sample = Mapping[str, Sequence[float]]
"""The values of a measure by label."""


def sample_of(arms: Sequence[ArmSummary], regime: str, measure: str | Measure) -> dict[str, list[float]]:
    """The defined values of one measure under one regime, by roster."""
    read = measure if callable(measure) else lambda result: value_of(result, measure)
    found: dict[str, list[float]] = {}
    for arm in arms:
        if arm.arm.regime == regime:
            values = [float(read(result)) for result in arm.results]
            found.setdefault(arm.arm.roster, []).extend(value for value in values if math.isfinite(value))
    return {label: values for label, values in found.items() if values}


def mean_over_labels(sample: Sample) -> Interval:
    """The mean of the labels' means, with Student's interval over them (G - 1 degrees of freedom).

    With one label the interval is over its runs. Labels of as many runs each have the mean of all runs.
    """
    if len(sample) == 1:
        return mean_interval(next(iter(sample.values())))
    return mean_interval([float(np.mean(values)) for values in sample.values()])


def difference_over_labels(first: Sample, second: Sample) -> Interval:
    """The mean difference of the labels that both have, first minus second, with Student's interval over them."""
    shared = [label for label in first if label in second]
    if len(shared) == 1:
        one, other = first[shared[0]], second[shared[0]]
        if len(one) == len(other):  # the same seed in both is a pair
            return mean_interval(np.subtract(one, other))
    return mean_interval([float(np.mean(first[label]) - np.mean(second[label])) for label in shared])


def share_over_labels(sample: Sample, holds: Callable[[float], bool]) -> Interval:
    """The share of runs of which this holds, as `mean_over_labels`; bounds stay within 0 and 1."""
    found = mean_over_labels({label: [float(holds(value)) for value in values] for label, values in sample.items()})
    if math.isnan(found.low):
        return found
    return Interval(
        found.point, max(found.low, 0.0), min(found.high, 1.0), found.level, found.n, found.method, found.reason
    )


def spread_over_labels(sample: Sample, *, level: float = 0.95) -> Interval:
    """The standard deviation of all runs, with an interval that leaves one label out at a time.

    Source: B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter 11 (the jackknife), on
    labels; Student's quantile with G - 1 degrees of freedom.
    """
    groups = list(sample.values()) if len(sample) > 1 else [[value] for values in sample.values() for value in values]
    everything = np.concatenate([np.asarray(group) for group in groups]) if groups else np.array([])
    if everything.size < 2:
        return Interval(math.nan, math.nan, math.nan, level, len(groups), "jackknife", "fewer than two runs")
    point = float(everything.std(ddof=1))
    if len(groups) < 3:
        return Interval(point, math.nan, math.nan, level, len(groups), "jackknife", "fewer than three labels")
    left = [
        float(np.concatenate([group for at, group in enumerate(groups) if at != out]).std(ddof=1))
        for out in range(len(groups))
    ]
    count = len(groups)
    error = math.sqrt((count - 1) / count * float(((np.array(left) - np.mean(left)) ** 2).sum()))
    if error == 0:
        return Interval(point, math.nan, math.nan, level, count, "jackknife", "it is the same whatever is left out")
    margin = float(stats.t.ppf(0.5 + level / 2, count - 1)) * error
    return Interval(point, max(point - margin, 0.0), point + margin, level, count, "jackknife")
