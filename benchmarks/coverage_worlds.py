"""Worlds with a known truth, in which estimators are tried: who shares a cluster, and what is really there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Array = NDArray[np.float64]

ICC = 0.3
TIERS = {"ungoverned": (10, 16, 19, 45), "institutional": (43, 25, 17, 5)}
"""How many of 90 published runs had tiers 1 to 4 in two regimes."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Two sides of runs, each with the roster and the batch of every run; `truth` is what is estimated."""

    first: Array
    second: Array
    first_clusters: list[int]
    second_clusters: list[int]
    truth: float

    @property
    def values(self) -> Array:
        """All runs, the first side's before the second's."""
        return np.concatenate((self.first, self.second))

    @property
    def clusters(self) -> list[int]:
        """The cluster of each of `values`."""
        return self.first_clusters + self.second_clusters

    @property
    def treated(self) -> NDArray[np.bool_]:
        """Which of `values` are of the first side."""
        return np.repeat([True, False], [self.first.size, self.second.size])


def clustered(generator: np.random.Generator, clusters: int, size: int, truth: float = 0.5) -> tuple[Array, list[int]]:
    """`size` values of each cluster, of variance 1, of which the share ICC lies between clusters."""
    names = np.repeat(np.arange(clusters), size)
    between = generator.normal(size=clusters)[names] * ICC**0.5
    values = truth + between + generator.normal(size=names.size) * (1 - ICC) ** 0.5
    return values, names.tolist()


def nested(
    generator: np.random.Generator, clusters: int, batches: int, size: int
) -> tuple[Array, list[int], list[int]]:
    """As `clustered`, truth 0.5; a third of what lies between clusters lies between the batches of a cluster."""
    names = np.repeat(np.arange(clusters), batches * size)
    inner = np.repeat(np.arange(clusters * batches), size)
    between = generator.normal(size=clusters)[names] * (ICC * 2 / 3) ** 0.5
    between += generator.normal(size=clusters * batches)[inner] * (ICC / 3) ** 0.5
    return 0.5 + between + generator.normal(size=names.size) * (1 - ICC) ** 0.5, names.tolist(), inner.tolist()


def paired(generator: np.random.Generator, clusters: int, size: int, *, unlike: float = ICC) -> Sample:
    """Every cluster has runs on both sides, and an effect of its own about 0.5, with the variance `unlike`."""
    level = generator.normal(size=clusters) * ICC**0.5
    effect = 0.5 + generator.normal(size=clusters) * unlike**0.5
    names = np.repeat(np.arange(clusters), size)
    noise = generator.normal(size=(2, names.size)) * (1 - ICC) ** 0.5
    first, second = (level + effect)[names] + noise[0], level[names] + noise[1]
    return Sample(first, second, names.tolist(), names.tolist(), 0.5)


def apart(generator: np.random.Generator, clusters: int, size: int) -> Sample:
    """Half of the clusters are on one side, half on the other."""
    first, names = clustered(generator, clusters // 2, size, 0.5)
    second, others = clustered(generator, clusters - clusters // 2, size, 0.0)
    return Sample(first, second, names, [name + clusters for name in others], 0.5)


def published_tiers(generator: np.random.Generator, size: int) -> tuple[Array, Array, float]:
    """Tiers drawn from the two published distributions, and the true difference of their means."""
    shares = [np.array(TIERS[regime]) / 90 for regime in ("ungoverned", "institutional")]
    first, second = (generator.choice(4, size=size, p=share) + 1.0 for share in shares)
    truth = float((shares[0] - shares[1]) @ np.arange(1, 5))
    return first, second, truth


def odds(generator: np.random.Generator, clusters: int, size: int, truth: float = 1.0) -> Sample:
    """Tiers 1 to 4 with proportional odds over the whole population; a roster has one latent level on both sides."""
    names = np.repeat(np.arange(clusters), size)
    level = generator.normal(size=clusters)[names] * ICC**0.5
    sides = []
    for shift in (truth, 0.0):
        latent = level + generator.normal(size=names.size) * (1 - ICC) ** 0.5
        # A standard normal, made logistic: then the odds are proportional whatever the clusters.
        logistic = special.logit(stats.norm.cdf(latent)) + shift
        sides.append(1.0 + np.digitize(logistic, [-1.2, 0.0, 1.2]))
    return Sample(sides[0], sides[1], names.tolist(), names.tolist(), truth)
