"""Synchronous moves: several agents change a quantity in the same direction in the same step, again and again.

Source: signal S1 of Institutional AI (arXiv 2601.11369). A single step accuses one round in five of independent play at
10% noise, so the signal asks that it persists.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from agoranomos.errors import UsageError
from agoranomos.institutions.signals.statistic import (
    SCALE,
    Firing,
    Statistic,
    Threshold,
    Window,
    WindowLength,
    measure_of,
    threshold_e6,
)
from agoranomos.markets.facts import MarketFacts


class SynchronousMove(Statistic):
    """Fires against those who took part in `persists` of the last `within` steps in a joint move on one good.

    A joint move: at least `firms` agents change their quantity by `change` or more of what it was, one way.
    """

    statistic: Literal["synchronous-move"]
    measure: str
    change: Annotated[float, Field(gt=0, le=10, allow_inf_nan=False)]
    persists: WindowLength
    within: WindowLength
    firms: Threshold = "firms == 2.0 ? 2.0 : 0.75 * firms"

    @model_validator(mode="after")
    def _persists_within(self) -> SynchronousMove:
        if self.persists > self.within:
            raise ValueError(f"persists ({self.persists}) is above within ({self.within})")
        return self

    @property
    def rounds(self) -> int:
        """One more than the steps."""
        return self.within + 1

    def reads(self) -> tuple[str, ...]:
        """Its measure."""
        return (self.measure,)

    def benchmarks(self) -> tuple[str, ...]:
        """None: a step is compared with the step before."""
        return ()

    def bind(self, facts: MarketFacts) -> BoundSynchronous:
        """The signal for one market; raises `UsageError` when the measure is not one of firms and goods."""
        full, kind = measure_of(facts, self.measure)
        if kind.axes != ("firm", "good"):
            raise UsageError(f"synchronous-move needs a measure of firms and goods; {self.measure!r} is none")
        least = -(-threshold_e6(self.firms, facts) // SCALE)
        return BoundSynchronous(
            full, self.within + 1, self.persists, round(self.change * SCALE), max(2, least), facts.goods
        )


@dataclass(frozen=True, slots=True)
class BoundSynchronous:
    """`SynchronousMove` with integer thresholds; `window` is in rounds, one more than the steps."""

    measure: str
    window: int
    persists: int
    change: int
    firms: int
    goods: tuple[str, ...]

    def firing(self, window: Window, firm: int) -> Firing | None:
        """Whether `firm` took part often enough on some good; `value` is in how many steps."""
        rows: list[Any] = [measures[self.measure] for measures in window]
        for good, name in enumerate(self.goods):
            joint = 0
            for before, after in itertools.pairwise(rows):
                moves = [self._direction(b[good] or 0, a[good] or 0) for b, a in zip(before, after, strict=True)]
                joint += moves[firm] != 0 and moves.count(moves[firm]) >= self.firms
            if joint >= self.persists:
                return Firing(joint, self.persists, name)
        return None

    def _direction(self, before: int, after: int) -> int:
        step = after - before
        if step == 0 or abs(step) * SCALE < self.change * before:
            return 0
        return 1 if step > 0 else -1
