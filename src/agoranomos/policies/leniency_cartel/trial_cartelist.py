"""A firm that finds out what pays: to compete, to collude, to betray, or to betray and report."""

from __future__ import annotations

from agoranomos.institutions.notices import Notice
from agoranomos.policies.leniency_cartel.party import Party
from agoranomos.policies.on_menu import fine_of
from agoranomos.policies.policy import Decision, Observation
from agoranomos.policies.trials import TrialParameters, Trials, next_trial, sat_out
from agoranomos.randomness import Randomness

COMPETE, COLLUDE, BETRAY, REPORT = range(4)


class TrialCartelist(Party[TrialParameters, Trials]):
    """Tries competing, colluding, betraying, and betraying with a report, and keeps what pays best net of fines.

    Competing is silence and Nash prices. The other three propose the joint monopoly price and, once it is agreed,
    keep it, undercut it by the best reply, or do so and report. Source: Sutton and Barto (2018), Reinforcement
    Learning, 2nd ed., section 2.5; the four ways are those of the experiment of Bigoni et al. (2012).
    """

    name = "trial-cartelist"
    parameters_type = TrialParameters

    def start(self) -> Trials:
        """Nothing was tried."""
        return Trials((None,) * 4)

    def act(
        self, observation: Observation, notice: Notice | None, memory: Trials, randomness: Randomness
    ) -> Decision[Trials]:
        """The way being tried."""
        earned = float(observation["cumulative_profit"][0])
        trials = next_trial(memory, earned, fine_of(notice), self.parameters, randomness)
        if trials.way == COMPETE:
            return Decision(self.acts(None, self.nash), trials)
        agreed = self.agreed(observation)
        if agreed is None:
            return Decision(self.acts(self.collusive, self.nash), trials)
        if trials.way == COLLUDE:
            return Decision(self.acts(self.collusive, agreed), trials)
        report = trials.way == REPORT and notice is not None
        return Decision(self.acts(self.collusive, self.best_reply(agreed)), trials, report=report)

    def missed(self, observation: Observation, notice: Notice | None, memory: Trials) -> Trials:
        """Fines are remembered."""
        return sat_out(memory, fine_of(notice))
