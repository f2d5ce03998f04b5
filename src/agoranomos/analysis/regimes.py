"""A campaign's runs by regime, over all rosters: what stands beside published numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from agoranomos.analysis.arms import ArmSummary


def regimes_of(arms: Sequence[ArmSummary]) -> tuple[str, ...]:
    """The regimes with a finished run, in the campaign's order."""
    return tuple(dict.fromkeys(summary.arm.regime for summary in arms if summary.results))


def pooled_measure(arms: Sequence[ArmSummary], regime: str, measure: str) -> float:
    """One of the published table's measures over all runs under a regime; NaN where there is none.

    `mean_tier`, `sd_tier` (n - 1), `share_0` to `share_4`, `cv_excess`, `hhi_excess`, and, under an institution, acts a
    run: `warnings`, `fines`, `suspensions`.
    """
    chosen = [summary for summary in arms if summary.arm.regime == regime]
    if measure in ("warnings", "fines", "suspensions"):
        acts = [summary.results.acts(measure[:-1]) for summary in chosen if summary.arm.institution]
        return float(np.concatenate(acts).mean()) if any(map(len, acts)) else float("nan")
    field = measure if measure in ("cv_excess", "hhi_excess") else "tier"
    values = np.concatenate([np.zeros(0), *(summary.results.column(f"structure.{field}") for summary in chosen)])
    values = values[np.isfinite(values)]
    if values.size < (2 if measure == "sd_tier" else 1):
        return float("nan")
    if measure == "sd_tier":
        return float(values.std(ddof=1))
    return float(np.mean(values == int(measure[-1]))) if measure.startswith("share_") else float(values.mean())
