"""A logit model in which groups (menus, settings) have an intercept of their own."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special, stats

from agoranomos.statistics.firth_logit import Coefficient
from agoranomos.statistics.grouping import grouping

Array = NDArray[np.float64]

NODES = 61
FEWEST_GROUPS = 3
WIDEST = 20.0
"""The largest spread that is looked for, in log odds."""


@dataclass(frozen=True, slots=True)
class MixedLogit:
    """The coefficients, and how far intercepts of `groups` groups spread (standard deviation, in log odds).

    Without coefficients `reason` says why there are none.
    """

    coefficients: tuple[Coefficient, ...]
    spread: float
    groups: int
    reason: str = ""


def mixed_logit(
    counts: ArrayLike,
    trials: ArrayLike,
    design: ArrayLike,
    names: Sequence[str],
    groups: Sequence[Hashable],
    *,
    level: float = 0.95,
) -> MixedLogit:
    """`counts` of `trials` [N] on the columns of `design` [N, K], with a normal intercept for each group.

    Maximum likelihood, the intercepts integrated out by Gauss-Hermite quadrature; bounds and p are Wald's, with
    normal quantiles. No estimate exists where some row of the design has all or none over all groups: `firth_logit`
    has one then. Source: J. C. Pinheiro and D. M. Bates, "Approximations to the log-likelihood function in the
    nonlinear mixed-effects model", Journal of Computational and Graphical Statistics 4 (1995), section 2.4. Raises
    `ValueError` for shapes that do not fit.
    """
    y, n, X = (np.asarray(one, dtype=np.float64) for one in (counts, trials, design))
    if X.ndim != 2 or not y.shape == n.shape == X.shape[:1] or X.shape[1] != len(names):
        raise ValueError(f"{y.shape} counts, {n.shape} trials, a design {X.shape} and {len(names)} names do not fit")
    owner = grouping(groups, y.size)
    count = len(owner.names)
    if count < FEWEST_GROUPS:
        return MixedLogit((), float("nan"), count, f"a mixed model needs {FEWEST_GROUPS} groups, not {count}")
    if _separated(y, n, X):
        return MixedLogit((), float("nan"), count, "a cell has all or none, so that its log odds are unbounded")
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    log_weights = np.log(weights / weights.sum())

    def loss(parameters: Array) -> float:
        eta = (X @ parameters[:-1])[:, None] + np.exp(parameters[-1]) * nodes[None, :]
        rows = y[:, None] * eta - n[:, None] * np.logaddexp(0.0, eta)
        inside = np.zeros((count, NODES))
        np.add.at(inside, owner.owner, rows)
        return -float(special.logsumexp(inside + log_weights, axis=1).sum())

    start = np.append(np.linalg.lstsq(X, special.logit((y + 0.5) / (n + 1)), rcond=None)[0], np.log(0.5))
    bounds = [(-30.0, 30.0)] * len(names) + [(np.log(1e-4), np.log(WIDEST))]
    fit = optimize.minimize(loss, start, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-13, "gtol": 1e-8})
    if fit.x[-1] > np.log(WIDEST) - 1e-6:
        return MixedLogit((), float("inf"), count, "groups have all or none each, so that their spread is unbounded")
    at_zero = fit.x[-1] < np.log(2e-3)
    deviations = _deviations(loss, fit.x, len(names) if at_zero else len(names) + 1)
    if deviations is None:
        return MixedLogit((), float(np.exp(fit.x[-1])), count, "the fit did not converge")
    z = float(stats.norm.ppf(0.5 + level / 2))
    found = tuple(
        Coefficient(name, float(b), float(b - z * se), float(b + z * se), float(2 * stats.norm.sf(abs(b) / se)), level)
        for name, b, se in zip(names, fit.x, deviations, strict=False)
    )
    return MixedLogit(found, 0.0 if at_zero else float(np.exp(fit.x[-1])), count)


def _separated(y: Array, n: Array, X: Array) -> bool:
    """Whether some distinct row of the design has all or none."""
    _, cells = np.unique(X, axis=0, return_inverse=True)
    yes, of = np.bincount(cells.ravel(), weights=y), np.bincount(cells.ravel(), weights=n)
    return bool(((yes == 0) | (yes == of)).any())


def _deviations(loss: Callable[[Array], float], at: Array, free: int) -> Array | None:
    """Standard errors from the curvature of the first `free` parameters; None where it is no maximum."""
    step, hessian = 1e-4, np.zeros((free, free))
    unit = np.eye(len(at)) * step
    for i in range(free):
        for j in range(i, free):
            four = (
                loss(at + unit[i] + unit[j])
                - loss(at + unit[i] - unit[j])
                - loss(at - unit[i] + unit[j])
                + loss(at - unit[i] - unit[j])
            )
            hessian[i, j] = hessian[j, i] = four / (4 * step * step)
    if not np.isfinite(hessian).all() or np.linalg.eigvalsh(hessian)[0] <= 0:
        return None
    found: Array = np.sqrt(np.diag(np.linalg.inv(hessian)))
    return found
