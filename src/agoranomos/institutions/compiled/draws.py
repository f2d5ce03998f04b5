"""Draws over arrays: `institutions.draws`, the same bits."""

from __future__ import annotations

import numpy as np

from agoranomos.institutions.compiled.values import Draws, Ints
from agoranomos.institutions.draws import INCREMENT, MASK, MULTIPLIERS, UNIFORM_BITS


def mix(values: Draws) -> Draws:
    """64 bits in, 64 well-mixed bits out: the finaliser of SplitMix64; products wrap, as there."""
    values = values + np.uint64(INCREMENT)
    values = (values ^ (values >> np.uint64(30))) * np.uint64(MULTIPLIERS[0])
    values = (values ^ (values >> np.uint64(27))) * np.uint64(MULTIPLIERS[1])
    return values ^ (values >> np.uint64(31))


def uniform(draws: Draws, salted: int) -> Draws:
    """Numbers uniform over 0 .. 2**53 - 1 for the purpose with this salt."""
    return mix(draws ^ np.uint64(salted)) >> np.uint64(64 - UNIFORM_BITS)


def normal(draws: Draws, salted: int) -> Ints:
    """Standard normal numbers times 2**16: sums of twelve uniforms less six."""
    total = np.full(draws.shape, -6 * 0xFFFF, np.int64)
    for part in range(3):
        bits = mix(draws ^ np.uint64(salted + part & MASK))
        for shift in (0, 16, 32, 48):
            total += (bits >> np.uint64(shift) & np.uint64(0xFFFF)).astype(np.int64)
    return total
