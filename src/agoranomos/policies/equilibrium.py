"""Policies that play the one-shot equilibrium whatever happens. Begin here if you write your first policy."""

from __future__ import annotations

from agoranomos.institutions.notices import Notice
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless, NoParameters, play
from agoranomos.randomness import Randomness


class Nash(Memoryless[NoParameters]):
    """Plays its Cournot-Nash quantities in every round.

    Source: Cournot (1838), chapter 7; the market's `nash` benchmark, under the capacities.
    """

    name = "nash"
    parameters_type = NoParameters

    def __init__(self, parameters: NoParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._decision = play(self.outlook.nash_quantities)

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The same quantities, always."""
        return self._decision
