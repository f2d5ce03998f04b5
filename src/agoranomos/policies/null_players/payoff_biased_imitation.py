"""Imitation of one other who earned more, the more probably the more it earned."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb

from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.null_players.two_ways import Chance, TwoWays, TwoWaysParameters
from agoranomos.policies.on_menu import drawn, happens
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class PayoffBiasedImitationParameters(TwoWaysParameters):
    """`start`: how often it breaks the rule at first; `experimentation`: how often it does either of both instead."""

    start: Chance = 0.2
    experimentation: Chance = 0.0


class PayoffBiasedImitation(TwoWays[PayoffBiasedImitationParameters, bool]):
    """Looks at one of those it sees, drawn anew each round, and does as it did the more probably the more it earned.

    The probability is what that one earned more in the last round, over all that payoffs of the game can differ by; it
    never imitates who earned less. In a network, or where it is told how many did what, it looks at its neighbours
    alone; what a round earns with those that it does not see is expected, each of them breaking the rule as often as
    those that it sees and itself. Where it sees nobody it goes on. Source: proportional imitation, Schlag (1998), Why
    Imitate, and If So, How?, Journal of Economic Theory 78.
    """

    name = "payoff-biased-imitation"
    parameters_type = PayoffBiasedImitationParameters
    facts = Facts("learning", memory=1, stochastic=True, needs=("play", "game", "seen"))

    def start(self) -> bool:
        """It has not broken the rule."""
        return False

    def act(
        self, observation: Observation, notice: Notice | None, memory: bool, randomness: Randomness
    ) -> Decision[bool]:
        """Drawn at first; then what it did, or what another did."""
        if not observation["round"][0]:
            violates = happens(randomness, "start", self.parameters.start)
        elif happens(randomness, "experiment", self.parameters.experimentation):
            violates = happens(randomness, "either", 0.5)
        else:
            violates = self._after(observation, memory, randomness)
        return self.decision(violates, observation, violates)

    def _after(self, observation: Observation, memory: bool, randomness: Randomness) -> bool:
        own, seen = self.broke_last(observation, memory), self.others_seen(observation)
        if not seen:
            return own
        index = self.seat.index
        other = drawn(randomness, "model", [float(k in seen) for k in range(len(self.game.agents))])
        payoffs = self._payoffs(observation, {**seen, index: own})
        more = float(payoffs[other] - payoffs[index])
        if self._range > 0.0 and happens(randomness, "imitate", min(max(more / self._range, 0.0), 1.0)):
            return seen[other]
        return own

    def _payoffs(self, observation: Observation, known: Mapping[int, bool]) -> NDArray[np.float64]:
        """What each player [N] earned in the last round, expected over what those did who are not seen."""
        actions = self.seat.market.seen(self.seat.agent, observation)
        if actions is not None:
            return np.asarray(self.game.payoffs(actions))
        kept, broken = self.ways(observation)
        count, frequency = len(self.game.agents), sum(known.values()) / len(known)
        unseen = [place for place in range(count) if place not in known]
        joint = np.tile(kept, (len(unseen) + 1, count, 1))
        joint[:, [place for place, did in known.items() if did]] = broken
        breaking = np.arange(len(unseen) + 1)
        for number in breaking:
            joint[number, unseen[:number]] = broken
        weights = comb(len(unseen), breaking) * frequency**breaking * (1.0 - frequency) ** breaking[::-1]
        return np.asarray(weights @ np.asarray(self.game.payoffs(joint)))

    @cached_property
    def _range(self) -> float:
        """By how much payoffs differ at most over all numbers of players who break the rule."""
        count = len(self.game.agents)
        kept, broken = self.ways(self.nothing_seen())
        joint = np.tile(kept, (count + 1, count, 1))
        for m in range(count + 1):
            joint[m, :m] = broken
        payoffs = np.asarray(self.game.payoffs(joint))
        return float(payoffs.max() - payoffs.min())
