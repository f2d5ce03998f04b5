"""What an institution makes of a recorded draw: one integer an agent and round serves every purpose.

A run records one integer per agent and round (see `Observed`). Each purpose, such as the audit named `inspection`,
turns it into a number of its own by a salted mixing step, so that one more purpose changes no other, and the same
purpose under two institutions gives the same number: their runs are paired. Integers only; the mixing step is the
finaliser of SplitMix64 (Steele, Lea and Flood 2014), which arrays can do as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from agoranomos.randomness import named_integer

MASK = (1 << 64) - 1
UNIFORM_BITS = 53
NORMAL_BITS = 16

INCREMENT = 0x9E3779B97F4A7C15
MULTIPLIERS = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB)


def salt(purpose: str) -> int:
    """The 64 bits that stand for a purpose."""
    return int.from_bytes(hashlib.blake2b(purpose.encode(), digest_size=8, person=b"agora purpose v1").digest(), "big")


def mix(value: int) -> int:
    """64 bits in, 64 well-mixed bits out."""
    value = (value + INCREMENT) & MASK
    value = ((value ^ (value >> 30)) * MULTIPLIERS[0]) & MASK
    value = ((value ^ (value >> 27)) * MULTIPLIERS[1]) & MASK
    return value ^ (value >> 31)


def uniform(draw: int, salted: int) -> int:
    """A number uniform over 0 .. 2**53 - 1 for the purpose with this salt."""
    return mix(draw ^ salted) >> (64 - UNIFORM_BITS)


def normal(draw: int, salted: int) -> int:
    """A standard normal number times 2**16, as the sum of twelve uniforms less six: bounded by six in size.

    Variance 1, mean 0 up to 2**-15; the tails beyond three are thinner than a Gaussian's.
    """
    total = 0
    for part in range(3):
        bits = mix(draw ^ (salted + part & MASK))
        total += (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48)
    return total - 6 * 0xFFFF


def round_draws(seed: int, round_number: int, agents: Iterable[str]) -> tuple[int, ...]:
    """The draws of a round, one an agent, from the run's seed: uniform over 0 .. 2**53 - 1."""
    return tuple([named_integer(seed, "institution", round_number, agent) for agent in agents])


def run_draw(seed: int) -> int:
    """The draw that stays the whole run."""
    return named_integer(seed, "institution for the whole run")
