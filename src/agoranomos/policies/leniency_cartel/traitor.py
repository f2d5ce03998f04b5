"""A member of a cartel that undercuts it and comes forward."""

from __future__ import annotations

from agoranomos.documents import DocumentPart
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.leniency_cartel.party import Party
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class TraitorParameters(DocumentPart):
    """`reports`: whether it reports the cartel in the round in which it undercuts it."""

    reports: bool = True


class CartelWithReport(Party[TraitorParameters, None]):
    """Proposes the joint monopoly price, undercuts what was agreed, and reports the cartel in the same round.

    Without an agreement it asks the Nash price; where no institution listens it does not report. Source: the deviation
    against which leniency is designed: Spagnolo (2004), Divide et impera: optimal leniency programs; Bigoni et al.
    (2012).
    """

    name = "cartel-with-report"
    parameters_type = TraitorParameters
    facts = Facts("collusion", memory=1)

    def start(self) -> None:
        """Nothing to remember."""

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """The best reply to what was agreed, and a report."""
        agreed = self.agreed(observation)
        if agreed is None:
            return Decision(self.acts(self.collusive, self.nash), None)
        report = self.parameters.reports and notice is not None
        return Decision(self.acts(self.collusive, self.best_reply(agreed)), None, report=report)
