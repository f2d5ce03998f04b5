"""Whether an arm that finds by draw does so as often as the arm that it stands beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from agoranomos.analysis.arms import ArmSummary
from agoranomos.statistics import Interval, mean_interval

DRAWN = "accusations are drawn"
"""How the words begin that say of an institution that its findings are drawn."""


@dataclass(frozen=True, slots=True)
class Frequency:
    """One kind of act in two arms: means a run, and the interval of the difference over pairs of runs with one seed."""

    drawn: str
    real: str
    what: str
    first: float
    second: float
    difference: Interval

    @property
    def matched(self) -> bool:
        """Whether the interval holds zero; where nothing varies, whether both are the same."""
        if self.difference.reason:
            return self.first == self.second
        return self.difference.low <= 0.0 <= self.difference.high

    def __str__(self) -> str:
        """Such as `random and institutional: 8.3 and 9.1 cases a run, difference -0.8 [-2.1, 0.5]`."""
        told = f"{self.drawn} and {self.real}: {self.first:.1f} and {self.second:.1f} {self.what} a run"
        if self.difference.reason:
            return f"{told} ({self.difference.reason})"
        return (
            f"{told}, difference {self.difference.point:+.1f} [{self.difference.low:.1f}, {self.difference.high:.1f}]"
        )


def frequencies(arms: Sequence[ArmSummary]) -> Iterator[Frequency]:
    """Findings and sanctions of every arm that draws, beside those of arms that enforce with its roster and market."""
    for summary in arms:
        if DRAWN not in summary.arm.placebo:
            continue
        for other in arms:
            same = (other.arm.roster, other.arm.market) == (summary.arm.roster, summary.arm.market)
            if same and other.arm.enforced:
                yield from _beside(summary, other)


def _beside(drawn: ArmSummary, real: ArmSummary) -> Iterator[Frequency]:
    seeds = sorted({*drawn.results.seeds} & {*real.results.seeds})
    for what, kinds in (("findings", ("case",)), ("fines and suspensions", ("fine", "suspension"))):
        first, second = (_acts(summary, kinds, seeds) for summary in (drawn, real))
        if seeds:
            means = float(first.mean()), float(second.mean())
            yield Frequency(drawn.arm.name, real.arm.name, what, *means, mean_interval(first - second))


def _acts(summary: ArmSummary, kinds: Sequence[str], seeds: Sequence[int]) -> np.ndarray:
    of = {seed: place for place, seed in enumerate(summary.results.seeds)}
    counts = np.sum([summary.results.acts(kind) for kind in kinds], axis=0)
    return np.asarray([counts[of[seed]] for seed in seeds], dtype=float)
