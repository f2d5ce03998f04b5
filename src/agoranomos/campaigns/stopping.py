"""A campaign's stopping rule at work: looks in the order of seeds, whatever order the runs end in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from agoranomos.campaigns.hypothesis import Hypothesis, StoppingRule
from agoranomos.campaigns.pairing import pairs
from agoranomos.campaigns.plan import Plan
from agoranomos.errors import UsageError

if TYPE_CHECKING:
    from agoranomos.statistics.sequential import ConfidenceSequence, Look

Verdict: TypeAlias = Literal["lower", "higher", "equivalent", "not equivalent"]
"""What a look decided of the first side's mean against the second's."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one finished run has to say to the rule: its outcome (NaN: undefined), and whether it is excluded."""

    value: float
    excluded: bool = False


OutcomeOf: TypeAlias = Callable[[str, int], Seen | None]
"""What the run of this arm and seed came to; None while it is not finished."""


@dataclass(frozen=True, slots=True)
class Taken:
    """One look: after which seed, of how many left out before it, what was known, and what that decided."""

    seed: int
    left_out: int
    look: Look
    verdict: Verdict | None


class Looks:
    """Takes the looks of a rule. One value is a seed's: the mean of its differences over the pairs of arms.

    With several rosters they stay as they are (they are not drawn anew), so the mean over them is what a seed is one
    draw of. A seed is left out where a run of it is excluded or its outcome undefined, and waited for while a run of it
    is not finished: which runs fail may not be chance.
    """

    def __init__(
        self, rule: StoppingRule, hypothesis: Hypothesis, arms: Sequence[tuple[str, str]], seeds: Sequence[int]
    ) -> None:
        # SciPy's distributions take a while to import: only campaigns that have a rule wait for them.
        from agoranomos.statistics.sequential import Walk

        self._rule = rule
        self._hypothesis = hypothesis
        self._arms = tuple(arms)
        self._seeds = tuple(seeds)
        self._walk = Walk(sequence_of(rule))
        self._next = 0
        self._values: list[float] = []
        self._left_out = 0

    @property
    def values(self) -> tuple[float, ...]:
        """The differences that were taken in, in the order of their seeds."""
        return tuple(self._values)

    @property
    def left_out(self) -> int:
        """Seeds that were passed over."""
        return self._left_out

    def concerns(self, arm: str) -> bool:
        """Whether the rule rests on runs of this arm."""
        return any(arm in pair for pair in self._arms)

    def take(self, outcome_of: OutcomeOf) -> list[Taken]:
        """The looks that are due by now; raises `UsageError` for an outcome outside the rule's range."""
        due = []
        while self._next < len(self._seeds):
            seed = self._seeds[self._next]
            found = [(outcome_of(first, seed), outcome_of(second, seed)) for first, second in self._arms]
            runs = [run for pair in found for run in pair if run is not None]
            if len(runs) < 2 * len(found):
                break
            self._next += 1
            if any(run.excluded or np.isnan(run.value) for run in runs):
                self._left_out += 1
                continue
            self._check(runs, seed)
            self._values.append(float(np.mean([one.value - two.value for one, two in found if one and two])))
            if self._is_due(len(self._values)):
                look = self._look()
                due.append(Taken(seed, self._left_out, look, verdict_of(look, self._hypothesis)))
        return due

    def _is_due(self, n: int) -> bool:
        return n >= self._rule.least and (n - self._rule.least) % self._rule.every == 0

    def _look(self) -> Look:
        return self._walk.look(self._values)

    def _check(self, runs: Sequence[Seen], seed: int) -> None:
        bounds = self._rule.range
        outside = [run.value for run in runs if bounds is not None and not bounds[0] <= run.value <= bounds[1]]
        if outside and bounds is not None:
            raise UsageError(
                f"stopping: seed {seed} has the outcome {outside[0]:g}, and the rule's range is {bounds[0]:g} to "
                f"{bounds[1]:g}",
                advice="The range must hold every outcome that can occur: name a wider one, or `sequence: t-mixture`.",
            )


def sequence_of(rule: StoppingRule) -> ConfidenceSequence:
    """The rule's sequence, for differences of outcomes."""
    from agoranomos.statistics.sequential import BoundedSequence, TMixture

    if rule.range is None:
        return TMixture(rule.level, rule.effect)
    width = rule.range[1] - rule.range[0]
    return BoundedSequence(-width, width, rule.level)


def verdict_of(look: Look, hypothesis: Hypothesis) -> Verdict | None:
    """What the look decides of the hypothesis; None where it is open still."""
    if hypothesis.margin is None:
        return ("lower" if look.high < 0 else "higher") if look.excludes_zero else None
    if look.within(hypothesis.margin):
        return "equivalent"
    return "not equivalent" if look.beyond(hypothesis.margin) else None


def looks_of(plan: Plan) -> Looks | None:
    """The looks that the plan's rule asks for; None where it has no rule."""
    campaign, rule = plan.campaign, plan.campaign.stopping
    if rule is None:
        return None
    hypothesis = campaign.hypotheses[rule.hypothesis]
    arms = [(first.name, second.name) for first, second in pairs(hypothesis, plan.arms)]
    return Looks(rule, hypothesis, arms, campaign.all_seeds)
