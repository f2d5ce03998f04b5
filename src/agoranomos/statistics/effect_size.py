"""Standardised effects with exact intervals: Cohen's d, Hedges' g, and the effect of paired differences."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special, stats

from agoranomos.statistics.cohens_d import cohens_d
from agoranomos.statistics.result import NAN, Interval, finite_sample, why_no_spread

_FAR = 1e-13
"""How closely a bound is found, as a share of the effect."""

_ALL_SCALE = 1e3
"""Beyond this t only the chi distribution of the scale matters: the normal part is below a thousandth of it."""


def small_sample_factor(df: float) -> float:
    """Hedges' factor J: the mean of d is the population's effect divided by it.

    `gamma(df/2) / (sqrt(df/2) gamma((df-1)/2))`. Source: L. V. Hedges, "Distribution theory for Glass's estimator of
    effect size and related estimators", Journal of Educational Statistics 6 (1981), equation 6e. `df` is above 1.
    """
    return float(np.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / np.sqrt(df / 2))


def cohens_d_interval(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Interval:
    """Cohen's d of two independent samples with the exact interval of the population's effect.

    The bounds are the effects under which t would be as far out as it is, by the noncentral t distribution with
    n_1 + n_2 - 2 degrees of freedom; values are normal with one variance. Source: G. Cumming and S. Finch, Educational
    and Psychological Measurement 61 (2001). Raises `ValueError` for NaN or infinite values.
    """
    return _standardised(first, second, level, "Cohen's d", corrected=False)


def hedges_g_interval(first: ArrayLike, second: ArrayLike, *, level: float = 0.95) -> Interval:
    """Hedges' g, d without its bias in small samples, with the same exact interval as d.

    The bounds are of the population's effect and are not shrunk with the point, so that they hold at their level.
    Raises `ValueError` for NaN or infinite values.
    """
    return _standardised(first, second, level, "Hedges' g", corrected=True)


def paired_effect_interval(differences: ArrayLike, *, level: float = 0.95) -> Interval:
    """The mean of paired differences in units of their own standard deviation (d_z), corrected as Hedges' g.

    It is no d of the two samples: pairs that agree closely make it large. The interval is exact for normal differences.
    Raises `ValueError` for NaN or infinite values.
    """
    sample = finite_sample(differences)
    method = "d of paired differences"
    reason = why_no_spread(sample)
    if reason:
        return Interval(NAN, NAN, NAN, level, sample.size, method, reason)
    df = sample.size - 1
    effect = float(sample.mean() / sample.std(ddof=1))
    if df < 2:
        return Interval(effect, NAN, NAN, level, sample.size, method, "two values are too few")
    low, high = noncentral_bounds(effect * np.sqrt(sample.size), df, level)
    root = np.sqrt(sample.size)
    return Interval(effect * small_sample_factor(df), low / root, high / root, level, sample.size, method)


def noncentral_bounds(t: float, df: float, level: float) -> tuple[float, float]:
    """The noncentralities under which a t as high, or as low, as the one seen has probability (1 - level) / 2."""
    tail = (1 - level) / 2
    if abs(t) > _ALL_SCALE:
        chi = np.sqrt(stats.chi2.ppf([tail, 1 - tail], df) / df)
        low, high = sorted((float(t * chi[0]), float(t * chi[1])))
        return low, high

    def centre_at(probability: float) -> float:
        # The distribution function falls as the noncentrality grows; its spread is about sqrt(1 + t^2 / 2 df).
        step = 1 + np.sqrt(1 + t * t / (2 * df))
        below, above = t - step, t + step
        while stats.nct.cdf(t, df, below) < probability:
            below -= step
        while stats.nct.cdf(t, df, above) > probability:
            above += step
        return float(
            optimize.brentq(
                lambda centre: stats.nct.cdf(t, df, centre) - probability, below, above, xtol=_FAR * max(1, abs(t))
            )
        )

    return centre_at(1 - tail), centre_at(tail)


def _standardised(first: ArrayLike, second: ArrayLike, level: float, method: str, *, corrected: bool) -> Interval:
    effect = cohens_d(first, second)
    n = effect.n_first + effect.n_second
    if effect.reason:
        return Interval(effect.d, NAN, NAN, level, n, method, effect.reason)
    df = n - 2
    if df < 2:
        return Interval(effect.d, NAN, NAN, level, n, method, "three values are too few")
    root = np.sqrt(effect.n_first * effect.n_second / n)
    low, high = noncentral_bounds(effect.d * root, df, level)
    point = effect.d * small_sample_factor(df) if corrected else effect.d
    return Interval(point, low / root, high / root, level, n, method)
