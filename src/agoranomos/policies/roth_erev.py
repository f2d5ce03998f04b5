"""Reinforcement learning of Roth and Erev."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.on_menu import drawn, fine_of
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Scripted, as_action
from agoranomos.randomness import Randomness

SAMPLED = 16
"""Places on the rivals' menus, evenly spaced, at which the least and the mean payoff are looked for."""


class RothErevParameters(DocumentPart):
    """`forgetting` and `experimentation` as in the model; `strength`: what first propensities weigh, in mean payoffs.

    `by_standing`: propensities are kept apart by the own state in the institution.
    """

    forgetting: Annotated[Finite, Field(ge=0, lt=1)] = 0.1
    experimentation: Annotated[Finite, Field(ge=0, lt=1)] = 0.2
    strength: Annotated[Finite, Field(gt=0)] = 9.0
    by_standing: bool = False


@dataclass(frozen=True, slots=True)
class Propensities:
    """`weights[standing]` [K]; the last decision's place and standing (`begun`: there is one), and what it has brought.

    `earned` is the cumulative profit when it was taken, `fined` what fines took in rounds that were sat out since.
    """

    weights: tuple[tuple[float, ...], ...]
    place: int = 0
    standing: int = 0
    earned: float = 0.0
    fined: float = 0.0
    begun: bool = False


class RothErev(Scripted[RothErevParameters, Propensities]):
    """Plays each action in proportion to what it has brought; old successes fade, and a part goes to all others.

    `q_k <- (1 - forgetting) q_k + E_k(x)`, with E = x (1 - experimentation) for the action played and
    x experimentation / (K - 1) for the others; x is profit net of fines above the least that can be earned. First
    propensities are `strength` times the mean x over K. Source: Roth and Erev (1995), Learning in Extensive-Form
    Games; Erev and Roth (1998), Predicting How People Play Games, whose fitted numbers are the defaults.
    """

    name = "roth-erev"
    parameters_type = RothErevParameters
    facts = Facts("learning", memory=None, stochastic=True, needs=("game",), reads_profit=True, reads_fines=True)

    def __init__(self, parameters: RothErevParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._actions = tuple(as_action(row) for row in self.game.menus[seat.index].tolist())
        payoffs = self._sampled()
        self._least = float(payoffs.min())
        mean = float(payoffs.mean()) - self._least
        first = parameters.strength * (mean if mean > 0.0 else 1.0) / len(self._actions)
        self._initial = (first,) * len(self._actions)

    def start(self) -> Propensities:
        """Equal propensities in the first standing; others are added when they are first met."""
        return Propensities((self._initial,))

    def act(
        self, observation: Observation, notice: Notice | None, memory: Propensities, randomness: Randomness
    ) -> Decision[Propensities]:
        """Reinforce what was played last, then draw in proportion to propensities."""
        weights = memory.weights
        earned = float(observation["cumulative_profit"][0])
        if memory.begun:
            net = earned - memory.earned - memory.fined - fine_of(notice)
            changed = self._reinforced(weights[memory.standing], memory.place, max(net - self._least, 0.0))
            weights = (*weights[: memory.standing], changed, *weights[memory.standing + 1 :])
        standing = notice.state_index if notice is not None and self.parameters.by_standing else 0
        while standing >= len(weights):
            weights += (self._initial,)
        place = drawn(randomness, "choose", weights[standing])
        return Decision(self._actions[place], Propensities(weights, place, standing, earned, begun=True))

    def missed(self, observation: Observation, notice: Notice | None, memory: Propensities) -> Propensities:
        """Note a fine that comes while it sits out."""
        return replace(memory, fined=memory.fined + fine_of(notice))

    def _reinforced(self, weights: tuple[float, ...], place: int, reward: float) -> tuple[float, ...]:
        kept, shared = 1.0 - self.parameters.forgetting, self.parameters.experimentation
        if len(weights) == 1:
            return (kept * weights[0] + reward,)
        other = reward * shared / (len(weights) - 1)
        own = reward * (1.0 - shared)
        return tuple([kept * weight + (own if k == place else other) for k, weight in enumerate(weights)])

    def _sampled(self) -> np.ndarray:
        """Own payoffs of every entry of the menu against rivals who stand at the same part of theirs, [S, K]."""
        rows = []
        for part in np.linspace(0.0, 1.0, SAMPLED):
            rows.append(np.array([menu[round(part * (len(menu) - 1))] for menu in self.game.menus]))
        return np.array([self.game.replies(self.seat.index, row) for row in rows])
