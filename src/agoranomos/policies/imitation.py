"""Imitation of who did best."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import Field

from agoranomos.documents import Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.on_menu import MenuParameters, OnMenu, drawn, happens
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class ImitationParameters(MenuParameters):
    """`experimentation`: how often it plays any entry of its menu instead."""

    experimentation: Annotated[Finite, Field(ge=0, le=1)] = 0.05


class Imitation(OnMenu[ImitationParameters, None]):
    """Does what earned most in the last round, whoever did it, and now and then anything on its menu.

    Its own action is kept where nobody earned more. Imitators with equal costs end near the competitive outcome,
    because who sells more than Nash earns more than the others. Source: Vega-Redondo (1997), The Evolution of
    Walrasian Behavior; Schlag (1998), Why Imitate, and If So, How?
    """

    name = "imitation"
    parameters_type = ImitationParameters
    facts = Facts("learning", memory=1, stochastic=True, needs=("play", "game", "seen"))

    def start(self) -> None:
        """Nothing to remember."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The entry of its own menu that is nearest to what earned most."""
        if happens(randomness, "experiment", self.parameters.experimentation):
            place = drawn(randomness, "entry", [1.0] * self.places)
        else:
            seen = self.seen(observation)
            if seen is None:
                place = self.first_place(observation, randomness)
            else:
                payoffs = np.asarray(self.game.payoffs(seen))
                most, own = int(np.argmax(payoffs)), self.seat.index
                place = self.nearest(seen[own if payoffs[own] >= payoffs[most] else most])
        return Decision(self.menu[place], None)
