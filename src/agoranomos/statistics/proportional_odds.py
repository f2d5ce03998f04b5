"""Maximum likelihood of the proportional-odds model on a table of counts: two sides, K ordered values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from agoranomos.statistics.result import NAN

MOST_STEPS = 100
_SETTLED = 1e-10

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ProportionalOdds:
    """The effect and its standard error; `cuts` are the thresholds. NaN or infinite with a `reason`."""

    effect: float
    se: float
    cuts: tuple[float, ...] = ()
    reason: str = ""


def proportional_odds(table: Array) -> ProportionalOdds:
    """The log odds ratio of row 1 against row 0 of `table`, counts of shape (2, K), by Fisher scoring.

    It is infinite where every value of one side lies at or above every one of the other. Source: P. McCullagh,
    "Regression models for ordinal data", Journal of the Royal Statistical Society B 42 (1980).
    """
    table = table[:, table.sum(axis=0) > 0]
    if (table.sum(axis=1) == 0).any():
        return ProportionalOdds(NAN, NAN, reason="no value on one side")
    if table.shape[1] < 2:
        return ProportionalOdds(NAN, NAN, reason="all values are equal")
    above = float((table[1] * np.concatenate(([0.0], np.cumsum(table[0])[:-1]))).sum())
    below = float((table[0] * np.concatenate(([0.0], np.cumsum(table[1])[:-1]))).sum())
    if not above or not below:
        sign = np.inf if above else -np.inf
        return ProportionalOdds(sign, NAN, reason="no value of one side lies within the other's range")
    share = np.cumsum(table.sum(axis=0))[:-1] / table.sum()
    at = np.append(special.logit(share), 0.0)
    likelihood = _likelihood(table, at)
    for _ in range(MOST_STEPS):
        score, information = _derivatives(table, at)
        step = np.linalg.solve(information, score)
        for _ in range(60):
            after = _likelihood(table, at + step)
            if after >= likelihood - 1e-12:
                break
            step /= 2
        at, likelihood = at + step, after
        if np.abs(step).max() < _SETTLED:
            break
    else:
        return ProportionalOdds(NAN, NAN, reason="the fit did not converge")
    covariance = np.linalg.inv(_derivatives(table, at)[1])
    return ProportionalOdds(float(at[-1]), float(np.sqrt(covariance[-1, -1])), tuple(at[:-1].tolist()))


def _cumulative(at: Array) -> tuple[Array, Array]:
    """P(Y <= k) and its density for both sides, shape (2, K-1)."""
    lines = at[:-1] - at[-1] * np.array([[0.0], [1.0]])
    below = special.expit(lines)
    return below, below * special.expit(-lines)


def _likelihood(table: Array, at: Array) -> float:
    below, _ = _cumulative(at)
    cells = np.diff(below, axis=1, prepend=0.0, append=1.0)
    if (cells <= 0).any():
        return -np.inf
    return float((table * np.log(cells)).sum())


def _derivatives(table: Array, at: Array) -> tuple[Array, Array]:
    """The score and the expected information of thresholds and effect, shapes (K,) and (K, K)."""
    below, density = _cumulative(at)
    cells = np.diff(below, axis=1, prepend=0.0, append=1.0)
    K = table.shape[1]
    score, information = np.zeros(K), np.zeros((K, K))
    for side in (0, 1):
        # Row k: how the cumulative share at cut k moves with each threshold, and with the effect.
        moves = np.hstack([np.diag(density[side]), -side * density[side][:, None]])
        slopes = np.diff(moves, axis=0, prepend=np.zeros((1, K)), append=np.zeros((1, K)))
        score += slopes.T @ (table[side] / cells[side])
        information += table[side].sum() * (slopes.T / cells[side]) @ slopes
    return score, information
