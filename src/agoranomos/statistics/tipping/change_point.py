"""Tipping: whether a curve has a step upwards that a steady drift does not explain, and one that lasts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import expit, xlogy

from agoranomos.statistics.result import NAN
from agoranomos.statistics.tipping.trajectories import Array, as_violated, ratio

BIC_GAIN = 6.0
"""What is called strong evidence. Source: R. E. Kass and A. E. Raftery, "Bayes Factors", JASA 90 (1995), 3.2."""

LEVEL_SHIFT = 0.2
SUSTAINED = 2

STEEPEST_DRIFT = 2.0
"""Logits a round. A steeper line goes from 1/2 to above 0.88 in one round and is itself a step: without a bound the
drift would fit a change from nobody to everybody as well as the step does, and the clearest tip would not be found."""

_NEWTON_STEPS = 50


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """The best step upwards and how it compares with a drift.

    `round` is the first of the new level (from 1), `before` and `after` are the levels, `bic_gain` is the drift's BIC
    less the step's. `until` is the last round of the new level where it is left again, for the level `later`; 0 where
    it lasts. `tipped` where the gain is at least 6, the rise is at least 0.2, and V is that far above the level before
    in each of the first two rounds of the new one. Where no step upwards fits better than one level, that level is
    both, and `round` is 0. `reason` says why nothing could be fitted.
    """

    tipped: bool
    round: int
    before: float
    after: float
    bic_gain: float
    sustained: bool
    reason: str = ""
    until: int = 0
    later: float = NAN

    @property
    def shift(self) -> float:
        """By how much the level rises."""
        return self.after - self.before


def change_point(
    violated: ArrayLike,
    *,
    bic_gain: float = BIC_GAIN,
    level_shift: float = LEVEL_SHIFT,
    sustained: int = SUSTAINED,
) -> ChangePoint:
    """Whether `violated` [T, R], or the agents of one group by rounds, tips.

    A logit with one level before a round and a higher one from it on (three parameters, the round among them), or with
    one that is left again for a lower one after `sustained` rounds or more (five), is held against one that is linear
    in the round (two), all by maximum likelihood over all values, by BIC = k ln n - 2 ln L. Values are taken as
    independent given the round: the gain is too large where trajectories are copies of each other, and trajectories
    that step in different rounds have no step together. Whether V falls is asked of 1 - `violated`. Source:
    G. Schwarz, "Estimating the dimension of a model", Annals of Statistics 6 (1978). Raises `ValueError` for another
    shape or a number outside [0, 1].
    """
    found = as_violated(violated)
    known = ~np.isnan(found)
    counts = known.sum(axis=0).astype(np.float64)
    sums = np.where(known, found, 0.0).sum(axis=0)
    rounds, n = len(counts), float(counts.sum())
    if rounds < 1 + sustained or not (counts > 0).all():
        few = f"{rounds} rounds are fewer than {1 + sustained}"
        reason = few if rounds < 1 + sustained else "a round without a value"
        return ChangePoint(False, 0, NAN, NAN, NAN, False, reason)
    starts, ends = _spans(rounds, sustained)
    levels, likelihoods = _levels(sums, counts, starts, ends)
    bics = np.where(ends < rounds, 5, 3) * math.log(n) - 2.0 * likelihoods
    drifting = 2.0 * math.log(n) - 2.0 * drift_log_likelihood(sums, counts)
    # Of equal ones the first: a single step before one that is undone.
    best = int(np.argmin(bics))
    before, after, later = (float(level[best]) for level in levels)
    gain = drifting - float(bics[best])
    start, end = int(starts[best]), int(ends[best])
    if not after > before:
        return ChangePoint(False, 0, after, after, gain, False)
    lasts = bool((sums[start : start + sustained] / counts[start : start + sustained] - before >= level_shift).all())
    tipped = bool(gain >= bic_gain and after - before >= level_shift and lasts)
    return ChangePoint(tipped, start + 1, before, after, gain, lasts, until=end if end < rounds else 0, later=later)


def _spans(rounds: int, sustained: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where a new level may begin and end (the first round after it, counted from 0); first those that last."""
    spans = [(start, rounds) for start in range(1, rounds - sustained + 1)]
    spans += [(start, end) for start in range(1, rounds) for end in range(start + sustained, rounds)]
    return np.array([start for start, _ in spans]), np.array([end for _, end in spans])


def _levels(
    sums: Array, counts: Array, starts: NDArray[np.intp], ends: NDArray[np.intp]
) -> tuple[tuple[Array, Array, Array], Array]:
    """The levels before, in and after each span, and the log likelihood; one level where those would not rise."""
    add, count = np.concatenate([[0.0], np.cumsum(sums)]), np.concatenate([[0.0], np.cumsum(counts)])
    parts = [
        (add[starts], count[starts]),
        (add[ends] - add[starts], count[ends] - count[starts]),
        (add[-1] - add[ends], count[-1] - count[ends]),
    ]
    before, within, later = (np.minimum(ratio(some, of), 1.0) for some, of in parts)
    likelihood = sum(_binomial(some, of, ratio(some, np.maximum(of, 1.0))) for some, of in parts)
    flat = sums.sum() / counts.sum()
    rises = (within > before) & ~(later >= within)
    one = float(_binomial(sums.sum(), counts.sum(), flat))
    return (
        (np.where(rises, before, flat), np.where(rises, within, flat), np.where(rises, later, NAN)),
        np.where(rises, likelihood, one),
    )


def drift_log_likelihood(sums: Array, counts: Array, *, steepest: float = STEEPEST_DRIFT) -> float:
    """The greatest log likelihood of a logit that is linear in the round, no steeper than `steepest` logits a round.

    `sums` [R] are violations (or sums of probabilities), `counts` [R] how many values they are of.
    """
    if sums.sum() in (0.0, counts.sum()):
        return 0.0
    at: Array = np.arange(len(sums), dtype=np.float64) - (len(sums) - 1) / 2.0
    flat = sums.sum() / counts.sum()
    edge = math.copysign(steepest, float(((sums - counts * flat) * at).sum()))
    level = _level(sums, counts, edge * at)
    # The likelihood is concave, so the bound binds exactly where it still rises outwards there.
    if edge * float(((sums - counts * expit(level + edge * at)) * at).sum()) >= 0.0:
        return _line(sums, counts, level + edge * at)
    intercept, slope = float(np.log(flat / (1.0 - flat))), 0.0
    likelihood = _line(sums, counts, intercept + slope * at)
    for _ in range(_NEWTON_STEPS):
        fitted = expit(intercept + slope * at)
        residual, weight = sums - counts * fitted, counts * fitted * (1.0 - fitted)
        information = np.array([[weight.sum(), (weight * at).sum()], [(weight * at).sum(), (weight * at * at).sum()]])
        move = np.linalg.solve(information, np.array([residual.sum(), (residual * at).sum()]))
        size = 1.0
        while (reached := _line(sums, counts, intercept + size * move[0] + (slope + size * move[1]) * at)) < likelihood:
            size /= 2.0
            if size < 1e-9:
                return likelihood
        intercept, slope = intercept + size * float(move[0]), slope + size * float(move[1])
        if reached - likelihood < 1e-12 * max(1.0, abs(likelihood)):
            return reached
        likelihood = reached
    return likelihood


def _level(sums: Array, counts: Array, offset: Array) -> float:
    """The intercept at which as many violations are expected as there were."""
    wide = float(np.abs(offset).max()) + 2.0 * math.log(float(counts.sum())) + 40.0
    return float(brentq(lambda level: float((sums - counts * expit(level + offset)).sum()), -wide, wide))


def _line(sums: Array, counts: Array, line: Array) -> float:
    return float((sums * line - counts * np.logaddexp(0.0, line)).sum())


def _binomial(sums: Array, counts: Array, rate: Array) -> Array:
    # Where each of some probabilities is 1, their rounded sum may exceed their number.
    return np.asarray(xlogy(sums, rate) + xlogy(np.maximum(counts - sums, 0.0), np.maximum(1.0 - rate, 0.0)))
