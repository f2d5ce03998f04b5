"""Named randomness: every draw in a run comes from (seed, purpose, round, agent) and from nothing else.

So the draws of two arms with the same seed are the same, adding an arm or changing a fine changes no other draw, and
the order in which runs are executed does not matter.
"""

from __future__ import annotations

import hashlib
import threading
from fractions import Fraction

import numpy as np

MAX_EXACT_INTEGER = 2**53 - 1
"""The largest integer that JSON readers keep exactly (RFC 8785 and RFC 7493, section 2.2)."""


_own = threading.local()


def _digest(seed: int, purpose: str, round_number: int, agent: str) -> bytes:
    name = f"{seed}\0{purpose}\0{round_number}\0{agent}".encode()
    return hashlib.blake2b(name, digest_size=16, person=b"agora draws v1").digest()


def named_generator(seed: int, purpose: str, round_number: int = 0, agent: str = "") -> np.random.Generator:
    """A NumPy generator for one purpose in one round of one agent (Philox, keyed by a BLAKE2b digest of the name)."""
    key = int.from_bytes(_digest(seed, purpose, round_number, agent), "little")
    return np.random.Generator(np.random.Philox(key=key))


def _rekeyed(digest: bytes) -> np.random.Generator:
    """The generator of this thread, set to the start of the stream of `digest`; it must not leave this module."""
    generator: np.random.Generator | None = getattr(_own, "generator", None)
    if generator is None:
        generator = _own.generator = np.random.Generator(np.random.Philox(key=0))
        _own.state = generator.bit_generator.state
    state = _own.state
    state["state"]["key"] = np.frombuffer(digest, dtype="<u8")
    generator.bit_generator.state = state
    return generator


def named_uniforms(seed: int, purpose: str, round_number: int, size: int) -> np.ndarray:
    """`size` draws, uniform on [0, 1): those that `named_generator` would give first, made faster."""
    return _rekeyed(_digest(seed, purpose, round_number, "")).random(size)


def named_integer(seed: int, purpose: str, round_number: int = 0, agent: str = "") -> int:
    """One draw, uniform over 0 .. 2**53 - 1: an integer that can be recorded and replayed."""
    return int.from_bytes(_digest(seed, purpose, round_number, agent)[:8], "little") & MAX_EXACT_INTEGER


def named_chance(
    probability: float | Fraction, seed: int, purpose: str, round_number: int = 0, agent: str = ""
) -> bool:
    """Whether what has this probability happens, by one draw of its own."""
    return named_integer(seed, purpose, round_number, agent) < probability * (MAX_EXACT_INTEGER + 1)


class Randomness:
    """The draws that one agent may use in one round; generators are made only when asked for."""

    __slots__ = ("agent", "round_number", "seed")

    def __init__(self, seed: int, round_number: int = 0, agent: str = "") -> None:
        self.seed = seed
        self.round_number = round_number
        self.agent = agent

    def generator(self, purpose: str) -> np.random.Generator:
        """The generator for `purpose`; the same purpose gives the same draws again."""
        return named_generator(self.seed, purpose, self.round_number, self.agent)

    def normals(self, purpose: str, size: int) -> np.ndarray:
        """`size` standard normal draws for `purpose`: those that `generator(purpose)` would give first, made faster."""
        return _rekeyed(_digest(self.seed, purpose, self.round_number, self.agent)).standard_normal(size)

    def integer(self, purpose: str) -> int:
        """One integer for `purpose`, uniform over 0 .. 2**53 - 1."""
        return named_integer(self.seed, purpose, self.round_number, self.agent)
