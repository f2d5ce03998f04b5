"""The binomial CUSUM: a running sum of what exceeds a reference share, never below nothing.

With k of n agents breaking the rule in a round, and shares p0 (as it should be) and p1 (what must not be missed), the
log likelihood ratio of p1 to p0 is L (k - n r) with

    L = log(p1 (1 - p0) / (p0 (1 - p1)))    and the reference share    r = log((1 - p0) / (1 - p1)) / L,

so that p0 < r < p1. The statistic after a round is max(0, s + k - n r), which starts at 0, and the alarm is raised
where it reaches a limit h.

Why this one. Among all rules with as long a mean time between false alarms, it has the shortest worst expected delay:
to first order as false alarms get rare (G. Lorden, "Procedures for reacting to a change in distribution", Annals of
Mathematical Statistics 42, 1971) and exactly (G. V. Moustakides, "Optimal stopping times for detecting changes in
distributions", Annals of Statistics 14, 1986). What is promised here is a chance within a horizon, and an institution
reads it through a window, so it is close to the best there is and not proved to be it. The likelihood ratio grows with
k, so a share that is lower than p0 alarms less often and one that rises beyond p1 is found sooner: p0 may be stated as
an upper bound of what is not known exactly. The Shiryaev-Roberts rule is about as fast and sums up products, and a
generalised likelihood ratio, which needs no p1, takes logarithms of shares in every round: neither is a sum of
integers. Here all numbers are integers, in hundredths of an agent, so that every machine decides alike. Sources: E. S.
Page, "Continuous inspection schemes", Biometrika 41 (1954); F. F. Gan, "An optimal design of CUSUM control charts for
binomial counts", Journal of Applied Statistics 20 (1993); M. R. Reynolds and Z. G. Stoumbos, "A CUSUM chart for
monitoring a proportion when inspecting continuously", Journal of Quality Technology 31 (1999); D. Siegmund, "Sequential
Analysis" (1985), chapter II.6.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

UNITS: Final = 100
"""The statistic counts in hundredths of an agent."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A CUSUM for `agents` in each round: `reference` (of one agent) and `limit`, both in hundredths of an agent."""

    agents: int
    reference: int
    limit: int

    def updated(self, statistic: int, broke: int, answered: int | None = None) -> int:
        """The statistic after a round in which `broke` of those who `answered` (None: all) broke the rule."""
        seen = self.agents if answered is None else answered
        return max(0, statistic + UNITS * broke - self.reference * seen)

    def alarms(self, statistic: int) -> bool:
        """Whether the statistic has reached the limit."""
        return statistic >= self.limit

    @property
    def soonest(self) -> int:
        """In how many rounds the limit is reached where all break the rule from the start."""
        return -(-self.limit // (self.agents * (UNITS - self.reference)))


def reference_of(baseline: float, to: float) -> int:
    """The reference share r of a rise from `baseline` to `to`, in hundredths.

    Raises `ValueError` unless 0 < baseline < to < 1 and a whole hundredth lies between the two.
    """
    if not 0 < baseline < to < 1:
        raise ValueError(f"a rise from {baseline:g} to {to:g}: 0 < baseline < to < 1 was expected")
    falls = math.log((1 - baseline) / (1 - to))
    reference = round(UNITS * falls / (falls + math.log(to / baseline)))
    if not UNITS * baseline < reference < UNITS * to:
        raise ValueError(f"a rise from {baseline:g} to {to:g} is too small: no whole hundredth lies between them")
    return reference
