"""The chance that a test finds what is there, by drawing campaigns: sign flips over clusters, and shifts of tiers."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

CAMPAIGNS = 10_000
MOST_COUNTED = 12
"""Up to this many clusters all sign patterns are counted; beyond, some are drawn, one set for all campaigns."""

PATTERNS = 1_999
_AT_ONCE = 2_000_000

Array = NDArray[np.float64]


def chance_of_sign_flip(
    effect: float,
    standard_error: float,
    clusters: int,
    generator: np.random.Generator,
    *,
    campaigns: int = CAMPAIGNS,
    level: float = 0.95,
) -> float:
    """The chance that the sign-flip test over clusters rejects when their mean difference is `effect`.

    `standard_error` is that of the mean over all clusters; clusters are normal and alike. Below 2 / 2**G the test never
    rejects: with 5 clusters and fewer the chance at 95% is 0.
    """
    means = effect + generator.normal(size=(campaigns, clusters)) * standard_error * clusters**0.5
    if clusters <= MOST_COUNTED:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=clusters - 1))).reshape(-1, clusters - 1)
        signs = np.hstack([np.ones((len(signs), 1)), signs])  # the other half mirrors these
        seen = 0
    else:
        signs = generator.choice((1.0, -1.0), size=(PATTERNS, clusters))
        seen = 1
    rows = max(1, _AT_ONCE // len(signs))
    extreme = np.concatenate([_extreme(means[start : start + rows], signs) for start in range(0, campaigns, rows)])
    return float(np.mean((extreme + seen) / (len(signs) + seen) <= 1 - level + 1e-12))


def _extreme(means: Array, signs: Array) -> NDArray[np.intp]:
    """How many sign patterns put each campaign's sum at least as far from zero as it is."""
    least = np.abs(means.sum(axis=1)) * (1 - 1e-12)
    return np.asarray(np.count_nonzero(np.abs(means @ signs.T) >= least[:, None], axis=1))


def shifted(shares: ArrayLike, log_odds: float) -> Array:
    """The shares of ordered values when the odds of being above every cut are multiplied by exp(`log_odds`).

    Raises `ValueError` for shares that are negative, or all zero, and for fewer than two.
    """
    given = np.asarray(shares, dtype=np.float64)
    if given.ndim != 1 or given.size < 2 or (given < 0).any() or not given.sum() > 0:
        raise ValueError("shares of two or more values were expected, none of them negative")
    below = np.cumsum(given / given.sum())[:-1]
    return np.diff(special.expit(special.logit(below) - log_odds), prepend=0.0, append=1.0)


def chance_of_shift(
    shares: ArrayLike,
    log_odds: float,
    n: int,
    generator: np.random.Generator,
    *,
    campaigns: int = CAMPAIGNS,
    level: float = 0.95,
) -> float:
    """The chance that n runs an arm show a shift of the tiers by `log_odds`, from those with `shares`.

    Each campaign is tested by the score test of the proportional-odds model, which is Wilcoxon's test with ties.
    Source: P. McCullagh, Journal of the Royal Statistical Society B 42 (1980), section 2.
    """
    base = shifted(shares, 0.0)
    first = generator.multinomial(n, shifted(shares, log_odds), size=campaigns)
    second = generator.multinomial(n, base, size=campaigns)
    both = (first + second).astype(np.float64)
    ranks = np.cumsum(both, axis=1) - (both - 1) / 2
    difference = (ranks * (first - n * both / (2 * n))).sum(axis=1)
    total = 2.0 * n
    variance = n * n / (total * (total - 1)) * ((ranks - (total + 1) / 2) ** 2 * both).sum(axis=1)
    critical = float(special.ndtri(0.5 + level / 2))
    return float(np.mean(difference**2 > critical**2 * np.maximum(variance, 1e-12)))
