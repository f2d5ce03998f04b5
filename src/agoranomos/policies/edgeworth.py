"""Edgeworth cycles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agoranomos.documents import Name
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.on_menu import MenuParameters, OnMenu
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.randomness import Randomness


class EdgeworthParameters(MenuParameters):
    """`relent`: the benchmark to which it returns from the bottom; left out, the joint optimum."""

    relent: Name | None = None


class Edgeworth(OnMenu[EdgeworthParameters, None]):
    """Undercuts the keenest rival by one step of its menu until relenting earns as much, and then relents.

    A step goes to where it hurts the others: down in prices, up in quantities. It relents, to the joint optimum, when
    the step would not earn more against what was seen than relenting would, or when no step is left. Source:
    Edgeworth (1925), The Pure Theory of Monopoly; Maskin and Tirole (1988), A Theory of Dynamic Oligopoly II, section
    5, where firms at the bottom wait for each other with a positive probability; this one does not wait.
    """

    name = "edgeworth"
    parameters_type = EdgeworthParameters
    facts = Facts("competition", memory=1, needs=("play", "game", "seen"))

    def __init__(self, parameters: EdgeworthParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        if self.menu.shape[1] != 1:
            raise UsageError(
                f"policy {self.name!r} steps along one number; an action in {seat.market.facts.market} has "
                f"{self.menu.shape[1]}",
                advice="Use menu-best-response.",
            )
        self._relent = parameters.relent or self.joint_optimum()
        self.require_benchmarks(self._relent)
        peaceful_first = np.argsort(self.menu[:, 0], kind="stable")
        self._steps = peaceful_first if self._rising_hurts() else peaceful_first[::-1]
        self._sign = 1.0 if self._rising_hurts() else -1.0

    def start(self) -> None:
        """Nothing to remember."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The start where nothing is seen; then one step past the keenest rival, or back to the top."""
        seen = self.seen(observation)
        if seen is None:
            return Decision(self.menu[self.first_place(observation, randomness)], None)
        relented = self.nearest(self.benchmark(self._relent, observation))
        step = self._past(np.delete(seen[:, 0], self.seat.index))
        if step is not None:
            replies = self.game.replies(self.seat.index, seen)
            if replies[step] > replies[relented]:
                return Decision(self.menu[step], None)
        return Decision(self.menu[relented], None)

    def _past(self, rivals: NDArray[np.float64]) -> int | None:
        """The first place of the menu that is keener than every rival; None where there is none."""
        keenest = (self._sign * rivals).max(initial=-np.inf)
        keener = self._steps[self._sign * self.menu[self._steps, 0] > keenest + 1e-9]
        return int(keener[0]) if keener.size else None

    def _rising_hurts(self) -> bool:
        """Whether the others earn less when this agent's number rises, all at the middle of their menus."""
        middle = np.array([menu[len(menu) // 2] for menu in self.game.menus])
        joint = np.stack([middle, middle])
        joint[:, self.seat.index, 0] = self.menu[:, 0].min(), self.menu[:, 0].max()
        low, high = np.delete(self.game.payoffs(joint), self.seat.index, axis=-1).sum(axis=-1)
        return bool(high < low)
