"""What counts of overridden customers say, by this package's own tests: information effects, missing choices, gaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from agoranomos.reproduce.tin_men.published import COMPANY_SEES, CONDITIONS, CUSTOMER_SEES, Published
from agoranomos.statistics import (
    Coefficient,
    FisherTest,
    WorstCase,
    firth_logit,
    fisher_exact_test,
    holm,
    worst_case_difference,
)

Counts = Mapping[str, tuple[int, int]]
"""By condition: how many customers were overridden, and of how many."""

COEFFICIENTS = ("neither sees", "company sees", "customer sees", "both, beyond the two")
"""Of the model override ~ company sees * customer sees, its first cell being the one where neither does."""

DESIGN = {
    "both": (1.0, 1.0, 1.0, 1.0),
    "customer only": (1.0, 0.0, 1.0, 0.0),
    "company only": (1.0, 1.0, 0.0, 0.0),
    "neither": (1.0, 0.0, 0.0, 0.0),
}


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two shares of overridden customers, set against each other; `adjusted` is Holm's p over a set of them."""

    who: str
    what: str
    first: tuple[int, int]
    second: tuple[int, int]
    test: FisherTest
    adjusted: float


Planned = tuple[str, str, Counts, tuple[str, ...], tuple[str, ...]]
"""Of a contrast: who, what, the counts, and the conditions on either side."""


def tested(planned: list[Planned]) -> tuple[Contrast, ...]:
    """Fisher's exact test of each, with Holm's p over all of them."""
    pairs = [(pooled(counts, one), pooled(counts, other)) for _, _, counts, one, other in planned]
    tests = [fisher_exact_test(*one, *other) for one, other in pairs]
    adjusted = holm([test.p for test in tests])
    return tuple(
        Contrast(who, what, one, other, test, float(p))
        for (who, what, *_), (one, other), test, p in zip(planned, pairs, tests, adjusted, strict=True)
    )


def information_effects(who: str, counts: Counts) -> list[Planned]:
    """The two main effects: that the company can see the explanation, and that the customer can."""
    return [
        (who, "the company can see", counts, COMPANY_SEES, without(COMPANY_SEES)),
        (who, "the customer can see", counts, CUSTOMER_SEES, without(CUSTOMER_SEES)),
    ]


def contrasts(found: Published, *, parsed: bool = False) -> tuple[Contrast, ...]:
    """The information effects of the first model, and the one departure of the second, with Holm's p over the five.

    `parsed` leaves out the calls whose choice had to be taken from the explanation.
    """
    first, second = found.models
    own, others = (counts_of(found, model, parsed=parsed) for model in (first, second))
    departures: list[Planned] = [
        (second, f"{other} − neither", others, (other,), ("neither",)) for other in CONDITIONS if other != "neither"
    ]
    return tested([*information_effects(first, own), *departures])


def counts_of(found: Published, model: str, *, parsed: bool = False) -> Counts:
    """The published counts of a model, temperatures pooled."""
    return {condition: found.pooled(model, condition, parsed=parsed) for condition in CONDITIONS}


def pooled(counts: Counts, conditions: tuple[str, ...]) -> tuple[int, int]:
    """The counts of several conditions together."""
    return sum(counts[one][0] for one in conditions), sum(counts[one][1] for one in conditions)


def without(seen_by: tuple[str, ...]) -> tuple[str, ...]:
    """The other conditions."""
    return tuple(condition for condition in CONDITIONS if condition not in seen_by)


def worst_case(parsed: Counts, missing: Mapping[str, int], seen_by: tuple[str, ...]) -> WorstCase:
    """The difference of shares (these conditions less the others), whatever the choices were that no parser found."""
    one, other = pooled(parsed, seen_by), pooled(parsed, without(seen_by))
    gone = sum(missing[condition] for condition in seen_by)
    also_gone = sum(missing[condition] for condition in without(seen_by))
    return worst_case_difference(_as_sample(*one), gone, _as_sample(*other), also_gone, (0.0, 1.0))


def _as_sample(count: int, of: int) -> np.ndarray:
    return np.repeat([1.0, 0.0], [count, of - count])


def logit(counts: Counts) -> tuple[Coefficient, ...]:
    """Override on who can see, with Firth's penalty; raises `ValueError` where a condition has no call."""
    cells = [counts[condition] for condition in CONDITIONS]
    design = [DESIGN[condition] for condition in CONDITIONS]
    return firth_logit([count for count, _ in cells], [of for _, of in cells], design, COEFFICIENTS)


def concealment_gap(found: Published, model: str) -> FisherTest:
    """How much oftener the company is named where only it reads than where only the customer does."""
    row = found.named(model)
    return fisher_exact_test(row.counts["company only"], row.of, row.counts["customer only"], row.of)


def gap_given_override(found: Published, model: str) -> FisherTest | None:
    """The same among overridden customers; None unless all were overridden in both conditions.

    What was counted does not cross words with choices.
    """
    cells = [found.pooled(model, condition) for condition in ("company only", "customer only")]
    return concealment_gap(found, model) if all(count == of for count, of in cells) else None
