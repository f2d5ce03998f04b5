"""Logistic regression with Firth's penalty: finite where a cell has all or none, as cells of counts often do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

Array = NDArray[np.float64]

MOST_STEPS = 200
TOLERANCE = 1e-9
FARTHEST = 60.0
"""How far from its estimate a bound is looked for, in log odds."""


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A log odds (or a difference of them) within `low` and `high` at `level`; `p` is of its being zero."""

    name: str
    estimate: float
    low: float
    high: float
    p: float
    level: float


def firth_logit(
    counts: ArrayLike, trials: ArrayLike, design: ArrayLike, names: Sequence[str], *, level: float = 0.95
) -> tuple[Coefficient, ...]:
    """The coefficients of `counts` of `trials` [N] on the columns of `design` [N, K], called `names`.

    The likelihood is multiplied by the root of the determinant of the information, which is Jeffreys' prior. Bounds and
    p come of the profile of that likelihood. In a saturated design the fitted odds are those of the counts with one
    half added to either side. Sources: D. Firth, "Bias reduction of maximum likelihood estimates", Biometrika 80
    (1993); G. Heinze and M. Schemper, "A solution to the problem of separation in logistic regression", Statistics in
    Medicine 21 (2002). Raises `ValueError` for shapes that do not fit, counts outside of their trials, columns that
    depend on each other, and a fit that does not converge.
    """
    fit = _Fit(*_checked(counts, trials, design, names))
    full, best = fit.maximum(np.zeros(len(names)), free=np.ones(len(names), dtype=bool))
    found = []
    for place, name in enumerate(names):
        drop = _drop_along(fit, full, best, place)
        quantile = float(stats.chi2.ppf(level, 1))
        low, high = (_bound(drop, full[place], quantile, sign) for sign in (-1.0, 1.0))
        p = float(stats.chi2.sf(drop(0.0), 1))
        found.append(Coefficient(name, float(full[place]), low, high, p, level))
    return tuple(found)


def _checked(
    counts: ArrayLike, trials: ArrayLike, design: ArrayLike, names: Sequence[str]
) -> tuple[Array, Array, Array]:
    y, n, X = (np.asarray(one, dtype=np.float64) for one in (counts, trials, design))
    if X.ndim != 2 or y.shape != n.shape or y.shape != X.shape[:1] or X.shape[1] != len(names):
        raise ValueError(f"{y.shape} counts, {n.shape} trials, a design {X.shape} and {len(names)} names do not fit")
    if (y < 0).any() or (y > n).any():
        raise ValueError("a count lies outside of its trials")
    used = n > 0
    if np.linalg.matrix_rank(X[used]) < X.shape[1]:
        raise ValueError("the columns of the design depend on each other")
    return y[used], n[used], X[used]


class _Fit:
    """The penalised likelihood of one data set, and its maxima with some coefficients held."""

    def __init__(self, y: Array, n: Array, X: Array) -> None:
        self._y, self._n, self._X = y, n, X

    def value(self, beta: Array) -> float:
        """The logarithm of the penalised likelihood."""
        eta = self._X @ beta
        plain = float((self._y * eta - self._n * np.logaddexp(0.0, eta)).sum())
        sign, determinant = np.linalg.slogdet(self._information(eta))
        return plain + 0.5 * float(determinant) if sign > 0 else -np.inf

    def maximum(self, start: Array, free: NDArray[np.bool_]) -> tuple[Array, float]:
        """Where it is largest over the `free` coefficients, the others being as in `start`; and its value there."""
        beta, value = start.copy(), self.value(start)
        for _ in range(MOST_STEPS if free.any() else 0):
            eta = self._X @ beta
            information = self._information(eta)
            chance = special.expit(eta)
            weight = self._n * chance * (1 - chance)
            leverage = weight * np.einsum("ij,jk,ik->i", self._X, np.linalg.inv(information), self._X)
            score = self._X.T @ (self._y - self._n * chance + leverage * (0.5 - chance))
            step = np.zeros_like(beta)
            step[free] = np.linalg.solve(information[np.ix_(free, free)], score[free])
            step *= min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-300))
            beta, value, moved = self._climbed(beta, value, step)
            if not moved or np.abs(score[free]).max() < TOLERANCE:
                return beta, value
        if free.any():
            raise ValueError("the penalised fit did not converge")
        return beta, value

    def _climbed(self, beta: Array, value: float, step: Array) -> tuple[Array, float, bool]:
        """A step up, halved until it is one."""
        for _ in range(40):
            found = self.value(beta + step)
            if found > value:
                return beta + step, found, True
            step = step / 2
        return beta, value, False

    def _information(self, eta: Array) -> Array:
        chance = special.expit(eta)
        found: Array = (self._X.T * (self._n * chance * (1 - chance))) @ self._X
        return found


def _drop_along(fit: _Fit, full: Array, best: float, place: int) -> Callable[[float], float]:
    """Twice the fall of the penalised likelihood when this coefficient is held elsewhere."""
    free = np.arange(len(full)) != place

    def drop(held: float) -> float:
        start = full.copy()
        start[place] = held
        return 2 * (best - fit.maximum(start, free)[1])

    return drop


def _bound(drop: Callable[[float], float], estimate: float, quantile: float, sign: float) -> float:
    """Where the fall reaches the quantile on one side; infinite where it never does."""
    width = 0.5
    while drop(estimate + sign * width) < quantile:
        width *= 2
        if width > FARTHEST:
            return sign * float("inf")
    root = optimize.brentq(lambda away: drop(estimate + sign * away) - quantile, 0.0, width, xtol=1e-8)
    return float(estimate + sign * root)
