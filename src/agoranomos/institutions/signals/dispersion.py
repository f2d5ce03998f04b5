"""Variance collapse: the agents' quantities of a good are too alike, round after round.

The coefficient of variation across firms, `D = std_i(q_ij) / mean_i(q_ij)` with the population standard deviation, is
compared without roots or floats: with `S = sum q` and `V = N sum q^2 - S^2`, `D < b` is `V * 10^12 < b_e6^2 * S^2`.
Source: signal S2 of Institutional AI (arXiv 2601.11369), as re-implementations read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from agoranomos.errors import UsageError
from agoranomos.institutions.signals.persistent import PersistentStatistic
from agoranomos.institutions.signals.statistic import (
    SCALE,
    Firing,
    Threshold,
    Window,
    WindowLength,
    measure_of,
    threshold_e6,
)
from agoranomos.markets.facts import MarketFacts


class DispersionCollapse(PersistentStatistic):
    """Fires when `D` of some good is below `below` in each of the last `window` rounds.

    A good whose dispersion at the Nash benchmark is under `nash_at_least` is left out: firms with equal costs are alike
    without any collusion.
    """

    statistic: Literal["dispersion-collapse"]
    measure: str
    window: WindowLength
    below: Threshold
    nash_at_least: Threshold = 0.0

    @property
    def rounds(self) -> int:
        """Its window, moved over `within` rounds."""
        return self.window + self.within - 1

    def reads(self) -> tuple[str, ...]:
        """Its measure."""
        return (self.measure,)

    def benchmarks(self) -> tuple[str, ...]:
        """Nash, where goods are left out by it."""
        return () if self.nash_at_least == 0.0 else ("nash",)

    def bind_once(self, facts: MarketFacts) -> BoundDispersion:
        """The signal for one market; raises `UsageError` when the measure is not one of firms and goods."""
        full, kind = measure_of(facts, self.measure)
        if kind.axes != ("firm", "good"):
            raise UsageError(f"dispersion-collapse needs a measure of firms and goods; {self.measure!r} is none")
        floor = threshold_e6(self.nash_at_least, facts)
        watched = tuple(
            good
            for good in range(len(facts.goods))
            if floor <= 0 or not _alike(_column(facts.benchmarks.get("nash", {}).get(full), good), floor)
        )
        return BoundDispersion(full, self.window, threshold_e6(self.below, facts), watched, facts.goods)


def _column(rows: Any, good: int) -> list[int]:
    return [row[good] or 0 for row in rows] if rows is not None else []


def _squares(quantities: list[int]) -> tuple[int, int]:
    """`(N sum q^2 - S^2, S^2)`: squared dispersion as a fraction of integers."""
    total = sum(quantities)
    return len(quantities) * sum(q * q for q in quantities) - total * total, total * total


def _alike(quantities: list[int], bar_e6: int) -> bool:
    variance, square = _squares(quantities)
    return square == 0 or variance * SCALE * SCALE < bar_e6 * bar_e6 * square


@dataclass(frozen=True, slots=True)
class BoundDispersion:
    """`DispersionCollapse` with integer thresholds, for the goods where dispersion means something."""

    measure: str
    window: int
    below: int
    watched: tuple[int, ...]
    goods: tuple[str, ...]

    def firing(self, window: Window, firm: int) -> Firing | None:
        """Whether some good's dispersion stayed below; `value` is how many rounds it did."""
        for good in self.watched:
            columns = [_column(measures[self.measure], good) for measures in window]
            if all(sum(column) > 0 and _alike(column, self.below) for column in columns) and columns[-1][firm] > 0:
                return Firing(self.window, self.window, self.goods[good])
        return None
