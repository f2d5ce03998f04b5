"""The sign-flip permutation test over clusters, such as rosters or model labels: exact, or by draws where many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.statistics.result import NAN, finite_sample

MAX_CLUSTERS = 24
"""All 2**k sign patterns are counted; beyond this many clusters that takes too much memory."""

DRAWS = 99_999
"""Sign patterns that are drawn where there are too many to count."""

_AT_ONCE = 2_000_000


@dataclass(frozen=True, slots=True)
class SignFlip:
    """`mean` of the clusters' differences and the two-sided `p`; `floor` is the least p that there can be.

    `draws` is 0 where all patterns were counted, so that p is exact.
    """

    mean: float
    p: float
    floor: float
    clusters: int
    reason: str = ""
    draws: int = 0


def sign_flip_test(
    differences: ArrayLike, generator: np.random.Generator | None = None, *, draws: int = DRAWS
) -> SignFlip:
    """Two-sided p of a zero mean, when each cluster's difference is equally likely to have either sign.

    `differences` holds one number a cluster (shape (k,)). p is the share of the 2**k sign patterns whose mean is at
    least as far from zero as the observed one, so it cannot fall below 2 / 2**k. Beyond 24 clusters `draws` patterns
    are drawn from the generator and the observed one is counted among them, which keeps the test at its level (B.
    Phipson and G. K. Smyth, Statistical Applications in Genetics and Molecular Biology 9 (2010)). Source: R. A.
    Fisher, The Design of Experiments (1935), section 21. Raises `ValueError` for NaN or infinite values.
    """
    observed = finite_sample(differences)
    k = observed.size
    if k == 0:
        return SignFlip(NAN, NAN, NAN, 0, "no cluster")
    floor = min(1.0, 2.0 ** (1 - k))
    mean = float(observed.mean())
    # A pattern that ties with the observed one up to rounding counts as a tie.
    slack = 1e-12 * float(np.abs(observed).sum())
    if k > MAX_CLUSTERS and generator is None:
        return SignFlip(mean, NAN, floor, k, f"more than {MAX_CLUSTERS} clusters: not enumerated")
    if k > MAX_CLUSTERS:
        extreme = 1 + _drawn(observed, abs(float(observed.sum())) - slack, generator, draws)
        return SignFlip(mean, extreme / (draws + 1), 1 / (draws + 1), k, draws=draws)
    sums = np.zeros(1)
    for difference in observed:
        sums = np.concatenate((sums + difference, sums - difference))
    extreme = int(np.count_nonzero(np.abs(sums) >= abs(float(observed.sum())) - slack))
    reason = "one cluster: p is 1 whatever the difference" if k == 1 else ""
    return SignFlip(mean, extreme / sums.size, floor, k, reason)


def _drawn(differences: NDArray[np.float64], least: float, generator: np.random.Generator | None, draws: int) -> int:
    """How many of the drawn patterns have a sum at least that far from zero."""
    assert generator is not None
    rows = max(1, _AT_ONCE // differences.size)
    extreme = 0
    for start in range(0, draws, rows):
        signs = generator.integers(0, 2, size=(min(rows, draws - start), differences.size)) * 2 - 1
        extreme += int(np.count_nonzero(np.abs(signs @ differences) >= least))
    return extreme
