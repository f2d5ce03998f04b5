"""Policies that play the one-shot equilibrium whatever happens. Begin here if you write your first policy."""

from __future__ import annotations

from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless, NoParameters
from agoranomos.randomness import Randomness


class Nash(Memoryless[NoParameters]):
    """Plays its part of the market's one-shot Nash equilibrium in every round.

    Source: Nash (1951), Non-Cooperative Games; the market's `nash` benchmark (Cournot 1838, chapter 7, for quantities).
    """

    name = "nash"
    parameters_type = NoParameters
    facts = Facts("benchmark", needs=("play",))

    def __init__(self, parameters: NoParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self.require_benchmarks("nash")

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The equilibrium action; where that is a rule (a bid for a cost), what it says for what is observed."""
        return Decision(self.benchmark("nash", observation), None)
