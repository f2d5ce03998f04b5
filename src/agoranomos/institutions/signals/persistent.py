"""Persistence: a signal that must have fired in several of the last rounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from agoranomos.institutions.meaning import ABSENT
from agoranomos.institutions.signals.statistic import BoundSignal, Firing, Statistic, Window, WindowLength
from agoranomos.markets.facts import MarketFacts


class PersistentStatistic(Statistic):
    """A statistic that fires when, read at the end of each of the last `within` rounds, it passed in `persists`."""

    persists: Annotated[WindowLength, ABSENT] = 1
    within: Annotated[Annotated[int, Field(ge=1, le=1000)], ABSENT] = 1

    @model_validator(mode="after")
    def _persists_within(self) -> PersistentStatistic:
        if self.persists > self.within:
            raise ValueError(f"persists ({self.persists}) is above within ({self.within})")
        return self

    def bind(self, facts: MarketFacts) -> BoundSignal:
        """The signal for one market."""
        once = self.bind_once(facts)
        return once if self.within == 1 else BoundPersistent(once, self.persists, self.within)

    def bind_once(self, facts: MarketFacts) -> BoundSignal:
        """The statistic of a single window, for one market."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class BoundPersistent:
    """`once` read at the end of each of the last `within` rounds; full windows only."""

    once: BoundSignal
    persists: int
    within: int

    @property
    def window(self) -> int:
        """Rounds of evidence: the statistic's own, moved over `within` rounds."""
        return self.once.window + self.within - 1

    def firing(self, window: Window, firm: int) -> Firing | None:
        """Whether it passed often enough; `value` is in how many of the rounds, `good` that of the last of them."""
        length, passed, good = self.once.window, 0, ""
        for start in range(self.within):
            firing = self.once.firing(window[start : start + length], firm)
            if firing is not None:
                passed, good = passed + 1, firing.good
        return Firing(passed, self.persists, good) if passed >= self.persists else None
