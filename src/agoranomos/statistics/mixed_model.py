"""Linear mixed models of runs nested in rosters, and in batches within rosters."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.statistics.grouping import grouping
from agoranomos.statistics.result import NAN, Estimate, finite_sample, varies, without_interval
from agoranomos.statistics.t_estimate import t_estimate

FEWEST_GROUPS = 3
OPTIMISERS = ("powell", "nm")
"""Tried in this order. Powell's method needs no gradient, and ends where a variance is zero, as with few groups."""

Array = NDArray[np.float64]


def mixed_model_estimate(
    values: ArrayLike,
    groups: Sequence[Hashable],
    *,
    treated: ArrayLike | None = None,
    nested: Sequence[Hashable] | None = None,
    slopes: bool = True,
    level: float = 0.95,
) -> Estimate:
    """The mean of `values`, or the effect of `treated`, when groups (rosters) have effects of their own.

    Fitted by restricted maximum likelihood with a random intercept for each group, a random effect of the treatment in
    each group that has both sides (unless `slopes` is false), and one for each value of `nested` (batches) within its
    group. `values` may be paired differences. The t distribution has G-1 degrees of freedom where groups differ in
    what is estimated, n-G-1 for a treatment within groups without slopes, and G-2 for one between groups. A fit that
    does not converge gives no bounds, and says so. Source: N. M. Laird and J. H. Ware, "Random-effects models for
    longitudinal data", Biometrics 38 (1982); fitted by statsmodels. Raises `ValueError` for NaN or infinite values and
    for lengths that differ.
    """
    sample = finite_sample(values)
    rosters = grouping(groups, sample.size)
    G, n, method = len(rosters.names), sample.size, "linear mixed model"
    given = None if treated is None else np.asarray(treated, dtype=bool)
    batches = None if nested is None else grouping(nested, n).owner
    if given is not None and given.shape != sample.shape:
        raise ValueError(f"{n} values but {given.size} marks of treatment")
    reason, point = _why_not(sample, given, G)
    if reason:
        return without_interval(point, level, n, G, method, reason)
    within = given is not None and bool((np.abs(rosters.means(given.astype(np.float64)) - 0.5) < 0.5).any())
    sloped = slopes and within
    if n == G or (sloped and n <= 2 * G):
        return without_interval(point, level, n, G, method, "too few values a group to tell its effect from chance")
    scale = float(sample.std())
    fit = _fitted((sample - sample.mean()) / scale, rosters.owner, given, batches, sloped)
    if fit is None:
        return without_interval(point, level, n, G, method, "the fit did not converge")
    mean, se, at_zero = fit
    df = G - 1 if given is None or sloped else n - G - 1 if within else G - 2
    point = mean * scale + (float(sample.mean()) if given is None else 0.0)
    found = t_estimate(point, se * scale, df, level=level, n=n, clusters=G, method=method)
    return replace(found, warning=f"no spread was found between {at_zero}") if at_zero else found


def _why_not(sample: Array, treated: NDArray[np.bool_] | None, G: int) -> tuple[str, float]:
    if sample.size == 0:
        return "no value", NAN
    if treated is not None and (treated.all() or not treated.any()):
        return "no value on one side", NAN
    point = float(sample.mean()) if treated is None else float(sample[treated].mean() - sample[~treated].mean())
    if G < FEWEST_GROUPS:
        return f"a mixed model needs {FEWEST_GROUPS} groups, not {G}", point
    return ("" if varies(sample) else f"all {sample.size} values are equal"), point


def _fitted(
    sample: Array,
    owner: NDArray[np.intp],
    treated: NDArray[np.bool_] | None,
    batches: NDArray[np.intp] | None,
    sloped: bool,
) -> tuple[float, float, str] | None:
    """The effect, its standard error, and what has no spread; None where no optimiser converged."""
    from statsmodels.regression.mixed_linear_model import MixedLM, VCSpec

    # From arrays, since a formula would be parsed once a group. Groups are numbers, so statsmodels keeps their order.
    constant = np.ones((sample.size, 1))
    side = constant[:, :0] if treated is None else treated[:, None] - 0.5
    members = [np.flatnonzero(owner == group) for group in range(int(owner.max()) + 1)]
    parts: dict[str, list[Array]] = {}
    if sloped:
        parts["slope"] = [np.asarray(side[rows]) for rows in members]
    if batches is not None:
        parts["nested"] = [(batches[rows][:, None] == np.unique(batches[rows])).astype(np.float64) for rows in members]
    columns = [[[f"{name} {k}" for k in range(mat.shape[1])] for mat in mats] for name, mats in parts.items()]
    nested = VCSpec(list(parts), columns, list(parts.values()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = MixedLM(
            sample, np.hstack([constant, side]), groups=owner, exog_re=constant, exog_vc=nested if parts else None
        )
        for optimiser in OPTIMISERS:
            try:
                result = model.fit(reml=True, method=[optimiser])
            except np.linalg.LinAlgError:
                continue
            if result.converged and np.isfinite(result.llf):
                break
        else:
            return None
    covariance = _covariance(model, result)
    se = float(np.sqrt(covariance[-1, -1]))
    if not (np.isfinite(se) and se > 0):
        return None
    names = {"slope": "groups in the effect", "nested": "the nested units"}
    spreads = {"groups": float(np.asarray(result.cov_re)[0, 0]) / float(result.scale)}
    spreads |= {
        names[name]: float(found) / float(result.scale)
        for name, found in zip(model.exog_vc.names, result.vcomp, strict=True)
    }
    none = " or ".join(name for name, spread in spreads.items() if spread < 1e-6)
    return float(result.fe_params[-1]), se, none


def _covariance(model: Any, result: Any) -> Array:
    """`(X' V^-1 X)^-1` at the fitted variances; statsmodels' own needs a Hessian that fails at a variance of zero."""
    scale, information = float(result.scale), 0.0
    spread = float(np.asarray(result.cov_re)[0, 0])
    for index in range(len(model.group_labels)):
        X = np.asarray(model.exog_li[index])
        columns, variances = [np.asarray(model.exog_re_li[index])], [spread]
        for found, mats in zip(result.vcomp, model.exog_vc.mats, strict=True):
            columns.append(np.asarray(mats[index]))
            variances += [float(found)] * columns[-1].shape[1]
        Z, D = np.hstack(columns), np.diag(variances)
        # V = scale I + Z D Z', inverted by Woodbury's identity in the form that allows zeros in D.
        inner = np.linalg.solve(scale * np.eye(len(D)) + D @ Z.T @ Z, D @ Z.T @ X)
        information = information + X.T @ (X - Z @ inner) / scale
    return np.asarray(np.linalg.inv(np.asarray(information)))
