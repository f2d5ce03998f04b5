"""What is tried of `agoranomos.statistics`: an estimator or test, a world with a known truth, and what is promised."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from benchmarks.coverage_worlds import ICC, apart, clustered, nested, odds, paired, published_tiers

from agoranomos import statistics as s

RESAMPLES = 799
"""Of bootstraps, here: enough for coverage, which is an average over samples."""

Generator = np.random.Generator
Seen = bool | None
"""Whether the interval held the truth (or the test rejected what is so); None where there was no interval."""


@dataclass(frozen=True)
class Case:
    """`promise` is holds, cautious, falls short, or level (of error)."""

    about: str
    see: Callable[[Generator], Seen]
    promise: str = "holds"


def holds(found: Any, truth: float) -> Seen:
    """Whether the interval holds the truth."""
    return None if math.isnan(found.low) else bool(found.low <= truth <= found.high)


def cases() -> dict[str, Case]:
    """Every case by name."""
    found = {
        "mean": Case("t, 8 normal values", lambda g: holds(s.mean_estimate(g.normal(size=8) + 1), 1.0)),
        "welch": Case(
            "Welch, 8 values against 20 of thrice the spread",
            lambda g: holds(s.welch_estimate(g.normal(size=8), g.normal(size=20) * 3), 0.0),
        ),
        "welch on tiers": Case("Welch, the published tiers, 15 runs a side", lambda g: _tiers(g, 15)),
        "d and g": Case(
            "exact interval of the effect, 8 values a side, d = 1.28",
            lambda g: holds(s.hedges_g_interval(g.normal(size=8) + 1.28, g.normal(size=8)), 1.28),
        ),
        "paired effect": Case(
            "exact interval of d of 8 differences, 0.8",
            lambda g: holds(s.paired_effect_interval(g.normal(size=8) + 0.8), 0.8),
        ),
        "proportional odds": Case(
            "40 independent runs a side, log odds ratio 1", lambda g: _odds(g, 40, 1, clustered=False)
        ),
        "fisher interval": Case(
            "Newcombe, shares 0.5 and 0.2, 60 a side",
            lambda g: holds(s.fisher_exact_test(int(g.binomial(60, 0.5)), 60, int(g.binomial(60, 0.2)), 60), 0.3),
        ),
        "worst case": Case("4 of 24 values missing, those above 0.8", _worst_case, "cautious"),
    }
    for G in (6, 30):
        found |= _of_clusters(G)
    return found | _tests()


def _of_clusters(G: int) -> dict[str, Case]:
    """The cases that are tried with few clusters and with many, at ICC 0.3."""
    few = "cautious" if G < s.FEW_CLUSTERS else "holds"
    short = "falls short" if G < s.FEW_CLUSTERS else "cautious"
    return {
        f"t over clusters, {G}": Case(
            f"mean of {G} clusters of 15", lambda g: _mean(g, G, 15, s.cluster_mean_estimate)
        ),
        f"t over differences of clusters, {G}": Case(
            f"{G} clusters with 5 runs on either side", lambda g: _paired_clusters(g, G)
        ),
        f"welch over clusters, {G}": Case(f"{G // 2} clusters of 8 a side", lambda g: _apart(g, G), few),
        f"wild bootstrap-t, {G}": Case(
            f"mean of {G} clusters of 15",
            lambda g: _mean(g, G, 15, lambda y, c: s.wild_bootstrap_t(y, c, g, resamples=RESAMPLES)),
        ),
        f"wild bootstrap-t of a treatment, {G}": Case(
            f"{G} clusters with 5 runs on either side", lambda g: _wild_treatment(g, G)
        ),
        f"mixed model, {G}": Case(f"mean of {G} rosters of 15 runs", lambda g: _mean(g, G, 15, s.mixed_model_estimate)),
        f"mixed model of a treatment, {G}": Case(
            f"{G} rosters with 15 runs on either side, each with an effect of its own",
            lambda g: _mixed(g, G, slopes=True),
        ),
        f"mixed model without slopes, {G}": Case(
            f"{G} rosters with 15 runs on either side, one effect for all",
            lambda g: _mixed(g, G, slopes=False),
        ),
        f"mixed model with batches, {G}": Case(
            f"mean of {G} rosters of 3 batches of 5 runs", lambda g: _nested(g, G), "cautious"
        ),
        f"ordinal over clusters, {G}": Case(
            f"{G} rosters with 15 runs on either side, log odds ratio 1", lambda g: _odds(g, 15, G, clustered=True)
        ),
        f"intraclass correlation, {G}": Case(
            f"{G} clusters of 15", lambda g: holds(s.intraclass_correlation(*clustered(g, G, 15)), 0.3)
        ),
        f"percentile bootstrap over clusters, {G}": Case(
            f"mean of {G} clusters of 15",
            lambda g: _mean(g, G, 15, lambda y, c: s.bootstrap_cluster_mean(y, c, g, resamples=RESAMPLES)),
            "falls short",
        ),
        f"hierarchical percentile bootstrap, {G}": Case(
            f"mean of {G} clusters of 8",
            lambda g: _mean(g, G, 8, lambda y, c: s.bootstrap_hierarchical_mean(y, [c], g, resamples=RESAMPLES)),
            short,
        ),
    }


def _tests() -> dict[str, Case]:
    """Tests in worlds where what they test is so: at most 5% may be rejected."""
    kept = "level"
    return {
        "permutation": Case(
            "6 skewed values a side",
            lambda g: s.permutation_test(g.exponential(size=6), g.exponential(size=6), g).p <= 0.05,
            kept,
        ),
        "sign flip, 6": Case("6 differences", lambda g: s.sign_flip_test(g.standard_t(3, size=6)).p <= 0.05, kept),
        "sign flip, 30": Case(
            "30 differences, 999 draws",
            lambda g: s.sign_flip_test(g.standard_t(3, size=30), g, draws=999).p <= 0.05,
            kept,
        ),
        "fisher": Case(
            "shares of 0.3, 45 a side",
            lambda g: s.fisher_exact_test(int(g.binomial(45, 0.3)), 45, int(g.binomial(45, 0.3)), 45).p <= 0.05,
            kept,
        ),
        "equivalence": Case("an effect of just the margin, 12 values a side", _equivalence, kept),
        "holm": Case("any false rejection among 4 dependent hypotheses, 3 of them so", _holm, kept),
    }


def _mean(g: Generator, G: int, size: int, estimate: Callable[[Any, Any], Any]) -> Seen:
    values, names = clustered(g, G, size)
    return holds(estimate(values, names), 0.5)


def _tiers(g: Generator, size: int) -> Seen:
    first, second, truth = published_tiers(g, size)
    return holds(s.welch_estimate(first, second), truth)


def _paired_clusters(g: Generator, G: int) -> Seen:
    w = paired(g, G, 5)
    return holds(s.cluster_difference_estimate(w.first, w.first_clusters, w.second, w.second_clusters), w.truth)


def _apart(g: Generator, G: int) -> Seen:
    w = apart(g, G, 8)
    return holds(s.cluster_difference_estimate(w.first, w.first_clusters, w.second, w.second_clusters), w.truth)


def _wild_treatment(g: Generator, G: int) -> Seen:
    w = paired(g, G, 5)
    return holds(s.wild_bootstrap_t(w.values, w.clusters, g, treated=w.treated, resamples=RESAMPLES), w.truth)


def _mixed(g: Generator, G: int, *, slopes: bool) -> Seen:
    w = paired(g, G, 15, unlike=ICC if slopes else 0.0)
    return holds(s.mixed_model_estimate(w.values, w.clusters, treated=w.treated, slopes=slopes), w.truth)


def _nested(g: Generator, G: int) -> Seen:
    values, rosters, batches = nested(g, G, 3, 5)
    return holds(s.mixed_model_estimate(values, rosters, nested=batches), 0.5)


def _odds(g: Generator, size: int, G: int, *, clustered: bool) -> Seen:
    if not clustered:
        w = odds(g, size, 1)
        other = odds(g, size, 1)
        return holds(s.ordinal_estimate(w.first, other.second), w.truth)
    w = odds(g, G, size)
    return holds(s.ordinal_cluster_estimate(w.first, w.first_clusters, w.second, w.second_clusters), w.truth)


def _worst_case(g: Generator) -> Seen:
    values = g.random(24)
    seen = values[values <= 0.8]
    return holds(s.worst_case_mean(seen, 24 - seen.size, (0.0, 1.0)), 0.5)


def _equivalence(g: Generator) -> Seen:
    return s.equivalence_test(s.welch_estimate(g.normal(size=12) + 2, g.normal(size=12)), 2.0).shown


def _holm(g: Generator) -> Seen:
    shared = g.normal(size=10)
    values = g.normal(size=(4, 10)) + shared + np.array([2.0, 0, 0, 0])[:, None]
    return bool((s.holm([s.mean_estimate(row).p for row in values])[1:] <= 0.05).any())
