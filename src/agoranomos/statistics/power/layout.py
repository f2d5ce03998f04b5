"""How runs are laid out: how precise a difference of means is with n runs an arm, on how many degrees of freedom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Layout(Protocol):
    """A way to compare two arms. `least` is the fewest runs an arm with which it can be tested."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def least(self) -> int: ...  # noqa: D102

    def standard_error(self, n: int) -> float:
        """Of the difference with n runs an arm, in standard deviations of a run's outcome."""
        ...

    def df(self, n: int) -> float:
        """Degrees of freedom of the t distribution that the difference is referred to."""
        ...


@dataclass(frozen=True, slots=True)
class Independent:
    """Two arms whose runs share nothing: Welch's test, at equal spreads and sizes."""

    name: str = "welch"
    least: int = 2

    def standard_error(self, n: int) -> float:  # noqa: D102
        return float((2 / n) ** 0.5)

    def df(self, n: int) -> float:  # noqa: D102
        return 2 * n - 2


@dataclass(frozen=True, slots=True)
class Paired:
    """Runs of two arms in pairs (the same seed), whose outcomes have this `correlation`."""

    correlation: float = 0.0
    name: str = "paired"
    least: int = 2

    def standard_error(self, n: int) -> float:  # noqa: D102
        return float((2 * (1 - self.correlation) / n) ** 0.5)

    def df(self, n: int) -> float:  # noqa: D102
        return n - 1


@dataclass(frozen=True, slots=True)
class Clustered:
    """Pairs in `clusters` (rosters) of one size; `icc` is the share of the pairs' variance that lies between clusters.

    The variance of the mean of m pairs in each of G clusters is that of one pair times `(1 + (m-1) icc) / (G m)`.
    Source: A. Donner and N. Klar, Design and Analysis of Cluster Randomization Trials in Health Research (2000),
    section 5.2. Raises `ValueError` for fewer than 2 clusters.
    """

    clusters: int
    icc: float = 0.0
    correlation: float = 0.0
    name: str = "clustered"

    def __post_init__(self) -> None:
        if self.clusters < 2:
            raise ValueError(f"2 clusters or more were expected, not {self.clusters}")

    @property
    def least(self) -> int:
        """One pair a cluster."""
        return self.clusters

    def standard_error(self, n: int) -> float:  # noqa: D102
        size = n / self.clusters
        return float((2 * (1 - self.correlation) * (1 + (size - 1) * self.icc) / n) ** 0.5)

    def df(self, n: int) -> float:  # noqa: D102
        return self.clusters - 1
