"""Which values belong together: the clusters of a sample, such as the runs of a roster."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Grouping:
    """`owner` holds, for each of n values, the position of its cluster in `names`, which are in a fixed order."""

    names: tuple[Hashable, ...]
    owner: NDArray[np.intp]

    @property
    def sizes(self) -> NDArray[np.float64]:
        """How many values each cluster has, shape (G,)."""
        return np.bincount(self.owner, minlength=len(self.names)).astype(np.float64)

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of the values of each cluster, shape (G,)."""
        return np.bincount(self.owner, weights=values, minlength=len(self.names)).astype(np.float64)

    @property
    def of_values(self) -> list[Hashable]:
        """The cluster of each value, by name."""
        return [self.names[position] for position in self.owner]

    def means(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The mean of the values of each cluster, shape (G,)."""
        return self.sums(values) / self.sizes


def grouping(clusters: Sequence[Hashable], n: int) -> Grouping:
    """The grouping of n values by the names of their clusters; raises `ValueError` for lengths that differ."""
    if len(clusters) != n:
        raise ValueError(f"{n} values but {len(clusters)} cluster names")
    names = sorted(set(clusters), key=repr)
    index = {name: i for i, name in enumerate(names)}
    return Grouping(tuple(names), np.array([index[name] for name in clusters], dtype=np.intp))
