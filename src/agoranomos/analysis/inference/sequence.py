"""The path of a campaign's confidence sequence, taken again from its tables: the looks that its driver took."""

from __future__ import annotations

from dataclasses import dataclass

from agoranomos.analysis.inference.paired import Values
from agoranomos.analysis.inference.planned import Planned
from agoranomos.campaigns.stopping import Looks, Taken, sequence_of


@dataclass(frozen=True, slots=True)
class SequencePath:
    """Every look at the stopping rule's hypothesis. `decided` is the first that decides; None while none does.

    Looks after it rest on runs that were under way when the rule was met: they count, and they hold as the others do.
    """

    hypothesis: str
    method: str
    level: float
    looks: tuple[Taken, ...]
    decided: Taken | None
    left_out: int

    @property
    def by(self) -> Taken | None:
        """The look that the hypothesis is judged by: the one that decided it, else the last."""
        return self.decided or (self.looks[-1] if self.looks else None)


def sequence_path(planned: Planned, values: Values) -> SequencePath | None:
    """The looks that can be taken by now; None where the plan has no stopping rule."""
    rule = planned.campaign.stopping
    if rule is None:
        return None
    hypothesis = planned.campaign.hypotheses[rule.hypothesis]
    outcome = planned.outcome(hypothesis)
    arms = [(first.name, second.name) for first, second in planned.pairs(hypothesis)]
    looks = Looks(rule, hypothesis, arms, planned.campaign.all_seeds)
    taken = tuple(looks.take(lambda arm, seed: values.of(arm, outcome).get(seed)))
    decided = next((one for one in taken if one.verdict is not None), None)
    return SequencePath(rule.hypothesis, sequence_of(rule).method, rule.level, taken, decided, looks.left_out)


def seeds_wanted(planned: Planned, path: SequencePath | None) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The seeds that were to be run, and those that need not have been: none, or what comes after a stop."""
    seeds = planned.campaign.all_seeds
    if path is None or path.decided is None:
        return seeds, ()
    last = seeds.index(path.decided.seed) + 1
    return seeds[:last], seeds[last:]
