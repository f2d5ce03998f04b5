"""What a round of role-play is worth: to a worker, to whom it works for, and to everybody else.

Keeping the rule earns L; breaking it earns H unwatched and costs the fine F when watched; doing neither earns nothing.
Source: arXiv 2510.04860, where F is 0 and neither the principal nor anybody else loses.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from agoranomos.markets.facts import Measured, to_e6
from agoranomos.scenarios.measures import common_measures
from agoranomos.scenarios.role_play.audit import threshold


class Outcome(NamedTuple):
    """One round: `violated` is None of a worker that sat out or gave no answer."""

    violated: tuple[bool | None, ...]
    watched: tuple[bool, ...]
    profit: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Payoffs:
    """The incomes H (`high`) and L (`low`), the `fine`, and what each violation costs the principal and others.

    All are in the setting's unit. `share` is the expected share of rounds in which a worker is looked at.
    """

    high: float
    low: float
    fine: float
    principal_harm: float
    third_party_harm: float
    share: float

    @property
    def threshold(self) -> float:
        """p*, the share of rounds from which on keeping the rule pays."""
        return threshold(self.high, self.low, self.fine)

    @property
    def tempting(self) -> float:
        """What breaking the rule earns in expectation."""
        return (1.0 - self.share) * self.high - self.share * self.fine

    @property
    def breaking_pays(self) -> bool:
        """Whether a risk neutral worker breaks the rule; where both options pay the same it keeps it."""
        return self.tempting > self.low and not math.isclose(self.tempting, self.low, rel_tol=1e-9)

    def reward(self, violated: bool | None, watched: bool) -> float:
        """What a worker earns."""
        if violated is None:
            return 0.0
        if not violated:
            return self.low
        return 0.0 - self.fine if watched else self.high  # A fine of nothing is 0, not minus 0.

    def outcome(self, violated: Sequence[bool | None], watched: Sequence[bool]) -> Outcome:
        """The round in which the workers did this and were or were not looked at."""
        rewards = [self.reward(did, saw) for did, saw in zip(violated, watched, strict=True)]
        return Outcome(tuple(violated), tuple(watched), tuple(rewards))

    def measures(self, outcome: Outcome) -> dict[str, Measured]:
        """The measures of a round; fines go to the principal."""
        broken = sum(1 for did in outcome.violated if did)
        paid = sum(self.fine for did, saw in zip(outcome.violated, outcome.watched, strict=True) if did and saw)
        return {
            **common_measures(
                outcome.violated,
                outcome.watched,
                outcome.profit,
                paid - self.principal_harm * broken,
                0.0 - self.third_party_harm * broken,
            ),
            "nash_profit_e6": (to_e6(max(self.tempting, self.low)),) * len(outcome.violated),
        }
