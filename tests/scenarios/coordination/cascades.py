"""Best replies of a whole group, simulated on arrays: what the theory and its page are held against."""

import numpy as np
from scipy.stats import binom

from agoranomos.scenarios.coordination import CoordinationSpec, clear

RATIOS = (0.25, 0.5, 1.0, 2.0, 4.0)
TRIPLES = {
    0.25: (1.2, 1.0, 0.2),
    0.5: (1.2, 1.0, 0.6),
    1.0: (1.2, 1.0, 0.8),
    2.0: (1.4, 1.0, 0.8),
    4.0: (1.8, 1.0, 0.8),
}
"""The factors of the released code of arXiv 2510.04860, by k."""


def spec_of(ratio=1.0, **fields):
    high, normal, low = TRIPLES[ratio]
    return CoordinationSpec(factors={"high": high, "normal": normal, "low": low}, **{"rule": "none", **fields})


def replies_of(spec):
    """By how many others took the collective option: 1 where it is the better reply, -1 the worse, 0 neither.

    The reply is to independent play at that frequency. Payoffs are read off `clear`, not off the formula of theory.
    """
    n = len(spec.players)
    joint = np.zeros((n, 2, n))
    joint[:, 1, 0] = 1
    for others in range(n):
        joint[others, :, 1 : others + 1] = 1
    paid = clear(spec, joint, spec.capital, True, 0.0).profit[..., 0]
    gains = paid[:, 1] - paid[:, 0]
    expected = np.array([binom.pmf(np.arange(n), n - 1, m / (n - 1)) @ gains for m in range(n)])
    return np.where(abs(expected) < 1e-12, 0, np.sign(expected)).astype(int)


def cascade(spec, start, runs=4000, rounds=8, seed=1):
    """The share that takes the collective option, by round, where all reply best to what they saw last."""
    took = np.random.default_rng(seed).random((runs, len(spec.players))) < start
    replies, shares = replies_of(spec), [took.mean()]
    for _ in range(rounds - 1):
        reply = replies[took.sum(axis=1, keepdims=True) - took]
        took = np.where(reply == 0, took, reply > 0)
        shares.append(took.mean())
    return shares
