"""What each hypothesis of a plan came to: its effect as planned, and what that says, errors shared by Holm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.inference.estimating import (
    RANGES,
    Row,
    main_estimate,
    sign_flip_over,
    supporting,
    worst_case,
)
from agoranomos.analysis.inference.paired import Missing, Pairs, Values, pairs_of
from agoranomos.analysis.inference.planned import Planned
from agoranomos.analysis.inference.sequence import SequencePath, seeds_wanted, sequence_path
from agoranomos.campaigns.hypothesis import Exclusion, Hypothesis
from agoranomos.statistics import Equivalence, Estimate, SignFlip, WorstCase, equivalence_test, holm

LEVEL = 0.95
"""The level of every interval, and one less the error that confirmatory hypotheses share."""

OF_THESE = "it speaks of the clusters in this campaign; of others like them speaks t over clusters"
"""What a sequence over seeds leaves open: seeds are added and rosters are not."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One hypothesis. `main` is its effect, first less second, by the method that the plan calls for.

    `p_adjusted` is Holm's over the confirmatory hypotheses; NaN of an exploratory one, and of one that could not be
    tested. `judged` are the seeds that it is judged by, for each pair of arms, and `units` what does not depend on
    each other among those pairs, in the same order: clusters, or pairs that share a run (None: no two pairs depend).
    `sequential` says that `main` is the confidence sequence that the stopping rule goes by: the other intervals do not
    know that the campaign could stop early.
    """

    name: str
    hypothesis: Hypothesis
    outcome: str
    role: str
    judged: Mapping[tuple[str, str], tuple[int, ...]]
    units: tuple[str, ...] | None
    pairs: int
    first_mean: float
    second_mean: float
    missing: Missing
    main: Estimate
    sequential: bool
    supporting: tuple[Row, ...]
    sign_flip: SignFlip
    equivalence: Equivalence | None
    worst_case: WorstCase | None
    p: float
    p_adjusted: float
    verdict: str
    constant: bool = False
    """Whether every pair differs by the same amount."""
    decided: str | None = None
    """What the look decided by which it is judged; None where it is open, or judged by no look."""


@dataclass(frozen=True, slots=True)
class Inference:
    """All hypotheses of a campaign, and the path of its stopping rule's sequence where it has one."""

    answers: tuple[Answer, ...]
    clusters: tuple[str, ...]
    exclude: tuple[Exclusion, ...]
    path: SequencePath | None
    late: frozenset[str]
    not_needed: frozenset[int] = frozenset()
    """Seeds after the one at which the stopping rule was met."""
    withdrawn: frozenset[str] = frozenset()
    """Hypotheses that were confirmatory when results could be seen and are not any more; they still share the error."""

    @property
    def stopped(self) -> bool:
        """Whether the stopping rule was met: seeds after that were not to be run."""
        return self.path is not None and self.path.decided is not None

    @property
    def role_of_rule(self) -> str:
        """The role of the hypothesis that the stopping rule goes by; empty where there is no rule."""
        return "" if self.path is None else next(one.role for one in self.answers if one.name == self.path.hypothesis)

    @property
    def confirmatory(self) -> int:
        """How many hypotheses are confirmatory."""
        return sum(answer.role == "confirmatory" for answer in self.answers)

    @property
    def sharing(self) -> int:
        """How many hypotheses share the error: those that are confirmatory, and those that were when it was late."""
        return self.confirmatory + len(self.withdrawn)


def infer(planned: Planned | None, arms: Sequence[ArmSummary]) -> Inference | None:
    """What the plan's hypotheses came to in these arms; None for a campaign that wrote none."""
    if planned is None:
        return None
    values = Values(arms, planned.campaign.exclude)
    path = sequence_path(planned, values)
    seeds, further = seeds_wanted(planned, path)
    answers = [
        _answer(name, planned, pairs_of(planned, hypothesis, values, seeds, further), path)
        for name, hypothesis in planned.campaign.hypotheses.items()
    ]
    answers.sort(key=lambda answer: answer.role != "confirmatory")
    campaign = planned.campaign
    return Inference(
        tuple(_adjusted(answers, len(planned.withdrawn))),
        campaign.clusters,
        campaign.exclude,
        path,
        planned.late,
        frozenset(further),
        planned.withdrawn,
    )


def bounds_of(planned: Planned, name: str) -> tuple[float, float] | None:
    """The least and the largest value that the hypothesis's outcome can have; None where nobody says."""
    outcome, rule = planned.outcome(planned.campaign.hypotheses[name]), planned.campaign.stopping
    if outcome in RANGES:
        return RANGES[outcome]
    if rule is not None and rule.range is not None:
        return rule.range if planned.outcome(planned.campaign.hypotheses[rule.hypothesis]) == outcome else None
    return None


def _answer(name: str, planned: Planned, pairs: Pairs, path: SequencePath | None) -> Answer:
    hypothesis, outcome = planned.campaign.hypotheses[name], planned.outcome(planned.campaign.hypotheses[name])
    fixed = main_estimate(pairs, LEVEL)
    sequential = path is not None and path.hypothesis == name and path.by is not None
    main = _of_look(path, pairs.clusters is not None) if path is not None and sequential else fixed
    rows = supporting(pairs, outcome, name, LEVEL)
    if sequential:
        rows = (Row(f"{fixed.method}, as if the size had been fixed", "outcome", fixed), *rows)
    equivalence = None if hypothesis.margin is None else equivalence_test(fixed, hypothesis.margin, level=LEVEL)
    return Answer(
        name=name,
        hypothesis=hypothesis,
        outcome=outcome,
        role=planned.role(name),
        judged=_judged(planned, hypothesis, pairs),
        units=pairs.units,
        pairs=pairs.first.size,
        first_mean=_mean(pairs.first),
        second_mean=_mean(pairs.second),
        missing=pairs.missing,
        main=main,
        sequential=sequential,
        supporting=rows,
        sign_flip=sign_flip_over(pairs, name),
        equivalence=equivalence,
        worst_case=worst_case(pairs, bounds_of(planned, name), LEVEL),
        p=_p(main, equivalence, path if sequential else None),
        p_adjusted=float("nan"),
        verdict="",
        constant=pairs.first.size > 1 and bool(np.ptp(pairs.differences) == 0.0),
        decided=path.by.verdict if path is not None and path.by is not None and sequential else None,
    )


def _judged(planned: Planned, hypothesis: Hypothesis, pairs: Pairs) -> dict[tuple[str, str], tuple[int, ...]]:
    return {
        (first.name, second.name): tuple(seed for seed, of in zip(pairs.seeds, pairs.arms, strict=True) if of == number)
        for number, (first, second) in enumerate(planned.pairs(hypothesis))
    }


def _of_look(path: SequencePath, clustered: bool) -> Estimate:
    """The look that the rule's hypothesis is judged by, as an estimate; its units are seeds."""
    by = path.by
    assert by is not None
    look = by.look
    bounded = bool(np.isfinite(look.low) or np.isfinite(look.high))
    return Estimate(
        look.point,
        look.low if bounded else float("nan"),
        look.high if bounded else float("nan"),
        look.p,
        look.level,
        look.n,
        look.n,
        path.method,
        reason=look.reason or ("" if bounded else "too few looks for a bound"),
        warning=OF_THESE if clustered else "",
    )


def _p(main: Estimate, equivalence: Equivalence | None, path: SequencePath | None) -> float:
    """The p that counts: of two one-sided tests for equivalence, else of a zero effect.

    A sequence that decided equivalence by its bounds has no p of it but the level at which they hold.
    """
    if equivalence is None:
        return main.p
    if path is None:
        return equivalence.p
    decided = path.decided is not None and path.decided.verdict == "equivalent"
    return 1 - path.level if decided else float("nan")


def _adjusted(answers: Sequence[Answer], withdrawn: int) -> list[Answer]:
    """Holm's p; a hypothesis that was withdrawn counts as one that could not be tested."""
    confirmatory = [place for place, answer in enumerate(answers) if answer.role == "confirmatory"]
    shared_by = [*(answers[place].p for place in confirmatory), *[float("nan")] * withdrawn]
    adjusted: Mapping[int, float] = dict(zip(confirmatory, holm(shared_by).tolist(), strict=False))
    shared = [replace(one, p_adjusted=adjusted.get(place, float("nan"))) for place, one in enumerate(answers)]
    return [replace(one, verdict=_verdict(one)) for one in shared]


def _verdict(answer: Answer) -> str:
    """What a confirmatory hypothesis came to; an exploratory one decides nothing, whatever its interval."""
    if answer.role != "confirmatory":
        return "exploratory: nothing is decided by it"
    if np.isnan(answer.p_adjusted):
        return _without_p(answer)
    decided = answer.p_adjusted <= 1 - LEVEL + 1e-12
    expects = answer.hypothesis.expects
    if expects == "equivalent":
        return "supported: equivalent within the margin" if decided else "not shown to be equivalent"
    if not decided:
        return "not decided"
    found = "lower" if answer.main.point < 0 else "higher"
    return f"supported: {found}" if expects in (found, "different") else f"contradicted: {found}, not {expects}"


def _without_p(answer: Answer) -> str:
    """What is said of a confirmatory hypothesis that has no p, and why it has none."""
    if answer.sequential and answer.equivalence is not None and np.isfinite(answer.main.low):
        beyond = answer.decided == "not equivalent"
        return "not equivalent, at the sequence's own level" if beyond else "not shown to be equivalent"
    if answer.constant:
        return f"not tested: every pair differs by {answer.main.point:g}, and what never varies has no interval"
    return f"not tested: {answer.main.reason or 'no p exists'}"


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else float("nan")
