"""The table of published numbers beside this campaign's: for orientation, and no replication."""

from __future__ import annotations

import math
from collections.abc import Iterator

from agoranomos.analysis.campaign import CampaignSummary
from agoranomos.analysis.papers.table import Cell, Column, Table, texts
from agoranomos.analysis.published import published
from agoranomos.analysis.regimes import pooled_measure, regimes_of
from agoranomos.analysis.words import MISSING, number, percent

REGIMES = (("ungoverned", "ungoverned"), ("told", "constitutional (told)"), ("governed", "institutional"))


def published_table(summary: CampaignSummary) -> Iterator[Table]:
    """The table; none where no run has a tier."""
    if not any(arm.means["tier"].n for arm in summary.arms):
        return
    known = published()
    columns = [texts("quantity", "quantity", [row.quantity for row in known.rows])]
    for field, heading in REGIMES:
        told = [getattr(row, field) for row in known.rows]
        cells = [Cell(value or MISSING, mark, (("", value), ("_mark", mark))) for value, mark in told]
        columns.append(Column(f"published_{field}", f"{heading}, published", cells))
    for regime in regimes_of(summary.arms):
        found = [(row.measure, pooled_measure(summary.arms, regime, row.measure)) for row in known.rows]
        columns.append(Column(regime, f"{regime}, here", [_ours(measure, value) for measure, value in found]))
    marks = "; ".join(f"{mark}, {meaning}" for mark, meaning in known.marks.items())
    yield Table(
        "published",
        "Published numbers, for orientation only",
        f"{known.paper}, on {known.market}. Models there: {known.models}. Here all rosters are pooled, whatever sits "
        f"in them: no replication unless the rosters are. Marks: {marks}.",
        "none (as published, and pooled means)",
        tuple(columns),
    )


def _ours(measure: str, value: float) -> Cell:
    shown = percent(value, 1) if measure.startswith("share_") else number(value)
    return Cell(shown, values=(("", value if math.isfinite(value) else None),))
