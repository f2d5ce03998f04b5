"""The paper's tables with our numbers beside the published ones: tiers, comparisons, labels, enforcement."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from agoranomos.analysis.arms import ArmSummary
from agoranomos.analysis.published import published
from agoranomos.analysis.runs import RunResult
from agoranomos.reproduce.institutional_ai.published import published_study
from agoranomos.reproduce.labelled import (
    difference_over_labels,
    mean_over_labels,
    sample_of,
    share_over_labels,
    spread_over_labels,
)
from agoranomos.reproduce.sections import Cell, Table, Value, rows_of, value_of
from agoranomos.statistics import (
    Interval,
    cohens_d_interval,
    fisher_exact_test,
    mean_interval,
    rate_interval,
    sign_flip_test,
    welch_test,
)

REGIMES = ("ungoverned", "constitutional", "institutional")
PAIRS = (("institutional", "ungoverned"), ("institutional", "constitutional"), ("constitutional", "ungoverned"))
SEVERE = 4.0

OVER_LABELS = (
    "Intervals (95%) are Student's over the means of labels, because runs of one label may depend on each other; with "
    "one label they are over its runs. That of the SD leaves one label out at a time."
)


def tier_table(arms: Sequence[ArmSummary]) -> Table:
    """Means, spread and shares of tiers, and structure, by regime."""
    rows = []
    for row in published().rows:
        if row.measure in ("warnings", "fines", "suspensions"):
            continue
        said = (row.ungoverned, row.told, row.governed)
        cells = [Cell(_pooled(arms, regime, row.measure), *text) for regime, text in zip(REGIMES, said, strict=True)]
        rows.append((row.quantity, cells))
    return Table("tiers", "Tiers and structure by regime", REGIMES, rows_of(rows), OVER_LABELS)


def _pooled(arms: Sequence[ArmSummary], regime: str, measure: str) -> Value:
    if measure in ("cv_excess", "hhi_excess"):
        return value_of(mean_over_labels(sample_of(arms, regime, measure)), "3")
    tiers = sample_of(arms, regime, "tier")
    if measure.startswith("share_"):
        wanted = float(measure.removeprefix("share_"))
        return value_of(share_over_labels(tiers, lambda tier: tier == wanted), "%")
    return value_of(spread_over_labels(tiers) if measure == "sd_tier" else mean_over_labels(tiers))


def comparison_table(arms: Sequence[ArmSummary]) -> Table:
    """The three pairs of regimes: differences and effects with intervals, and the paper's tests."""
    columns = tuple(f"{first} − {second}" for first, second in PAIRS)
    made = [_comparison(arms, first, second) for first, second in PAIRS]
    said = [published_study().comparisons.get(f"{first} - {second}", {}) for first, second in PAIRS]
    rows = []
    for name, title in _COMPARED.items():
        cells = [Cell(one[name], *text.get(name, ("", ""))) for one, text in zip(made, said, strict=True)]
        rows.append((title, cells))
    note = (
        "Differences are over labels, pairs of the same label; Welch's test, d and Fisher's test treat runs as "
        "independent, as the paper does. A p has no interval: it is no estimate. With six labels the sign-flip test "
        "cannot give less than 0.03125."
    )
    return Table("comparisons", "Regimes against each other", columns, rows_of(rows), note)


_COMPARED = {
    "tier": "tier, difference",
    "tier_d": "tier, Cohen's d (second minus first: positive is improvement)",
    "tier_p": "tier, Welch p",
    "severe": "share of severe runs, difference",
    "severe_p": "share of severe runs, Fisher p",
    "hhi_excess": "HHI excess, difference",
    "cv_excess": "CV excess, difference",
    "improved": "share of labels whose mean tier is lower",
    "sign_flip_p": "sign-flip p over labels",
}


def _comparison(arms: Sequence[ArmSummary], first: str, second: str) -> dict[str, Value]:
    one, other = sample_of(arms, first, "tier"), sample_of(arms, second, "tier")
    runs, others = _all(one), _all(other)
    welch = welch_test(runs, others)
    severe = fisher_exact_test(int((runs == SEVERE).sum()), runs.size, int((others == SEVERE).sum()), others.size)
    shared = [label for label in one if label in other]
    differences = [float(np.mean(one[label]) - np.mean(other[label])) for label in shared]
    flips = sign_flip_test(differences)
    return {
        "tier": value_of(difference_over_labels(one, other)),
        "tier_d": value_of(cohens_d_interval(others, runs)),
        "tier_p": Value(welch.p, n=runs.size + others.size, reason=welch.reason, form="p"),
        "severe": Value(severe.difference, severe.low, severe.high, runs.size, severe.reason, "%"),
        "severe_p": Value(severe.p, n=runs.size, reason=severe.reason, form="p"),
        **{
            key: value_of(difference_over_labels(sample_of(arms, first, key), sample_of(arms, second, key)), "3")
            for key in ("hhi_excess", "cv_excess")
        },
        "improved": value_of(rate_interval(sum(d < 0 for d in differences), len(differences)), "%"),
        "sign_flip_p": Value(flips.p, n=flips.clusters, reason=flips.reason, form="p"),
    }


def _all(sample: dict[str, list[float]]) -> np.ndarray:
    return np.array([value for values in sample.values() for value in values], dtype=np.float64)


def label_table(arms: Sequence[ArmSummary]) -> Table:
    """The mean tier of each label under each regime, with Student's interval over its runs."""
    labels = list(dict.fromkeys(arm.arm.roster for arm in arms))
    rows = []
    for label in labels:
        found = [sample_of(arms, regime, "tier").get(label, []) for regime in REGIMES]
        rows.append((label, [Cell(value_of(mean_interval(values))) for values in found]))
    return Table(
        "labels", "Mean tier of each label", REGIMES, rows_of(rows), published_study().labels["constitutional"]
    )


def enforcement_table(arms: Sequence[ArmSummary], tables: Path) -> Table:
    """Acts of the institution a run, and in all, under the institutional regime."""
    governed = [arm for arm in arms if arm.arm.regime == "institutional"]
    runs = sum(len(arm.results) for arm in governed)
    credits = _credits(tables)
    readers: dict[str, Callable[[RunResult], float]] = {
        "warnings": lambda result: result.acts.get("warning", 0),
        "fines": lambda result: result.acts.get("fine", 0),
        "suspensions": lambda result: result.acts.get("suspension", 0),
        "credits": lambda result: credits.get((result.arm, result.seed), 0),
        "blocked suspensions": lambda result: result.acts.get("blocked", 0),
    }
    said = published_study().enforcement
    rows = []
    for name, read in readers.items():
        sample = sample_of(governed, "institutional", read)
        total = sum(sum(values) for values in sample.values())
        rows.append(
            (
                name,
                (
                    Cell(_count(mean_over_labels(sample)), *_a_run(said[name])),
                    Cell(Value(total, n=runs, form="0"), *said[name]),
                ),
            )
        )
    acted = sum(_acted(result) for arm in governed for result in arm.results)
    share = rate_interval(acted, runs) if runs else Interval(math.nan, math.nan, math.nan, 0.95, 0, "", "no run")
    rows.append(
        (
            "runs with at least one act",
            (
                Cell(value_of(share, "%"), "90.0%", "derived"),
                Cell(Value(acted, n=runs, form="0"), *said["runs with at least one act"]),
            ),
        )
    )
    note = (
        f"In all is over {runs} runs here and 90 as published. A count in all is exact and has no interval; the column "
        "before it has. Blocked requests are of suspensions: no other edge of this graph can be denied by a condition, "
        "though a cooldown can deny one too."
    )
    return Table("enforcement", "Acts of the institution", ("a run", "in all"), rows_of(rows), note)


def _count(found: Interval) -> Value:
    """A mean count, whose interval does not go below nothing."""
    low = found.low if math.isnan(found.low) else max(found.low, 0.0)
    return Value(found.point, low, found.high, found.n, found.reason)


def _acted(result: RunResult) -> bool:
    return any(result.acts.get(kind, 0) for kind in ("warning", "fine", "suspension", "cap", "forfeiture"))


def _a_run(said: tuple[str, str]) -> tuple[str, str]:
    return f"{int(said[0]) / 90:.2f}", "derived"


def _credits(tables: Path) -> dict[tuple[str, int], int]:
    """How often a credit was spent in each run: transitions into the state `credited`."""
    rows = pq.read_table(tables / "enforcement.parquet", columns=["arm", "seed", "kind", "edge"])
    into = pc.and_(pc.equal(rows["kind"], "transition"), pc.ends_with(rows["edge"], "->credited"))
    counts: dict[tuple[str, int], int] = {}
    for row in rows.filter(into).to_pylist():
        key = row["arm"], row["seed"]
        counts[key] = counts.get(key, 0) + 1
    return counts
