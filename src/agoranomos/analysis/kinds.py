"""A campaign's runs by the kind of regime they lived under, whatever the campaign calls its regimes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from agoranomos.analysis.arms import ArmSummary

Kind = Literal["ungoverned", "told", "governed"]
KINDS: tuple[Kind, ...] = ("ungoverned", "told", "governed")


def kind_of(summary: ArmSummary) -> Kind:
    """`governed` under an institution, `told` where agents are only told something, else `ungoverned`."""
    if summary.arm.institution:
        return "governed"
    return "told" if summary.arm.told else "ungoverned"


def pooled_measure(arms: Sequence[ArmSummary], kind: Kind, measure: str) -> float:
    """One of the published table's measures over all runs of a kind; NaN where there is none.

    `mean_tier`, `sd_tier` (n - 1), `share_0` to `share_4`, `cv_excess`, `hhi_excess`, and acts a run: `warnings`,
    `fines`, `suspensions`.
    """
    results = [result for summary in arms if kind_of(summary) == kind for result in summary.results]
    if measure in ("warnings", "fines", "suspensions"):
        values = np.array([result.acts.get(measure[:-1], 0) for result in results], dtype=np.float64)
        return float(values.mean()) if values.size and kind == "governed" else float("nan")
    field = measure if measure in ("cv_excess", "hhi_excess") else "tier"
    values = np.array([getattr(result.structure, field) for result in results], dtype=np.float64)
    values = values[np.isfinite(values)]
    if not values.size:
        return float("nan")
    if measure == "sd_tier":
        return float(values.std(ddof=1)) if values.size > 1 else float("nan")
    return float(np.mean(values == int(measure[-1]))) if measure.startswith("share_") else float(values.mean())
