"""An expert that finds out how to serve."""

from __future__ import annotations

from agoranomos.institutions.notices import Notice
from agoranomos.markets.credence_goods.theory import HONEST
from agoranomos.policies.credence_goods.expert import OVERCHARGE, OVERTREAT, UNDERTREAT, Expert, ExpertParameters
from agoranomos.policies.on_menu import fine_of
from agoranomos.policies.policy import Decision, Observation
from agoranomos.policies.trials import TrialParameters, Trials, next_trial, sat_out
from agoranomos.randomness import Randomness

WAYS = (HONEST, UNDERTREAT, OVERTREAT, OVERCHARGE)


class TrialExpertParameters(TrialParameters, ExpertParameters):
    """How it tries, and the prices that it posts."""


class TrialExpert(Expert[TrialExpertParameters, Trials]):
    """Tries honesty, undertreatment, overtreatment and overcharging, and keeps what pays best net of fines.

    Source: Sutton and Barto (2018), Reinforcement Learning, 2nd ed., section 2.5; the ways to serve are those of
    Dulleck and Kerschbamer (2006).
    """

    name = "trial-expert"
    parameters_type = TrialExpertParameters

    def start(self) -> Trials:
        """Nothing was tried."""
        return Trials((None,) * len(WAYS))

    def act(
        self, observation: Observation, notice: Notice | None, memory: Trials, randomness: Randomness
    ) -> Decision[Trials]:
        """The way being tried."""
        earned = float(observation["cumulative_profit"][0])
        trials = next_trial(memory, earned, fine_of(notice), self.parameters, randomness)
        return Decision(self.serves(WAYS[trials.way]), trials)

    def missed(self, observation: Observation, notice: Notice | None, memory: Trials) -> Trials:
        """Fines are remembered."""
        return sat_out(memory, fine_of(notice))
