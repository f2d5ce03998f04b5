"""The exact sign-flip permutation test over clusters, such as rosters or model labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.statistics.result import NAN, finite_sample

MAX_CLUSTERS = 24
"""All 2**k sign patterns are counted; beyond this many clusters that takes too much memory."""


@dataclass(frozen=True, slots=True)
class SignFlip:
    """`mean` of the clusters' differences and the two-sided exact `p`; `floor` is the least p that k clusters allow."""

    mean: float
    p: float
    floor: float
    clusters: int
    reason: str = ""


def sign_flip_test(differences: ArrayLike) -> SignFlip:
    """Two-sided exact p of a zero mean, when each cluster's difference is equally likely to have either sign.

    `differences` holds one number a cluster (shape (k,)). p is the share of the 2**k sign patterns whose mean is at
    least as far from zero as the observed one, so it cannot fall below 2 / 2**k. Source: R. A. Fisher, The Design of
    Experiments (1935), section 21. Raises `ValueError` for NaN or infinite values.
    """
    observed = finite_sample(differences)
    k = observed.size
    if k == 0:
        return SignFlip(NAN, NAN, NAN, 0, "no cluster")
    floor = min(1.0, 2.0 ** (1 - k))
    mean = float(observed.mean())
    if k > MAX_CLUSTERS:
        return SignFlip(mean, NAN, floor, k, f"more than {MAX_CLUSTERS} clusters: not enumerated")
    sums = np.zeros(1)
    for difference in observed:
        sums = np.concatenate((sums + difference, sums - difference))
    # A pattern that ties with the observed one up to rounding counts as a tie.
    slack = 1e-12 * float(np.abs(observed).sum())
    extreme = int(np.count_nonzero(np.abs(sums) >= abs(float(observed.sum())) - slack))
    reason = "one cluster: p is 1 whatever the difference" if k == 1 else ""
    return SignFlip(mean, extreme / sums.size, floor, k, reason)
