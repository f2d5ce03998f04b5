"""The path of a confidence sequence: what is known at each look, and whether that has decided anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.statistics.result import Interval, finite_sample


class ConfidenceSequence(Protocol):
    """What gives an interval for the mean after any number of values, valid for all numbers together."""

    @property
    def level(self) -> float: ...  # noqa: D102
    @property
    def method(self) -> str: ...  # noqa: D102
    def interval(self, values: ArrayLike) -> Interval: ...  # noqa: D102
    def log_evidence(self, values: ArrayLike, null: float = 0.0) -> float: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the first `n` values: their mean, and the bounds on which all looks so far agree.

    `p` is an always-valid p-value of a zero mean: one over the most evidence that any look so far had, at most 1.
    `reason` says why there are no bounds yet, where they are infinite.
    """

    n: int
    point: float
    low: float
    high: float
    level: float
    p: float
    reason: str = ""

    @property
    def excludes_zero(self) -> bool:
        """Whether a zero mean is ruled out."""
        return self.low > 0 or self.high < 0

    def within(self, margin: float) -> bool:
        """Whether the mean is known to lie closer to zero than `margin`."""
        return -margin < self.low and self.high < margin

    def beyond(self, margin: float) -> bool:
        """Whether the mean is known to lie `margin` or farther from zero."""
        return self.low >= margin or self.high <= -margin


class Walk:
    """Takes one look after another, and remembers what those before it excluded.

    Bounds only ever tighten: the intervals hold together, so what one of them excludes stays excluded. Where they have
    nothing in common (which is as rare as a wrong interval, or the sequence's assumption does not hold) the last
    bounds stand, and the reason says so.
    """

    def __init__(self, sequence: ConfidenceSequence) -> None:
        self._sequence = sequence
        self._low, self._high, self._most = -np.inf, np.inf, 0.0

    def look(self, values: ArrayLike) -> Look:
        """What is known after these values, which begin with those of the look before; raises `ValueError` for NaN."""
        sample = finite_sample(values)
        found = self._sequence.interval(sample)
        reason = found.reason
        if not np.isnan(found.low):
            if max(self._low, found.low) <= min(self._high, found.high):
                self._low, self._high = max(self._low, found.low), min(self._high, found.high)
            else:
                reason = "this look has nothing in common with those before it, whose bounds stand"
        self._most = max(self._most, self._sequence.log_evidence(sample))
        bounds = float(self._low), float(self._high)
        return Look(sample.size, found.point, *bounds, self._sequence.level, float(np.exp(-self._most)), reason)


def walk(sequence: ConfidenceSequence, values: ArrayLike, sizes: Sequence[int]) -> tuple[Look, ...]:
    """The looks after so many values each, growing; raises `ValueError` for NaN, or more values than there are."""
    sample, taken = finite_sample(values), Walk(sequence)
    if any(size > sample.size for size in sizes):
        raise ValueError(f"a look at {max(sizes)} of {sample.size} values")
    return tuple(taken.look(sample[:size]) for size in sizes)


def look_sizes(n: int, least: int, every: int) -> range:
    """After how many of `n` values looks are taken: after `least`, and after every `every` more."""
    return range(least, n + 1, every)
