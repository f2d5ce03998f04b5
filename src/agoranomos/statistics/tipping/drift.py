"""Drift: how fast the odds of a violation grow by round, when settings have levels of their own."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import expit, logsumexp

from agoranomos.statistics.grouping import grouping
from agoranomos.statistics.result import NAN, Estimate, without_interval
from agoranomos.statistics.t_estimate import t_estimate
from agoranomos.statistics.tipping.trajectories import Array, as_violated, counted, ratio

FEWEST_SETTINGS = 3
NODES = 15
METHOD = "mixed logit, random intercepts of settings"
_MODE_STEPS = 40
_STEP = 1e-4
_SMALL_SPREAD = 0.01
STEEPEST = 5.0
"""Logits a round: from 8% to 92% in one. What is steeper is a step."""

WIDEST = 10.0
"""Logits between settings. What is wider tells settings that always break the rule from those that never do."""

_SAYS_SOMETHING = 0.1
_NO_SPREAD = 1e-6


@dataclass(frozen=True, slots=True)
class Drift:
    """`slope` is in logits a round; `intercept` the logit in round 1, `spread` the standard deviation of settings."""

    slope: Estimate
    intercept: float
    spread: float


def drift(violated: ArrayLike, settings: Sequence[Hashable], *, level: float = 0.95) -> Drift:
    """The slope of logit P(v_r = 1) = a + b (r - 1) + u_setting, u ~ N(0, s^2), over `violated` [T, R].

    Maximum likelihood by adaptive Gauss-Hermite quadrature with 15 nodes. The standard error is the sandwich over
    settings, since the rounds of one trajectory hang together more than a shared intercept says, and of moves never
    less than the model's own: the sandwich collapses where few violations carry the slope. t has one degree of freedom
    less than settings in which both ways were taken, and one tenth as often as in that which varies most; a slope needs
    three of them. Nor has it a value where settings go over in one step, or the fit runs off towards that.
    Probabilities in the place of moves are fitted by the same likelihood, which takes what lies between settings for
    coin flips as far as it can: their spread is then too small, and the slope nearer to that of the mean curve.
    Source: J. C. Pinheiro and D. M. Bates, "Approximations to the log-likelihood function in the nonlinear
    mixed-effects model", J. Computational and Graphical Statistics 4 (1995); K.-Y. Liang and S. L. Zeger, Biometrika
    73 (1986), for the sandwich. Raises `ValueError` for another shape, a number outside [0, 1], and lengths that
    differ.
    """
    found = as_violated(violated)
    n, G = int((~np.isnan(found)).sum()), len(grouping(settings, len(found)).names)
    counts = counted(found, settings)
    reason = _why_not(found, counts.sums, counts.counts, G)
    if reason:
        return Drift(without_interval(NAN, level, n, G, METHOD, reason), NAN, NAN)
    cells = _Cells(counts.sums, counts.counts, np.arange(found.shape[1], dtype=np.float64))
    start = np.array([_logit(counts.sums.sum() / counts.counts.sum()), 0.0, math.log(0.5)])
    fit = minimize(lambda at: -cells.log_likelihoods(at).sum(), start, method="BFGS", options={"gtol": 1e-4 * n})
    fit = minimize(lambda at: -cells.log_likelihoods(at).sum(), fit.x, method="Nelder-Mead", options={"fatol": 1e-8})
    intercept, slope, spread = float(fit.x[0]), float(fit.x[1]), float(math.exp(fit.x[2]))
    if not fit.success:
        return Drift(without_interval(NAN, level, n, G, METHOD, "the fit did not converge"), NAN, NAN)
    if abs(slope) > STEEPEST or spread > WIDEST:
        return Drift(without_interval(NAN, level, n, G, METHOD, "the fit ran off towards a step"), NAN, NAN)
    moves = bool(np.isin(found[~np.isnan(found)], (0.0, 1.0)).all())
    se = _standard_error(cells, fit.x, fixed_spread=spread < _SMALL_SPREAD, moves=moves)
    if not (math.isfinite(se) and se > _NO_SPREAD * max(1.0, abs(slope))):
        return Drift(without_interval(slope, level, n, G, METHOD, "no spread in the slope"), intercept, spread)
    df = int(_informative(counts.sums, counts.counts).sum()) - 1
    estimate = t_estimate(slope, se, df, level=level, n=n, clusters=G, method=METHOD)
    if spread < _SMALL_SPREAD:
        estimate = replace(estimate, warning="no spread was found between settings")
    return Drift(estimate, intercept, spread)


def _why_not(found: Array, sums: Array, counts: Array, G: int) -> str:
    if not counts.sum():
        return "no value"
    if sums.sum() in (0.0, counts.sum()):
        return "always or never violated"
    if (counts.sum(axis=0) > 0).sum() < 2:
        return "a slope needs two rounds"
    if G < FEWEST_SETTINGS:
        return f"a mixed model needs {FEWEST_SETTINGS} settings, not {G}"
    if _only_steps(sums, counts):
        return "each setting goes over in one step, so no slope is the steepest"
    telling = int(_informative(sums, counts).sum())
    return (
        ""
        if telling >= FEWEST_SETTINGS
        else f"both ways were taken in {telling} settings, and a slope needs {FEWEST_SETTINGS}"
    )


def _informative(sums: Array, counts: Array) -> NDArray[np.bool_]:
    """Which settings [G] say anything of a slope: where the rarer of both ways is not rare beside the others."""
    rarer = np.minimum(sums.sum(axis=1), (counts - sums).sum(axis=1))
    return np.asarray((rarer > 0.0) & (rarer >= _SAYS_SOMETHING * rarer.max()))


def _only_steps(sums: Array, counts: Array) -> bool:
    """Whether every setting is at 0 up to some round and at 1 from it on, or every one the other way round."""
    rates = ratio(sums, counts)
    known = [row[~np.isnan(row)] for row in rates]
    if not all(np.isin(row, (0.0, 1.0)).all() for row in known):
        return False
    moves = [np.diff(row) for row in known]
    return all((move >= 0.0).all() for move in moves) or all((move <= 0.0).all() for move in moves)


@dataclass(frozen=True, slots=True)
class _Cells:
    """`sums` and `counts` of each setting and round [G, R], and what the slope multiplies [R]."""

    sums: Array
    counts: Array
    at: Array

    def log_likelihoods(self, parameters: Array) -> Array:
        """One a setting [G], for (intercept, slope, log spread)."""
        fixed = parameters[0] + parameters[1] * self.at
        spread = math.exp(min(max(float(parameters[2]), -12.0), 4.0))
        # z is u / spread, so that a spread of zero is no special case.
        mode = np.zeros(len(self.sums))
        for _ in range(_MODE_STEPS):
            fitted = expit(fixed + spread * mode[:, None])
            gradient = spread * (self.sums - self.counts * fitted).sum(axis=1) - mode
            curvature = spread**2 * (self.counts * fitted * (1.0 - fitted)).sum(axis=1) + 1.0
            step = np.clip(gradient / curvature, -2.0, 2.0)
            mode = mode + step
            if np.abs(step).max() < 1e-10:
                break
        fitted = expit(fixed + spread * mode[:, None])
        width = 1.0 / np.sqrt(spread**2 * (self.counts * fitted * (1.0 - fitted)).sum(axis=1) + 1.0)
        nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
        z = mode[:, None] + width[:, None] * nodes
        line = fixed + spread * z[:, :, None]
        inner = (self.sums[:, None] * line - self.counts[:, None] * np.logaddexp(0.0, line)).sum(axis=2)
        terms = inner - z**2 / 2.0 + nodes**2 / 2.0 + np.log(weights)
        found: Array = logsumexp(terms, axis=1) + np.log(width) - 0.5 * math.log(2.0 * math.pi)
        return found


def _standard_error(cells: _Cells, at: Array, *, fixed_spread: bool, moves: bool) -> float:
    """That of the slope: inverse Hessian, outer product of the scores of settings, inverse Hessian.

    Of `moves`, which vary as much as the model says or more, at least the inverse Hessian's; probabilities vary less.
    """
    free = 2 if fixed_spread else 3
    unit = np.eye(3)[:free] * _STEP
    scores = np.array([cells.log_likelihoods(at + e) - cells.log_likelihoods(at - e) for e in unit]) / (2.0 * _STEP)

    def total(shift: Array) -> float:
        return float(cells.log_likelihoods(at + shift).sum())

    hessian = np.array([[total(e + f) - total(e - f) - total(f - e) + total(-e - f) for f in unit] for e in unit]) / (
        4.0 * _STEP**2
    )
    try:
        bread = np.linalg.inv(-hessian)
    except np.linalg.LinAlgError:
        return NAN
    G = scores.shape[1]
    variance = float((bread @ (scores @ scores.T) @ bread)[1, 1]) * (G / (G - 1))
    variance = max(variance, float(bread[1, 1])) if moves else variance
    return math.sqrt(variance) if variance > 0.0 else NAN


def _logit(rate: float) -> float:
    return math.log(rate / (1.0 - rate))
