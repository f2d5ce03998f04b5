"""Best response to independent play at the last observed frequency."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import comb

from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.null_players.two_ways import Chance, TwoWays, TwoWaysParameters
from agoranomos.policies.on_menu import happens
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.randomness import Randomness

TIED = 1e-9
"""Relative to the largest payoff: expectations that are nearer than this are the same."""


class MyopicBestResponseParameters(TwoWaysParameters):
    """`start`: its first belief of how often the others break the rule, and how often it does so itself at first.

    `frequency`: whether the last observed frequency is that of the `others` or of `all`, itself among them. With
    `others` a group near the unstable point may alternate: whoever breaks the rule sees one fewer who does.
    """

    start: Chance = 0.5
    frequency: Literal["others", "all"] = "others"


@dataclass(frozen=True, slots=True)
class Belief:
    """How often it takes the others to break the rule, and whether it did so last; `begun`: it has acted before."""

    frequency: float
    violated: bool = False
    begun: bool = False


class MyopicBestResponse(TwoWays[MyopicBestResponseParameters, Belief]):
    """Does what earns it most if each of the others breaks the rule with the last observed frequency.

    Where both earn the same it repeats what it did. The others are taken to break the rule independently of each other;
    against their exact last number it would be indifferent whenever a threshold is met. What they earn must not depend
    on who of them it is. Source: best-response dynamics, Gilboa and Matsui (1991), Social Stability and Equilibrium;
    Kandori, Mailath and Rob (1993), Learning, Mutation, and Long Run Equilibria in Games.
    """

    name = "myopic-best-response"
    parameters_type = MyopicBestResponseParameters
    facts = Facts("competition", memory=1, stochastic=True, needs=("play", "game", "seen"))

    def __init__(self, parameters: MyopicBestResponseParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._agents = len(self.game.agents)  # A round that is no game is refused here, and not when it is played.

    def start(self) -> Belief:
        """Its first belief."""
        return Belief(self.parameters.start)

    def act(
        self, observation: Observation, notice: Notice | None, memory: Belief, randomness: Randomness
    ) -> Decision[Belief]:
        """Drawn at first; then the better of both ways, and the last one where neither is."""
        if not memory.begun:
            violates = happens(randomness, "start", self.parameters.start)
            return self.decision(violates, observation, Belief(memory.frequency, violates, begun=True))
        violated = self.broke_last(observation, memory.violated)
        belief = replace(memory, frequency=self._observed(observation, memory.frequency, violated))
        gain, scale = self._gain(belief.frequency)
        violates = violated if abs(gain) <= TIED * scale else gain > 0.0
        return self.decision(violates, observation, replace(belief, violated=violates))

    def missed(self, observation: Observation, notice: Notice | None, memory: Belief) -> Belief:
        """It goes on watching."""
        violated = self.broke_last(observation, memory.violated)
        return replace(memory, frequency=self._observed(observation, memory.frequency, violated))

    def _observed(self, observation: Observation, before: float, violated: bool) -> float:
        """The last frequency, or the one before where the others' actions are not seen, or there are no others."""
        broke = self.others_broke(observation)
        if broke is None or not len(broke):
            return before
        if self.parameters.frequency == "all":
            broke = np.append(broke, violated)
        return float(broke.mean())

    def _gain(self, frequency: float) -> tuple[float, float]:
        """What breaking the rule is expected to earn over keeping it, and the largest payoff that either can bring."""
        payoffs = self._payoffs
        breaking = np.arange(payoffs.shape[1])
        weights = self._ways_to_choose * frequency**breaking * (1.0 - frequency) ** breaking[::-1]
        return float(weights @ (payoffs[1] - payoffs[0])), float(np.abs(payoffs).max())

    @cached_property
    def _ways_to_choose(self) -> NDArray[np.float64]:
        """N - 1 over m, for m = 0 .. N-1."""
        others = self._agents - 1
        return np.asarray(comb(others, np.arange(others + 1)))

    @cached_property
    def _payoffs(self) -> NDArray[np.float64]:
        """Own payoffs of keeping and breaking the rule when m = 0 .. N-1 of the others break it, [2, N]."""
        index, count = self.seat.index, self._agents
        nothing = self.nothing_seen()
        kept, broken = self.ways(nothing)
        others = [k for k in range(count) if k != index]
        joint = np.tile(kept, (2, count, count, 1))
        for m in range(count):
            joint[:, m, others[:m]] = broken
        joint[1, :, index] = broken
        return np.asarray(self.game.payoffs(joint))[..., index]
