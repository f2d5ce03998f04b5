"""A coin for every round."""

from __future__ import annotations

from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.null_players.two_ways import Chance, TwoWays, TwoWaysParameters
from agoranomos.policies.on_menu import happens
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class IidChooserParameters(TwoWaysParameters):
    """`probability`: how often it breaks the rule."""

    probability: Chance = 0.2


class IidChooser(TwoWays[IidChooserParameters, None]):
    """Breaks the rule with the same probability in every round, whatever happened before.

    What it does holds no trace of experience: any trend among such players is chance.
    """

    name = "iid-chooser"
    parameters_type = IidChooserParameters
    facts = Facts("chance", stochastic=True, needs=("play",))

    def start(self) -> None:
        """Nothing to remember."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """One draw."""
        return self.decision(happens(randomness, "violate", self.parameters.probability), observation, None)
