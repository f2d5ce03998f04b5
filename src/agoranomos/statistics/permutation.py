"""The two-sample permutation test of a difference of means: no shape of the values is assumed."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.statistics.result import NAN, finite_sample

MOST_COUNTED = 100_000
"""Up to this many ways of choosing the first sample, all of them are counted."""

DRAWS = 99_999
_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class Permutation:
    """First mean less second, and the two-sided `p` of the values being exchangeable.

    `draws` is 0 where all ways were counted. NaN with a `reason` where a side has no value.
    """

    difference: float
    p: float
    n_first: int
    n_second: int
    draws: int = 0
    reason: str = ""


def permutation_test(
    first: ArrayLike, second: ArrayLike, generator: np.random.Generator, *, draws: int = DRAWS
) -> Permutation:
    """The share of ways to deal the values to two sides whose means lie at least as far apart.

    All ways are counted up to 100,000; else `draws` are drawn and the observed one counts among them. Source: E. J. G.
    Pitman, "Significance tests which may be applied to samples from any populations", Supplement to the Journal of
    the Royal Statistical Society 4 (1937). Raises `ValueError` for NaN or infinite values.
    """
    a, b = finite_sample(first), finite_sample(second)
    if min(a.size, b.size) == 0:
        return Permutation(NAN, NAN, a.size, b.size, reason="no value on one side")
    values = np.concatenate((a, b))
    difference = float(a.mean() - b.mean())
    centred = values - values.mean()
    # The sum of the first side says all: the means lie as far apart as it lies from zero.
    least = abs(float(centred[: a.size].sum())) - 1e-12 * float(np.abs(centred).sum())
    if math.comb(values.size, a.size) <= MOST_COUNTED:
        ways = itertools.combinations(centred.tolist(), a.size)
        sums = np.fromiter((math.fsum(way) for way in ways), dtype=np.float64)
        return Permutation(difference, float(np.mean(np.abs(sums) >= least)), a.size, b.size)
    extreme = 1 + _drawn(centred, a.size, least, generator, draws)
    return Permutation(difference, extreme / (draws + 1), a.size, b.size, draws)


def _drawn(centred: NDArray[np.float64], size: int, least: float, generator: np.random.Generator, draws: int) -> int:
    rows = max(1, _AT_ONCE // centred.size)
    extreme = 0
    for start in range(0, draws, rows):
        dealt = generator.permuted(np.tile(centred, (min(rows, draws - start), 1)), axis=1)
        extreme += int(np.count_nonzero(np.abs(dealt[:, :size].sum(axis=1)) >= least))
    return extreme
