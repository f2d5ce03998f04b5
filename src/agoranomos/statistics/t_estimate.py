"""Means and differences of means with Student's intervals and p: of independent values, of pairs, and of clusters."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from agoranomos.statistics.grouping import grouping
from agoranomos.statistics.result import NAN, Estimate, finite_sample, varies, why_no_spread, without_interval

FEW_PAIRS = 2


def t_estimate(point: float, se: float, df: float, *, level: float, n: int, clusters: int, method: str) -> Estimate:
    """`point +/- t(df) se`, and the two-sided p of zero; `df` may be infinite. The standard error is above zero."""
    margin = float(special.ndtri(0.5 + level / 2) if np.isinf(df) else special.stdtrit(df, 0.5 + level / 2)) * se
    ratio = -abs(point) / se
    p = 2 * float(special.ndtr(ratio) if np.isinf(df) else special.stdtr(df, ratio))
    return Estimate(point, point - margin, point + margin, p, level, n, clusters, method, se=se, df=df)


def mean_estimate(values: ArrayLike, *, level: float = 0.95) -> Estimate:
    """The mean of independent values, or of paired differences, with t(n-1).

    Source: Student, "The probable error of a mean", Biometrika 6 (1908). Raises `ValueError` for NaN or infinite
    values.
    """
    return _of_units(finite_sample(values), level, "t")


def welch_estimate(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Estimate:
    """First mean less second mean of independent values, with the Welch-Satterthwaite degrees of freedom.

    Source: B. L. Welch, Biometrika 34 (1947). Raises `ValueError` for NaN or infinite values.
    """
    return _unpaired(finite_sample(first), finite_sample(second), level, "Welch t")


def cluster_mean_estimate(values: ArrayLike, clusters: Sequence[Hashable], *, level: float = 0.95) -> Estimate:
    """The mean over clusters of their means, with t(G-1) over the G cluster means.

    Each cluster counts once, whatever its size; `values` may be paired differences. Nothing is assumed of how the
    values of a cluster depend on each other. Source: A. Donner and N. Klar, Design and Analysis of Cluster
    Randomization Trials in Health Research (2000), section 7.3. Raises `ValueError` for NaN or infinite values and
    for lengths that differ.
    """
    sample = finite_sample(values)
    groups = grouping(clusters, sample.size)
    return _of_units(groups.means(sample), level, "t over clusters", n=sample.size)


def cluster_difference_estimate(
    first: ArrayLike,
    first_clusters: Sequence[Hashable],
    second: ArrayLike,
    second_clusters: Sequence[Hashable],
    *,
    level: float = 0.95,
) -> Estimate:
    """First mean less second mean, each over cluster means: t(G-1) over clusters on both sides, Welch's t over others.

    Where two clusters or more have values on both sides, each of them gives one difference, and clusters of one side
    alone are left out with a warning. Otherwise the cluster means of the two sides are independent values. Raises as
    `cluster_mean_estimate`.
    """
    a, b = finite_sample(first), finite_sample(second)
    groups_a, groups_b = grouping(first_clusters, a.size), grouping(second_clusters, b.size)
    means_a = dict(zip(groups_a.names, groups_a.means(a).tolist(), strict=True))
    means_b = dict(zip(groups_b.names, groups_b.means(b).tolist(), strict=True))
    both = [name for name in groups_a.names if name in means_b]
    if len(both) < FEW_PAIRS:
        units = np.array(list(means_a.values())), np.array(list(means_b.values()))
        return _unpaired(*units, level, "Welch t over clusters", n=a.size + b.size)
    differences = np.array([means_a[name] - means_b[name] for name in both])
    found = _of_units(differences, level, "t over differences of clusters", n=a.size + b.size)
    alone = len(means_a) + len(means_b) - 2 * len(both)
    if not alone:
        return found
    from dataclasses import replace

    return replace(found, warning=f"clusters with values on one side only were left out: {alone}")


def _of_units(units: NDArray[np.float64], level: float, method: str, *, n: int | None = None) -> Estimate:
    n = units.size if n is None else n
    reason = why_no_spread(units)
    if reason:
        what = reason if method == "t" else reason.replace("value", "cluster mean")
        return without_interval(float(units.mean()) if units.size else NAN, level, n, units.size, method, what)
    se = float(units.std(ddof=1)) / np.sqrt(units.size)
    return t_estimate(
        float(units.mean()), float(se), units.size - 1, level=level, n=n, clusters=units.size, method=method
    )


def _unpaired(
    a: NDArray[np.float64], b: NDArray[np.float64], level: float, method: str, *, n: int | None = None
) -> Estimate:
    units = a.size + b.size
    n = units if n is None else n
    if min(a.size, b.size) == 0:
        return without_interval(NAN, level, n, units, method, "no value on one side")
    point = float(a.mean() - b.mean())
    if min(a.size, b.size) == 1:
        one = "value" if method == "Welch t" else "cluster"
        return without_interval(point, level, n, units, method, f"one {one} on one side has no spread")
    if not varies(a) and not varies(b):
        return without_interval(point, level, n, units, method, "neither side varies")
    part_a, part_b = float(a.var(ddof=1)) / a.size, float(b.var(ddof=1)) / b.size
    weight = part_a / (part_a + part_b)
    df = 1 / (weight**2 / (a.size - 1) + (1 - weight) ** 2 / (b.size - 1))
    return t_estimate(point, float(np.sqrt(part_a + part_b)), df, level=level, n=n, clusters=units, method=method)
