"""What a step of decoding must move through a GPU's memory at least, and how busy the GPU was: arithmetic alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agoranomos.models.local.shape import Shape


@dataclass(frozen=True, slots=True)
class Traffic:
    """Bytes that one step reads: `weights` once, and keys and values, shared ones counted once or for every row."""

    weights: int
    states: int
    states_of_every_row: int

    @property
    def least(self) -> int:
        """What no way to compute the step can do without."""
        return self.weights + self.states

    @property
    def unshared(self) -> int:
        """What a step reads whose rows do not profit from what they share."""
        return self.weights + self.states_of_every_row


def step_traffic(shape: Shape, weight_bytes: int, itemsize: int, rows: int, shared: int, own: float) -> Traffic:
    """The traffic of a step of `rows` rows that have `shared` tokens in common and, on average, `own` more each.

    `weight_bytes` are those of all weights that a step reads: the table of embeddings is not, but for a row a token.
    """
    token = 2 * shape.layers * shape.shared_heads * shape.size * itemsize
    return Traffic(weight_bytes, round(token * (shared + rows * own)), round(token * rows * (shared + own)))


def covered(intervals: Iterable[tuple[float, float]]) -> float:
    """The length of the union of intervals (start, end)."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(intervals):
        if end > reached:
            total += end - max(start, reached)
            reached = end
    return total
