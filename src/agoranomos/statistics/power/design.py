"""What a campaign is planned as: how its runs are laid out and tested, and the chance that it finds an effect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from agoranomos.randomness import named_generator
from agoranomos.statistics.power.chances import chance_of_difference, chance_of_equivalence
from agoranomos.statistics.power.layout import Clustered, Layout
from agoranomos.statistics.power.simulated import chance_of_shift, chance_of_sign_flip


class Design(Protocol):
    """`simulated` says that the chance is counted over drawn campaigns, always the same ones for the same question."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def least(self) -> int: ...  # noqa: D102
    @property
    def step(self) -> int: ...  # noqa: D102
    @property
    def simulated(self) -> bool: ...  # noqa: D102

    def chance(self, effect: float, n: int) -> float:
        """That n runs an arm find the effect."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """A t test of a zero difference; effects in standard deviations."""

    layout: Layout
    level: float = 0.95
    simulated: bool = False

    @property
    def name(self) -> str:  # noqa: D102
        return self.layout.name

    @property
    def least(self) -> int:  # noqa: D102
        return self.layout.least

    @property
    def step(self) -> int:  # noqa: D102
        return self.layout.clusters if isinstance(self.layout, Clustered) else 1

    def chance(self, effect: float, n: int) -> float:  # noqa: D102
        return chance_of_difference(effect, self.layout.standard_error(n), self.layout.df(n), level=self.level)


@dataclass(frozen=True, slots=True)
class Equivalent:
    """Two one-sided tests against a margin; margin and effect (the true difference) in standard deviations."""

    layout: Layout
    margin: float
    level: float = 0.95
    simulated: bool = False

    @property
    def name(self) -> str:  # noqa: D102
        return f"{self.layout.name}, equivalence"

    @property
    def least(self) -> int:  # noqa: D102
        return self.layout.least

    @property
    def step(self) -> int:  # noqa: D102
        return self.layout.clusters if isinstance(self.layout, Clustered) else 1

    def chance(self, effect: float, n: int) -> float:  # noqa: D102
        error, df = self.layout.standard_error(n), self.layout.df(n)
        return chance_of_equivalence(effect, self.margin, error, df, level=self.level)


@dataclass(frozen=True, slots=True)
class SignFlips:
    """The sign-flip test over clusters; effects in standard deviations."""

    layout: Clustered
    level: float = 0.95
    simulated: bool = True
    name: str = "sign-flip"

    @property
    def least(self) -> int:  # noqa: D102
        return self.layout.clusters

    @property
    def step(self) -> int:  # noqa: D102
        return self.layout.clusters

    def chance(self, effect: float, n: int) -> float:  # noqa: D102
        generator = named_generator(0, "power of sign flips")
        return chance_of_sign_flip(
            effect, self.layout.standard_error(n), self.layout.clusters, generator, level=self.level
        )


@dataclass(frozen=True, slots=True)
class Tiers:
    """A shift of ordered tiers between independent runs; effects are log odds ratios."""

    shares: tuple[float, ...]
    level: float = 0.95
    simulated: bool = True
    name: str = "tiers"
    least: int = 2
    step: int = 1

    def chance(self, effect: float, n: int) -> float:  # noqa: D102
        return chance_of_shift(self.shares, effect, n, named_generator(0, "power of tiers"), level=self.level)
