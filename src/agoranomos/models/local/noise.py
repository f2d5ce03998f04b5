"""Noise by counting: a function of (seed, step, stream, place) alone, the same on every device.

Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011), with the seed
as its key and (place // 4, step, stream, 0) as its counter; place % 4 is the word of the four that it gives. Only
operators are used, so arrays may be NumPy's or torch's.
"""

from __future__ import annotations

from typing import Any

Array = Any
"""A NumPy array or a torch tensor of 64-bit integers, or a Python integer."""

NOISE = "philox4x32-10, two steps of 256"
"""How a token is drawn with a seed (see `sampling`): another way would give other replies to the same one."""

_MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10
_WORD = 0xFFFFFFFF


def philox(counter: tuple[Array, Array, Array, Array], key: tuple[Array, Array]) -> tuple[Array, Array, Array, Array]:
    """Four 32-bit words for each counter and key of four and two; all words are in 64-bit integers."""
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        # Products wrap around 2**64, and the sign that a shift drags in is cut off: what is left are the true words.
        one, two = c0 * _MULTIPLIERS[0], c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = ((two >> 32) & _WORD) ^ c1 ^ k0, two & _WORD, ((one >> 32) & _WORD) ^ c3 ^ k1, one & _WORD
        k0, k1 = (k0 + _WEYL[0]) & _WORD, (k1 + _WEYL[1]) & _WORD
    return c0, c1, c2, c3


def words(low: Array, high: Array, step: Array, stream: int, blocks: Array) -> tuple[Array, Array, Array, Array]:
    """Words 4b, 4b + 1, 4b + 2 and 4b + 3 of a stream for each b of `blocks`; the seed is given in two words.

    Shapes broadcast: a column of seeds and steps, and a row of blocks, give a table.
    """
    none = blocks * 0
    return philox((blocks + none, step + none, none + stream, none), (low + none, high + none))


def seed_words(seed: int) -> tuple[int, int]:
    """A seed's two words of 32 bits, the low one first; of larger seeds, their last 64 bits."""
    return seed & _WORD, (seed >> 32) & _WORD


def uniform(word: Array) -> Array:
    """Numbers in the open interval (0, 1) for words, in the middle of each of 2**32 equal parts of it.

    A torch tensor must be one of doubles already: torch would compute with its integers in single precision, in which
    the last of the parts is 1 itself.
    """
    return (word + 0.5) * 2.0**-32
