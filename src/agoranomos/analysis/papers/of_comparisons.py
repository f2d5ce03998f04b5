"""Tables of arms against each other: roster by roster, and over all rosters. None of it was planned as a hypothesis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.comparisons import Comparison, PooledContrast
from agoranomos.analysis.inference.words import EXPLORATORY
from agoranomos.analysis.intervals import interval_in_words
from agoranomos.analysis.papers.table import Table, amounts, counts, intervals, p_values, texts
from agoranomos.analysis.words import title
from agoranomos.statistics import WelchTest


@dataclass(frozen=True, slots=True)
class Difference:
    """The difference of Welch's test with its bounds; `n` is the smaller sample's, and shown nowhere."""

    point: float
    low: float
    high: float
    level: float
    n: int
    reason: str
    method: str = "Welch"


def comparison_tables(
    comparisons: Sequence[Comparison], regimes: Sequence[PooledContrast], measures: Sequence[str]
) -> Iterator[Table]:
    """The table of comparisons and that of pooled contrasts, of these measures; none without anything to compare."""
    rows = [
        (one, found) for one in comparisons if not one.identical for found in one.contrasts if found.measure in measures
    ]
    if rows:
        differences = [_difference(found.welch) for _, found in rows]
        yield Table(
            "comparisons",
            "Arms compared, roster by roster",
            f"First arm less second. Every comparison is {EXPLORATORY}. Values of p are not corrected for the number "
            "of comparisons.",
            interval_in_words(differences, "of differences of means over runs"),
            (
                texts("first", "first arm", [one.first for one, _ in rows]),
                texts("second", "less", [one.second for one, _ in rows]),
                texts("measure", "measure", [title(found.measure) for _, found in rows]),
                amounts("first_mean", "first", [found.first_mean for _, found in rows], 2),
                amounts("second_mean", "second", [found.second_mean for _, found in rows], 2),
                intervals("difference", "difference", differences, 2, form="signed", counted=False),
                p_values("welch_p", "Welch p", [found.welch.p for _, found in rows]),
                amounts("cohens_d", "Cohen d", [found.effect.d for _, found in rows], 2),
                texts("n", "n", [f"{found.welch.n_first}, {found.welch.n_second}" for _, found in rows]),
            ),
        )
    pooled = [one for one in regimes if one.measure in measures]
    if pooled:
        yield Table(
            "regimes",
            "Regimes compared over all rosters",
            f"The mean difference over rosters; {EXPLORATORY}. k rosters allow no sign-flip p below its floor; "
            "Welch's p and d pool all runs as if they were independent.",
            "none (exact p of sign flips over rosters)",
            (
                texts("regimes", "regimes", [f"{one.first_regime} less {one.second_regime}" for one in pooled]),
                texts("measure", "measure", [title(one.measure) for one in pooled]),
                counts("rosters", "rosters", [len(one.differences) for one in pooled]),
                amounts("mean_difference", "mean difference", [one.sign_flip.mean for one in pooled], 3),
                p_values("sign_flip_p", "sign-flip p", [one.sign_flip.p for one in pooled]),
                p_values("sign_flip_floor", "its floor", [one.sign_flip.floor for one in pooled]),
                p_values("welch_p", "Welch p", [one.welch.p for one in pooled]),
                amounts("cohens_d", "Cohen d", [one.effect.d for one in pooled], 2),
                texts("n", "runs", [f"{one.welch.n_first}, {one.welch.n_second}" for one in pooled]),
            ),
        )


def case_price_table(summary: CampaignSummary, comparisons: Sequence[Comparison]) -> Iterator[Table]:
    """What a case may cost society before the welfare that a regime gained is used up, where any gained some."""
    gained = [one for one in comparisons if one.break_even == one.break_even]
    if gained:
        yield Table(
            "break-even",
            "The break-even price of a case",
            "What each case may cost society before the welfare that was gained is used up."
            + (f" Here each is priced at {summary.case_cost:g}." if summary.case_cost else ""),
            "none (a ratio of means)",
            (
                texts("first", "first arm", [one.first for one in gained]),
                texts("second", "less", [one.second for one in gained]),
                amounts("break_even_case_cost", "price of a case", [one.break_even for one in gained], 1),
            ),
        )


def _difference(test: WelchTest) -> Difference:
    return Difference(test.difference, test.low, test.high, test.level, min(test.n_first, test.n_second), test.reason)
