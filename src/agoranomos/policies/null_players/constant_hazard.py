"""A constant hazard of beginning, and a constant chance of going on."""

from __future__ import annotations

from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.null_players.two_ways import Chance, TwoWays, TwoWaysParameters
from agoranomos.policies.on_menu import happens
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class ConstantHazardParameters(TwoWaysParameters):
    """`hazard`: how often it breaks the rule after it kept it, and in its first round.

    `persistence`: how often it does after it broke it.
    """

    hazard: Chance = 0.2
    persistence: Chance = 1.0


class ConstantHazard(TwoWays[ConstantHazardParameters, bool]):
    """Begins to break the rule with a constant hazard, and then goes on with a constant probability.

    With a persistence of 1 the rate in round r is 1 - (1 - h)^r: it rises though no inclination ever changes. With any
    other it is the two-state Markov chain `agoranomos.statistics.tipping.constant_hazard`.
    """

    name = "constant-hazard"
    parameters_type = ConstantHazardParameters
    facts = Facts("chance", memory=1, stochastic=True, needs=("play", "seen"))

    def start(self) -> bool:
        """It has not broken the rule."""
        return False

    def act(
        self, observation: Observation, notice: Notice | None, memory: bool, randomness: Randomness
    ) -> Decision[bool]:
        """One draw, by whether it broke the rule last."""
        began = self.broke_last(observation, memory)
        chance = self.parameters.persistence if began else self.parameters.hazard
        violates = happens(randomness, "violate", chance)
        return self.decision(violates, observation, violates)
