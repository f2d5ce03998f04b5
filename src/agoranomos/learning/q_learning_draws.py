"""The draws of a learning session: numbered, so that neither threads nor batches can change which one is which.

Draw n of a session is the n-th output of SplitMix64 seeded with the session's key. A period of N agents takes 2N + 1
numbers: for each agent one that decides whether it explores, for each one that says what, and one for the authority.

Source: Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators, OOPSLA; constants as in the
reference implementation by Vigna.
"""

from __future__ import annotations

from agoranomos.institutions.draws import INCREMENT, MASK, MULTIPLIERS, mix
from agoranomos.randomness import named_integer

__all__ = ["INCREMENT", "MULTIPLIERS", "UNIT", "drawn", "first_joint", "session_key"]

UNIT = 2.0**-53
"""The distance between two neighbouring draws from [0, 1)."""


def session_key(seed: int, number: int) -> int:
    """The 64 bits that name all draws of session `number`."""
    return mix(named_integer(seed, "q-learning session", number))


def drawn(key: int, counter: int) -> float:
    """Draw number `counter`, uniform over [0, 1)."""
    return (mix((key + counter * INCREMENT) & MASK) >> 11) * UNIT


def first_joint(key: int, joint: int) -> int:
    """The joint action that a session remembers before its first period, uniform over `joint` of them."""
    return int(drawn(mix(key), 0) * joint)
