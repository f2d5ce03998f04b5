"""`runs.csv`: one line a run, written from columns, arm after arm."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from agoranomos.analysis.arms import MEASURES, OUTCOMES, STRUCTURES, ArmSummary, values_of
from agoranomos.campaigns.tables import SANCTION_KINDS


def runs_csv(arms: Sequence[ArmSummary]) -> str:
    """The text of the file; undefined numbers, and what an arm's market does not measure, are empty."""
    finished = [_columns(arm) for arm in arms if len(arm.results)]
    header = list(dict.fromkeys(name for columns in finished for name in columns))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if header:
        writer.writerow(header)
    for columns in finished:
        runs = len(columns["seed"])
        writer.writerows(zip(*(columns.get(name, [""] * runs) for name in header), strict=True))
    return text.getvalue()


def _columns(summary: ArmSummary) -> Mapping[str, list[Any]]:
    results = summary.results

    def whole(name: str) -> list[int]:
        return [int(value) for value in results.column(name).tolist()]

    last = {f"{name}_last": results.column(f"outcomes_last.{name}") for name in OUTCOMES}
    structure = {f"{name}_last": results.column(f"structure_last.{name}") for name in STRUCTURES}
    sanctions = np.sum([results.acts(kind) for kind in SANCTION_KINDS], axis=0)
    return {
        "arm": [summary.arm.name] * len(results),
        "seed": list(results.seeds),
        "rounds": whole("rounds"),
        "suspended_rounds": whole("suspended_rounds"),
        **{measure: _plain(values_of(results, measure)) for measure in MEASURES},
        "tier_with_suspended_rounds": _plain(results.column("structure_all.tier")),
        "price_without_suspended_rounds": _plain(results.column("price_free")),
        **{name: _plain(values) for name, values in last.items()},
        **{measure: _plain(values) for measure, values in results.others.items()},
        **{f"{measure}_last": _plain(values) for measure, values in results.others_last.items()},
        **{name: _plain(values) for name, values in structure.items()},
        "cases": results.acts("case").tolist(),
        "sanctions": sanctions.tolist(),
        "fines": _plain(results.column("fines")),
        "lost_welfare": _plain(results.column("lost_welfare")),
        "calls": whole("calls"),
        "failed_calls": [sum(failures.values()) for failures in results.failures],
        "repaired_moves": whole("repaired"),
        "projected_moves": whole("projected"),
    }


def _plain(values: np.ndarray) -> list[float | str]:
    return [value if math.isfinite(value) else "" for value in values.astype(np.float64).tolist()]
