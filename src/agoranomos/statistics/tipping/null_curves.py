"""What a curve looks like when nothing is learned: closed forms to hold a rise against."""

from __future__ import annotations

import numpy as np

from agoranomos.statistics.tipping.trajectories import Array


def constant_hazard(hazard: float, rounds: int, *, persistence: float = 1.0) -> Array:
    """V_r, r = 1 .. rounds, of agents who begin to violate with probability `hazard` and go on with `persistence`.

    A Markov chain with V_{r+1} = s V_r + h (1 - V_r) and V_1 = h, so V_r = h / (1 - s + h) (1 - (s - h)^r); with s = 1
    this is 1 - (1 - h)^r, which rises without any change of propensity (from 18.8% in round 1 to 71% in round 6).
    Raises `ValueError` for probabilities outside [0, 1].
    """
    for name, chance in (("hazard", hazard), ("persistence", persistence)):
        if not 0.0 <= chance <= 1.0:
            raise ValueError(f"{name}: a probability between 0 and 1 was expected, not {chance:g}")
    if hazard == 0.0:
        return np.zeros(rounds)
    passed = np.arange(1, rounds + 1)
    return np.asarray(hazard / (1.0 - persistence + hazard) * (1.0 - (persistence - hazard) ** passed))
