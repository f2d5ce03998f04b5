"""The wild cluster bootstrap-t: tests and intervals that hold where clusters are few."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.statistics.grouping import Grouping, grouping
from agoranomos.statistics.result import NAN, Estimate, finite_sample, varies, without_interval

RESAMPLES = 9_999
RADEMACHER_FROM = 12
"""From this many clusters on signs alone give enough patterns (4,096); below, Webb's six weights are drawn."""

_SIGNS = np.array([-1.0, 1.0])
_WEBB = np.sqrt([1.5, 1.0, 0.5])
_SIX = np.concatenate([-_WEBB, _WEBB[::-1]])
_DOUBLINGS = 16
_HALVINGS = 24

Array = NDArray[np.float64]


def wild_bootstrap_t(
    values: ArrayLike,
    clusters: Sequence[Hashable],
    generator: np.random.Generator,
    *,
    treated: ArrayLike | None = None,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> Estimate:
    """The mean of all values, or the mean of the treated less that of the others, with whole clusters reweighed.

    The null hypothesis is imposed on the residuals, each cluster's are multiplied by one weight (Rademacher's signs,
    Webb's six values below 12 clusters), and p is the share of resamples whose t, by the cluster sandwich, is at least
    as far from zero. Bounds are where p meets 1 - level. Every value counts once; `treated`, true or false for each
    value, may vary within clusters or between them. Sources: A. C. Cameron, J. B. Gelbach and D. L. Miller, Review of
    Economics and Statistics 90 (2008); M. D. Webb, Canadian Journal of Economics 56 (2023); the computation from one
    G x G matrix: D. Roodman et al., Stata Journal 19 (2019). Raises `ValueError` for NaN or infinite values and for
    lengths that differ.
    """
    sample = finite_sample(values)
    groups = grouping(clusters, sample.size)
    given = None if treated is None else np.asarray(treated, dtype=bool)
    if given is not None and given.shape != sample.shape:
        raise ValueError(f"{sample.size} values but {given.size} marks of treatment")
    method = "wild cluster bootstrap-t"
    G, n = len(groups.names), sample.size
    reason, point = _why_not(sample, groups, given)
    if reason:
        return without_interval(point, level, n, G, method, reason)
    scores = _scores(sample, groups, given)
    at_point = scores.at(point)
    se = float(np.sqrt((at_point.sandwich.sum(axis=1) ** 2).sum()) / scores.curvature)
    if se <= 1e-12 * max(abs(point), float(np.ptp(sample))):
        return without_interval(point, level, n, G, method, "the clusters do not differ")
    weights, whole = _weights(G, generator, resamples)
    test = _Test(scores, point, se, weights, whole)
    alpha = 1 - level
    low, high = test.bound(-1.0, alpha), test.bound(1.0, alpha)
    if np.isnan(low) or np.isnan(high):
        reason = f"{G} clusters are too few for bounds at {100 * level:g}%"
    return Estimate(point, low, high, test.p(0.0), level, n, G, method, se=se, reason=reason)


@dataclass(frozen=True, slots=True)
class _AtNull:
    """What a resample needs under one null: `numerator` (G,) and `sandwich` (G, G), both linear in the weights."""

    numerator: Array
    sandwich: Array


@dataclass(frozen=True, slots=True)
class _Scores:
    """The clusters' scores, a constant less the null times a slope; `curvature` is x'x of the residual treatment."""

    constant: _AtNull
    slope: _AtNull
    curvature: float

    def at(self, null: float) -> _AtNull:
        return _AtNull(
            self.constant.numerator - null * self.slope.numerator, self.constant.sandwich - null * self.slope.sandwich
        )


@dataclass(frozen=True, slots=True)
class _Test:
    scores: _Scores
    point: float
    se: float
    weights: Array
    whole: bool

    def p(self, null: float) -> float:
        """The two-sided p of the effect being `null`; what was seen is one of all patterns, or counts as one drawn."""
        at = self.scores.at(null)
        numerators = self.weights @ at.numerator
        spreads = np.sqrt(((self.weights @ at.sandwich.T) ** 2).sum(axis=1))
        observed = abs(self.point - null) * self.scores.curvature
        spread = self.se * self.scores.curvature
        # |t*| >= |t| without a division: a pattern whose clusters agree has no spread. Rounding breaks no tie.
        extreme = int(np.count_nonzero(np.abs(numerators) * spread >= observed * spreads * (1 - 1e-10)))
        seen = 0 if self.whole else 1
        return (extreme + seen) / (len(self.weights) + seen)

    def bound(self, side: float, alpha: float) -> float:
        """The farthest effect on one side that is not rejected at alpha; NaN where none is ever rejected."""
        step = self.se
        for _ in range(_DOUBLINGS):
            if self.p(self.point + side * step) <= alpha:
                break
            step *= 2
        else:
            return NAN
        inside, outside = 0.0, step
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2
            if self.p(self.point + side * middle) <= alpha:
                outside = middle
            else:
                inside = middle
        return self.point + side * outside


def _why_not(sample: Array, groups: Grouping, treated: NDArray[np.bool_] | None) -> tuple[str, float]:
    """Why there is no interval (empty where there is one), and the point."""
    if sample.size == 0:
        return "no value", NAN
    if treated is not None and (treated.all() or not treated.any()):
        return "no value on one side", NAN
    point = float(sample.mean()) if treated is None else float(sample[treated].mean() - sample[~treated].mean())
    if len(groups.names) == 1:
        return "one cluster has no spread between clusters", point
    return ("" if varies(sample) else f"all {sample.size} values are equal"), point


def _scores(sample: Array, groups: Grouping, treated: NDArray[np.bool_] | None) -> _Scores:
    """Regress on the treatment alone (a mean: on ones), or on the treatment and a constant."""
    n = sample.size
    if treated is None:
        x, constant = np.ones(n), False
    else:
        x, constant = treated - treated.mean(), True
    curvature = float(x @ x)

    def scored(residuals: Array) -> _AtNull:
        numerator = groups.sums(x * residuals)
        # Column h: the scores of all clusters when the residuals of cluster h alone are kept, and fitted again.
        weight_x = groups.sums(x * x)
        sandwich = np.diag(numerator) - np.outer(weight_x, numerator) / curvature
        if constant:
            sandwich -= np.outer(groups.sums(x), groups.sums(residuals)) / n
        return _AtNull(numerator, sandwich)

    return _Scores(scored(sample - sample.mean() if constant else sample), scored(x), curvature)


def _weights(G: int, generator: np.random.Generator, resamples: int) -> tuple[Array, bool]:
    """One row of weights a resample; or all patterns once, and true, where they are no more than `resamples`."""
    values = _SIGNS if G >= RADEMACHER_FROM else _SIX
    if len(values) ** G <= resamples:
        return np.array(list(itertools.product(values, repeat=G))), True
    return np.asarray(generator.choice(values, size=(resamples, G))), False
