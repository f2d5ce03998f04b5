"""How often the authority looked: the audits of each run."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pyarrow.compute as pc
from pyarrow import parquet


def audits_of(folder: Path, arms: Collection[str]) -> dict[tuple[str, int], float]:
    """Audits by arm and seed, from the tables in `folder`; only of runs whose institution audits, and says so there."""
    path = folder / "tables" / "rounds.parquet"
    if "audits" not in parquet.read_schema(path).names:
        return {}
    chosen = pc.field("arm").isin(list(arms)) & pc.field("audits").is_valid()
    rows = parquet.read_table(path, columns=["arm", "seed", "audits"], filters=chosen)
    sums = rows.group_by(["arm", "seed"]).aggregate([("audits", "sum")])
    return {
        (arm, seed): float(audits)
        for arm, seed, audits in zip(
            sums["arm"].to_pylist(), sums["seed"].to_pylist(), sums["audits_sum"].to_pylist(), strict=True
        )
    }
