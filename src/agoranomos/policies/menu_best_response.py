"""Best response on the menu of any market."""

from __future__ import annotations

from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.on_menu import MenuParameters, OnMenu
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class MenuBestResponse(OnMenu[MenuParameters, None]):
    """Plays what would have earned it most against what the others did last.

    Of several best entries of its menu it takes the first. Source: Cournot (1838), chapter 7, for any market; the
    best-response dynamics of Gilboa and Matsui (1991), Social Stability and Equilibrium.
    """

    name = "menu-best-response"
    parameters_type = MenuParameters
    facts = Facts("competition", memory=1, needs=("play", "game", "seen"))

    def start(self) -> None:
        """Nothing to remember."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The start where nothing is seen; then the best reply."""
        seen = self.seen(observation)
        if seen is None:
            place = self.first_place(observation, randomness)
        else:
            place = self.game.best_reply(self.seat.index, seen)
        return Decision(self.menu[place], None)
