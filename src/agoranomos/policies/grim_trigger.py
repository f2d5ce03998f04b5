"""The grim trigger."""

from __future__ import annotations

from dataclasses import dataclass

from agoranomos.institutions.notices import Notice
from agoranomos.policies.cooperation import Conditional, CooperationParameters, Expected
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


@dataclass(frozen=True, slots=True)
class Trust:
    """What was expected of the last round, and whether it was ever betrayed."""

    expected: Expected | None = None
    betrayed: bool = False


class GrimTrigger(Conditional[CooperationParameters, Trust]):
    """Cooperates until somebody falls short once, itself included, and punishes for ever after.

    Source: Friedman (1971), A Non-cooperative Equilibrium for Supergames: reversion to the one-shot equilibrium.
    """

    name = "grim-trigger"
    parameters_type = CooperationParameters
    facts = Facts("reciprocity", memory=None, needs=("play", "seen"))

    def start(self) -> Trust:
        """Trust, and nothing expected yet."""
        return Trust()

    def act(
        self, observation: Observation, notice: Notice | None, memory: Trust, randomness: Randomness
    ) -> Decision[Trust]:
        """Cooperate while nobody has fallen short."""
        expected = memory.expected
        betrayed = memory.betrayed or (expected is not None and self.betrayed(observation, expected, own=True))
        following = None if betrayed else self.expected(observation, own=True)
        return Decision(self.action(not betrayed, observation), Trust(following, betrayed))
