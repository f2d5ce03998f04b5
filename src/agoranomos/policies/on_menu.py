"""What policies share that choose from their menu in the market's stage game, whatever is traded there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from agoranomos.documents import DocumentPart, Name
from agoranomos.institutions.notices import Notice
from agoranomos.policies.policy import Observation, Seat
from agoranomos.policies.scripted import Scripted
from agoranomos.randomness import MAX_EXACT_INTEGER, Randomness, named_chance

RANDOM = "random"

ParametersT = TypeVar("ParametersT", bound="MenuParameters")
MemoryT = TypeVar("MemoryT")


class MenuParameters(DocumentPart):
    """`start`: the first action: a benchmark, or `random` (uniform over the menu); left out, the joint optimum."""

    start: Name | None = None


class OnMenu(Scripted[ParametersT, MemoryT]):
    """A policy that chooses a place on its menu; `menu` is [K, F], in the order of the market's stage game."""

    def __init__(self, parameters: ParametersT, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self.menu: NDArray[np.float64] = np.array(self.game.menus[seat.index], dtype=np.float64)
        self.menu.flags.writeable = False
        self._start = parameters.start or self.joint_optimum()
        if self._start != RANDOM:
            self.require_benchmarks(self._start)

    @cached_property
    def places(self) -> int:
        """How many entries the menu has."""
        return len(self.menu)

    def seen(self, observation: Observation) -> NDArray[np.float64] | None:
        """Everybody's last actions [N, F], as far as this seat can tell; None where it cannot."""
        return self.seat.market.seen(self.seat.agent, observation)

    def first_place(self, observation: Observation, randomness: Randomness) -> int:
        """Where it starts on the menu."""
        if self._start == RANDOM:
            return drawn(randomness, "start", [1.0] * self.places)
        return self.nearest(self.benchmark(self._start, observation))

    def nearest(self, action: NDArray[np.float64]) -> int:
        """The place on the menu that is nearest to `action` [F]."""
        return self.game.nearest(self.seat.index, action)


def drawn(randomness: Randomness, purpose: str, weights: Sequence[float]) -> int:
    """One place, drawn with probabilities in proportion to `weights` (not negative, one of them positive)."""
    left = randomness.integer(purpose) / (MAX_EXACT_INTEGER + 1) * sum(weights)
    last = 0
    for place, weight in enumerate(weights):
        if weight > 0.0:
            last = place
            if left < weight:
                return place
            left -= weight
    return last


def happens(randomness: Randomness, purpose: str, probability: float) -> bool:
    """Whether something that has this probability happens now."""
    return named_chance(probability, randomness.seed, purpose, randomness.round_number, randomness.agent)


def fine_of(notice: Notice | None) -> float:
    """The fine of the last round, in the market's money; 0 where nobody watches."""
    return 0.0 if notice is None else notice.fine_e6 / 1e6


def best(values: Sequence[float]) -> int:
    """The first place of the largest value."""
    return max(range(len(values)), key=values.__getitem__)
