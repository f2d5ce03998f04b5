"""A hypothesis's effect by several methods: the one that its clusters call for first, others to hold it against."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from agoranomos.analysis.inference.paired import Pairs
from agoranomos.randomness import named_generator
from agoranomos.statistics import (
    Estimate,
    Interval,
    SignFlip,
    WorstCase,
    bootstrap_cluster_mean,
    bootstrap_hierarchical_mean,
    cluster_mean_estimate,
    cohens_d_interval,
    hedges_g_interval,
    intraclass_correlation,
    mean_estimate,
    mixed_model_estimate,
    ordinal_cluster_estimate,
    ordinal_estimate,
    paired_effect_interval,
    sign_flip_test,
    welch_estimate,
    wild_bootstrap_t,
    worst_case_mean,
)
from agoranomos.statistics.grouping import grouping

TIERS = ("tier", "calibrated_tier", "gap_tier")
"""Outcomes that are ordered and no amounts: 0 to 4."""

RANGES: dict[str, tuple[float, float]] = dict.fromkeys(TIERS, (0.0, 4.0))
"""Outcomes whose least and largest values are known."""

OVER_SHARING = "t, pairs that share a run as one"
"""The method where an arm is compared with several, and each of its runs stands in several pairs."""

AS_INDEPENDENT = "takes runs as independent, which those of a cluster need not be"

MOST_RESAMPLED = 2_000
"""Units that are flipped or resampled one by one: with more, the intervals that need no draws are as good."""

Unit: TypeAlias = Literal["outcome", "standard deviations", "log odds", "share"]


@dataclass(frozen=True, slots=True)
class Row:
    """One method's answer. `unit` says of what: the outcome's own, standard deviations, or log odds; `p` may be NaN."""

    name: str
    unit: Unit
    found: Estimate


def main_estimate(pairs: Pairs, level: float = 0.95) -> Estimate:
    """The estimate that the plan decides by: t(G-1) over cluster means where it names clusters, else t over pairs.

    Pairs that share a run count as one, with their mean.
    """
    if pairs.units is None:
        return mean_estimate(pairs.differences, level=level)
    found = cluster_mean_estimate(pairs.differences, pairs.units, level=level)
    if pairs.clusters is not None:
        return found
    return replace(found, method=OVER_SHARING, reason=found.reason.replace("cluster mean", "mean"))


def supporting(pairs: Pairs, outcome: str, name: str, level: float = 0.95) -> tuple[Row, ...]:
    """The same effect by other methods; `name` names the draws of those that resample."""
    rows: list[Row] = []
    first, second = _runs(pairs)
    if pairs.clusters is None:
        rows.append(Row("Welch's t, unpaired", "outcome", welch_estimate(first, second, level=level)))
    else:
        rows += _clustered(pairs, pairs.clusters, name, level)
    if outcome in TIERS:
        rows.append(Row("proportional odds", "log odds", _ordinal(pairs, level)))
    standardised = {
        "Cohen's d": cohens_d_interval(first, second, level=level),
        "Hedges' g": hedges_g_interval(first, second, level=level),
        "d of paired differences": paired_effect_interval(first - second, level=level),
    }
    warning = "" if pairs.clusters is None else AS_INDEPENDENT
    return (
        *rows,
        *(
            _interval(method, "standard deviations", replace(found, warning=warning))
            for method, found in standardised.items()
        ),
    )


def sign_flip_over(pairs: Pairs, name: str) -> SignFlip:
    """The sign-flip test over the means of what does not depend on each other: clusters, or pairs."""
    differences = _means(pairs.differences, pairs.units)
    if differences.size > MOST_RESAMPLED:
        many = f"more than {MOST_RESAMPLED:,} units: not flipped, and t says the same"
        return SignFlip(float(differences.mean()), float("nan"), float("nan"), differences.size, many)
    return sign_flip_test(differences, named_generator(0, f"sign flips of {name}"))


def worst_case(pairs: Pairs, bounds: tuple[float, float] | None, level: float = 0.95) -> WorstCase | None:
    """What the missing pairs could make of the effect; None where none is missing or the outcome has no bounds."""
    if bounds is None or not pairs.missing.total:
        return None
    width = bounds[1] - bounds[0]
    clusters = None if pairs.units is None else (pairs.units, pairs.of_missing)
    return worst_case_mean(pairs.differences, pairs.missing.total, (-width, width), clusters=clusters, level=level)


def _clustered(pairs: Pairs, clusters: Sequence[Hashable], name: str, level: float) -> list[Row]:
    d = pairs.differences
    rows = [
        Row(
            "wild cluster bootstrap-t",
            "outcome",
            wild_bootstrap_t(d, clusters, named_generator(0, f"wild bootstrap of {name}"), level=level),
        ),
        Row("linear mixed model", "outcome", mixed_model_estimate(d, clusters, nested=pairs.nested, level=level)),
        _interval(
            "percentile bootstrap over clusters",
            "outcome",
            bootstrap_cluster_mean(d, clusters, named_generator(0, f"cluster bootstrap of {name}"), level=level),
        ),
    ]
    if d.size <= MOST_RESAMPLED:
        inner: list[Sequence[Hashable]] = [] if pairs.nested is None else [pairs.nested]
        levels: list[Sequence[Hashable]] = [clusters, *inner, pairs.seeds]
        hierarchy = bootstrap_hierarchical_mean(d, levels, named_generator(0, f"hierarchy of {name}"), level=level)
        rows.append(_interval("hierarchical bootstrap down to seeds", "outcome", hierarchy))
    rows.append(_interval("intraclass correlation", "share", intraclass_correlation(d, clusters, level=level)))
    return rows


def _ordinal(pairs: Pairs, level: float) -> Estimate:
    if pairs.units is None:
        return ordinal_estimate(pairs.first, pairs.second, level=level)
    return ordinal_cluster_estimate(pairs.first, pairs.units, pairs.second, pairs.units, level=level)


def _runs(pairs: Pairs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both sides of every pair; of pairs that share a run, their means."""
    return _means(pairs.first, pairs.sharing), _means(pairs.second, pairs.sharing)


def _means(values: NDArray[np.float64], units: Sequence[Hashable] | None) -> NDArray[np.float64]:
    """The means of units; the values themselves where none are named."""
    return values if units is None else grouping(units, values.size).means(values)


def _interval(name: str, unit: Unit, found: Interval) -> Row:
    estimate = Estimate(
        found.point,
        found.low,
        found.high,
        float("nan"),
        found.level,
        found.n,
        found.n,
        found.method,
        reason=found.reason,
        warning=found.warning,
    )
    return Row(name, unit, estimate)
